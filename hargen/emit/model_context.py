"""What the templates under templates/model print: every value as ready text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import hargen
from hargen.emit import c_text, float_input
from hargen.emit.stream_context import is_generated, stream_context
from hargen.ir.operator import TensorId
from hargen.ir.tensor import Array, DType, Tensor
from hargen.plan.arena import ARENA_ALIGNMENT
from hargen.plan.plan import Edge, Layer, Plan, Role
from hargen.preprocessing.integers import IntegerPlan
from hargen.preprocessing.spec import Preprocessing

_MAX_RANK = 4  # HG_MAX_RANK in firmware/runtime/hg_info.h
_ARENA_CTYPES = {DType.INT8: "int8_t", DType.FLOAT32: "float"}


@dataclass(frozen=True)
class KnownAnswer:
    """An input and the output that the reference gave for it, int8 or float32 as the network is."""

    input: Array
    output: Array


@dataclass(frozen=True)
class ModelFacts:
    """What the generated C says about the model beside its plan."""

    name: str
    file: str
    sha256: str
    preprocessing_sha256: str
    classes: tuple[str, ...]
    known_answers: tuple[KnownAnswer, ...]
    preprocessing: Preprocessing | None = None
    integers: IntegerPlan | None = None
    """The preprocessing's, where the core has no FPU."""


def outputs(context: dict[str, Any]) -> dict[str, str]:
    """Return template under templates/model -> file in the project."""
    name = context["name"]
    stream = {"model_stream.c.j2": f"Model/{name}_stream.c"} if context["stream"] else {}
    return stream | {
        "model.h.j2": f"Model/{name}.h",
        "model.c.j2": f"Model/{name}.c",
        "model_data.h.j2": f"Model/{name}_data.h",
        "model_data.c.j2": f"Model/{name}_data.c",
        "hg_model.c.j2": "Model/hg_model.c",
    }


def model_context(plan: Plan, facts: ModelFacts) -> dict[str, Any]:
    """Return the context of every template of a model."""
    name = facts.name
    source, target = _edge(plan, plan.input), _edge(plan, plan.output)
    return {
        "hargen_version": hargen.__version__,
        "name": name,
        "upper": name.upper(),
        "model": {
            "file": c_text.comment_text(facts.file),
            "sha256": facts.sha256,
            "sha256_lines": c_text.byte_lines(bytes.fromhex(facts.sha256)),
        },
        "preprocessing": {
            "sha256_lines": c_text.byte_lines(bytes.fromhex(facts.preprocessing_sha256))
        },
        "stream": None
        if facts.preprocessing is None or not is_generated(facts.preprocessing, plan)
        else stream_context(facts.preprocessing, plan, name, source, facts.integers),
        "classes": [
            {"comment": c_text.comment_text(c), "literal": c_text.string_literal(c)}
            for c in facts.classes
        ],
        "is_int8": plan.dtype is DType.INT8,
        "votes": plan.votes is not None,
        "arena": {
            "size": plan.arena_size,
            "alignment": ARENA_ALIGNMENT,
            "ctype": _ARENA_CTYPES[plan.dtype],
        },
        "class_call": _class_call(plan, name),
        "input": source,
        "output": target,
        "calls": _edge_calls(plan, name, source, target),
        "headers": _headers(plan),
        "layers": [_layer(plan, layer, name) for layer in plan.layers],
        "arrays": _arrays(plan, name),
        "functions": _functions(name, name.upper()),
        "known_answers": [
            {
                "ctype": _ARENA_CTYPES[plan.dtype],
                "input_lines": c_text.array_lines(answer.input, indent=2),
                "output_lines": c_text.array_lines(answer.output, indent=2),
            }
            for answer in facts.known_answers
        ],
    }


def edge_shape(tensor: Tensor) -> tuple[int, ...]:
    """Return a tensor's shape without the batch dimension."""
    return tensor.shape[1:] if len(tensor.shape) > 1 else tensor.shape


def _edge(plan: Plan, edge: Edge) -> dict[str, Any]:
    tensor = plan.tensors[edge.tensor]
    shape = edge_shape(tensor)
    padded = shape + (0,) * (_MAX_RANK - len(shape))
    quantization = tensor.quantization
    scale = 0.0 if quantization is None else quantization.scale[0]
    return {
        "size": tensor.size,
        "dimensions": "x".join(str(n) for n in shape),
        "shape": f"{{{', '.join(str(n) for n in padded)}}}",
        "rank": len(shape),
        "is_float": edge.is_float,
        "dtype": "float32" if edge.is_float else "int8",
        "dtype_constant": "HG_DTYPE_FLOAT32" if edge.is_float else "HG_DTYPE_INT8",
        "ctype": "float" if edge.is_float else "int8_t",
        "scale": c_text.float_literal(scale).rstrip("f"),
        "scale_literal": c_text.float_literal(scale),
        "zero_point": 0 if quantization is None else quantization.zero_point[0],
        "offset": _offset(plan, edge.tensor),
    }


def _offset(plan: Plan, tensor: TensorId) -> int:
    """Return where in the arena a tensor lies, in elements."""
    return plan.offsets[tensor] // plan.dtype.size


def _class_call(plan: Plan, name: str) -> str:
    """Return the call that finds the class of the last run."""
    if plan.votes is not None:
        return f"hg_svm_vote_f32(context->arena + {_offset(plan, plan.votes)}, {plan.class_count})"
    function = "hg_argmax_s8" if plan.dtype is DType.INT8 else "hg_argmax_f32"
    offset = _offset(plan, plan.output.tensor)
    return f"{function}(context->arena + {offset}, {name.upper()}_OUTPUT_SIZE)"


def _headers(plan: Plan) -> list[str]:
    headers = {layer.kernel.header for layer in plan.layers} | {"hg_copy.h"}
    if plan.dtype is DType.INT8 and plan.input.is_float:
        headers.add(float_input.header(plan))
    if plan.dtype is DType.INT8 and plan.output.is_float:
        headers.add("hg_quantize_s8.h")
    headers.add("hg_argmax.h" if plan.votes is None else "hg_svm_f32.h")
    return sorted(headers)


_ONCE = ("set_input", "set_input_s8", "get_output")
"""Functions that compilers would else copy into every caller."""


def _functions(name: str, upper: str) -> dict[str, dict[str, str]]:
    """Return, by function, its prototype and the head of its definition."""
    context = f"{name}_context_t *context"
    typed_input = f"const {name}_input_t input[{upper}_INPUT_SIZE]"
    typed_output = f"{name}_output_t output[{upper}_OUTPUT_SIZE]"
    int8_input = f"const int8_t input[{upper}_INPUT_SIZE]"
    parameters = {
        "run": [context, typed_input, typed_output],
        "run_s8": [context, int8_input, f"int8_t output[{upper}_OUTPUT_SIZE]"],
        "set_input": [context, typed_input],
        "set_input_s8": [context, int8_input],
        "get_output": [f"const {context}", typed_output],
        "add_sample": [context, "const int16_t counts[3]"],
        "get_window_s8": [f"const {context}", f"int8_t window[{upper}_INPUT_SIZE]"],
    }
    return {
        function: {
            "prototype": c_text.wrapped(f"hg_status_t {name}_{function}", items, ";"),
            "definition": c_text.wrapped(
                f"{'HG_NOINLINE ' * (function in _ONCE)}hg_status_t {name}_{function}", items, " {"
            ),
        }
        for function, items in parameters.items()
    }


def _edge_calls(
    plan: Plan, name: str, source: dict[str, Any], target: dict[str, Any]
) -> dict[str, str]:
    """Return the calls that take the input into the arena and the output out of it."""
    upper = name.upper()
    into_arena = f"context->arena + {source['offset']}"
    quantizes = plan.dtype is DType.INT8
    return {
        "quantize": float_input.call(plan, "input", f"{upper}_INPUT_SIZE", into_arena, indent=4)
        if quantizes
        else "",
        "dequantize": c_text.wrapped(
            "hg_dequantize_s8",
            [
                f"context->arena + {target['offset']}",
                f"{upper}_OUTPUT_SIZE",
                target["scale_literal"],
                str(target["zero_point"]),
                "output",
            ],
            ";",
            indent=4,
        ),
    }


def _attributes(layer: Layer) -> str:
    """Return how a layer's function is compiled."""
    if layer.for_size:
        return "HG_NOINLINE HG_COLD"
    return "HG_NOINLINE HG_UNROLLED" if layer.unrolled else "HG_NOINLINE"


def _layer(plan: Plan, layer: Layer, name: str) -> dict[str, Any]:
    kernel = layer.kernel
    inputs = [
        f"{name}_{plan.shared_constants[tensor].name}"
        if tensor in plan.shared_constants
        else f"arena + {_offset(plan, tensor)}"
        for tensor in kernel.inputs
    ]
    constants = [
        "NULL" if constant is None else f"{name}_{constant.name}" for constant in kernel.constants
    ]
    scratch = [] if layer.scratch is None else [f"arena + {layer.scratch // plan.dtype.size}"]
    return {
        "index": layer.index,
        "attributes": _attributes(layer),
        "summary": c_text.comment_text(layer.summary),
        "parameters": {
            "ctype": kernel.parameters.ctype,
            "lines": c_text.parameter_lines(kernel.parameters, indent=6),
        },
        "call": c_text.wrapped(
            kernel.function,
            [
                "&parameters",
                *inputs,
                *constants,
                *scratch,
                f"arena + {_offset(plan, layer.output)}",
            ],
            ";",
            indent=2,
        ),
        "offset": plan.offsets[layer.output],
        "size": plan.tensors[layer.output].nbytes,
    }


_ROLE_WORDS = {Role.WEIGHTS: "weights", Role.BIAS: "bias", Role.TABLE: "table"}


def _arrays(plan: Plan, name: str) -> list[dict[str, Any]]:
    return [
        {
            "ctype": constant.ctype,
            "symbol": f"{name}_{constant.name}",
            "length": constant.values.size,
            "comment": c_text.comment_text(f"{_ROLE_WORDS[constant.role]}: {constant.comment}"),
            "lines": c_text.array_lines(constant.values, indent=2),
        }
        for constant in plan.constants
    ]

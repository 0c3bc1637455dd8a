"""What the templates print of a model's preprocessing: every value as ready text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hargen.emit import c_text, float_input
from hargen.errors import DataError
from hargen.ir.tensor import DType
from hargen.plan.plan import Plan
from hargen.preprocessing import integers, stream
from hargen.preprocessing.integers import IntegerPlan, IntegerWindow
from hargen.preprocessing.spec import Normalization, Preprocessing, Smoothing
from hargen.preprocessing.stream import StreamPlan

_INITIAL = {
    "settled": "HG_INITIAL_SETTLED",
    "settled-or-one": "HG_INITIAL_SETTLED_OR_ONE",
    "zero": "HG_INITIAL_ZERO",
}


def is_generated(spec: Preprocessing | None, plan: Plan) -> bool:
    """Return whether the C takes samples: whether there is something to do, on the input's axes."""
    return (
        spec is not None
        and spec.changes_samples
        and spec.window * len(spec.axes) == plan.tensors[plan.input.tensor].size
    )


def in_integers(spec: Preprocessing, plan: Plan) -> IntegerPlan:
    """Return the integers of a preprocessing in front of an int8 network.

    Raises:
        DataError: it is nothing for 32-bit integers.
    """
    quantization = plan.tensors[plan.input.tensor].quantization
    if quantization is None:
        raise DataError("a float32 network takes no integers", where="preprocessing")
    return integers.plan(
        spec,
        stream.plan(spec),
        input_scale=quantization.scale[0],
        zero_point=quantization.zero_point[0],
    )


def stream_context(
    spec: Preprocessing,
    plan: Plan,
    name: str,
    source: dict[str, Any],
    whole_numbers: IntegerPlan | None = None,
) -> dict[str, Any]:
    """Return the context of the preprocessing.

    Args:
        spec: the preprocessing; is_generated.
        plan: of the network.
        name: prefix of the C functions.
        source: the context of the network's input.
        whole_numbers: compute in these instead of float32.

    Raises:
        DataError: the filter cannot run in float32, or the outputs cannot be smoothed.
    """
    numbers = stream.plan(spec)
    restarts = spec.filter is not None and spec.filter_state == "window"
    normalization = spec.normalization
    by_window = normalization is not None and normalization.kind == "window"
    whole = restarts or by_window
    copies = whole and spec.hop < spec.window
    field = "window" if copies else "samples"
    return {
        "suffix": "f32" if whole_numbers is None else "s32",
        "ctype": "float" if whole_numbers is None else "int32_t",
        "integers": None if whole_numbers is None else _integers(whole_numbers),
        "window": spec.window,
        "hop": spec.hop,
        "axes": len(spec.axes),
        "rate": f"{spec.sample_rate_hz:g}",
        "rate_mhz": f"{round(1000 * spec.sample_rate_hz)}u",
        "mg_literal": c_text.float_literal(spec.mg_per_count),
        "mg_per_count": f"{spec.mg_per_count:g}",
        "settle": numbers.settle,
        "source": _braces([str(axis) for axis in numbers.source]),
        "scale": _floats(numbers.scale) if whole_numbers is None else _words(whole_numbers.scale),
        "filter": ""
        if spec.filter is None
        else f"{spec.filter.kind} of order {spec.filter.order}, {spec.filter.cutoff_hz:g} Hz.",
        "initial": "" if spec.filter is None else _INITIAL[spec.filter.initial],
        "sections": _sections(numbers, whole_numbers),
        "rotates": spec.gravity_rotation,
        # in integers it is part of the quantization
        "fixed": _fixed(normalization) if whole_numbers is None else None,
        "least_std": c_text.float_literal(numbers.least_std) if by_window else "",
        "restarts": restarts,
        "whole": whole,
        "copies": copies,
        "window_field": field,
        "smoothing": None if spec.smoothing is None else _smoothing(spec.smoothing, plan),
        "headers": _headers(spec, plan, whole_numbers is not None),
        "quantize": _quantize(plan, f"context->stream.{field}", name, "window", whole_numbers),
        "quantize_to_arena": _quantize(
            plan, f"stream->{field}", name, f"context->arena + {source['offset']}", whole_numbers
        ),
    }


def _integers(plan: IntegerPlan) -> dict[str, Any]:
    return {
        "fraction": plan.fraction,
        "bits": plan.bits,
        "one": plan.one,
        "drop": plan.drop,
        "least_square": f"{plan.least_square}u",
        "shift": plan.window.shift,
        "multiplier": _words(plan.window.multiplier),
        "addend": _words(plan.window.addend),
        "real": _real(plan.window),
    }


def _real(window: IntegerWindow) -> list[str]:
    """Return by axis how a value becomes real, in words."""
    return [
        f"{scale:.9g} w {'-' if offset < 0.0 else '+'} {abs(offset):.9g}"
        if offset
        else f"{scale:.9g} w"
        for scale, offset in zip(window.scale, window.offset, strict=True)
    ]


def _sections(numbers: StreamPlan, whole_numbers: IntegerPlan | None) -> list[dict[str, str]]:
    if whole_numbers is not None:
        return [
            {
                "b": _words(section.b),
                "minus_a": _words(section.minus_a),
                "settled": _words(section.settled),
            }
            for section in whole_numbers.sections
        ]
    return [
        {
            "b": _floats(section.b),
            "a": _floats(section.a),
            "settled": _floats(section.settled),
        }
        for section in numbers.sections
    ]


def _fixed(normalization: Normalization | None) -> dict[str, str] | None:
    if normalization is None or normalization.mean is None or normalization.std is None:
        return None
    return {"mean": _floats(normalization.mean), "std": _floats(normalization.std)}


def _smoothing(smoothing: Smoothing, plan: Plan) -> dict[str, Any]:
    outputs = plan.tensors[plan.output.tensor].size
    majority = smoothing.kind == "majority"
    if not majority and outputs != plan.class_count:
        raise DataError(
            f"the {outputs} outputs of {plan.class_count} classes have no mean by class",
            where="preprocessing: smoothing",
            hint='kind = "majority" takes the classes',
        )
    is_int8 = plan.dtype is DType.INT8
    number = "int8_t" if is_int8 else "float"
    what = "the most frequent class" if majority else "the class of the largest mean output"
    return {
        "majority": majority,
        "windows": smoothing.windows,
        "ctype": "uint8_t" if majority else number,
        "size": smoothing.windows * (1 if majority else outputs),
        "suffix": "s8" if is_int8 else "f32",
        "words": f"{what} of the last {smoothing.windows} windows",
    }


def _headers(spec: Preprocessing, plan: Plan, in_integers: bool) -> list[str]:
    suffix = "s32" if in_integers else "f32"
    headers = [f"hg_counts_{suffix}.h"]
    if spec.gravity_rotation:
        headers.append(f"hg_gravity_{suffix}.h")
    normalization = spec.normalization
    if normalization is not None and (not in_integers or normalization.kind == "window"):
        headers.append(f"hg_normalize_{suffix}.h")
    if in_integers:
        headers.append("hg_quantize_s32.h")
    elif plan.dtype is DType.INT8:
        headers.append(float_input.header(plan))
    if spec.smoothing is not None:
        headers.append("hg_smooth.h")
    return headers


def _quantize(
    plan: Plan, window: str, name: str, output: str, whole_numbers: IntegerPlan | None
) -> str:
    if whole_numbers is not None:
        arguments = ["&quantization", window, output]
        return c_text.wrapped("hg_quantize_window_s32", arguments, ";", indent=2)
    if plan.dtype is not DType.INT8:
        return ""
    return float_input.call(plan, window, f"{name.upper()}_INPUT_SIZE", output, indent=2)


def _floats(values: Sequence[float]) -> str:
    return _braces([c_text.float_literal(value) for value in values])


def _words(values: Sequence[int]) -> str:
    return _braces([str(value) for value in values])


def _braces(items: Sequence[str]) -> str:
    return f"{{{', '.join(items)}}}"

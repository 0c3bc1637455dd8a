"""What the templates print of a model's preprocessing: every value as ready text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hargen.emit import c_text
from hargen.errors import DataError
from hargen.ir.tensor import DType
from hargen.plan.plan import Plan
from hargen.preprocessing import stream
from hargen.preprocessing.spec import Normalization, Preprocessing, Smoothing

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


def stream_context(
    spec: Preprocessing, plan: Plan, name: str, source: dict[str, Any]
) -> dict[str, Any]:
    """Return the context of the preprocessing.

    Args:
        spec: the preprocessing; is_generated.
        plan: of the network.
        name: prefix of the C functions.
        source: the context of the network's input.

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
        "window": spec.window,
        "hop": spec.hop,
        "axes": len(spec.axes),
        "rate": f"{spec.sample_rate_hz:g}",
        "mg_per_count": f"{spec.mg_per_count:g}",
        "settle": numbers.settle,
        "source": _braces([str(axis) for axis in numbers.source]),
        "scale": _floats(numbers.scale),
        "filter": ""
        if spec.filter is None
        else f"{spec.filter.kind} of order {spec.filter.order}, {spec.filter.cutoff_hz:g} Hz.",
        "initial": "" if spec.filter is None else _INITIAL[spec.filter.initial],
        "sections": [
            {
                "b": _floats(section.b),
                "a": _floats(section.a),
                "settled": _floats(section.settled),
            }
            for section in numbers.sections
        ],
        "rotates": spec.gravity_rotation,
        "fixed": _fixed(normalization),
        "least_std": c_text.float_literal(numbers.least_std) if by_window else "",
        "restarts": restarts,
        "whole": whole,
        "copies": copies,
        "window_field": field,
        "smoothing": None if spec.smoothing is None else _smoothing(spec.smoothing, plan),
        "headers": _headers(spec, plan),
        "quantize": _quantize(f"context->stream.{field}", name, source, "window"),
        "quantize_to_arena": _quantize(
            f"stream->{field}", name, source, f"context->arena + {source['offset']}"
        ),
    }


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


def _headers(spec: Preprocessing, plan: Plan) -> list[str]:
    headers = ["hg_counts_f32.h"]
    if spec.gravity_rotation:
        headers.append("hg_gravity_f32.h")
    if spec.normalization is not None:
        headers.append("hg_normalize_f32.h")
    if plan.dtype is DType.INT8:
        headers.append("hg_quantize_s8.h")
    if spec.smoothing is not None:
        headers.append("hg_smooth.h")
    return headers


def _quantize(window: str, name: str, source: dict[str, Any], output: str) -> str:
    arguments = [
        window,
        f"{name.upper()}_INPUT_SIZE",
        source["scale_literal"],
        str(source["zero_point"]),
        output,
    ]
    return c_text.wrapped("hg_quantize_s8", arguments, ";", indent=2)


def _floats(values: Sequence[float]) -> str:
    return _braces([c_text.float_literal(value) for value in values])


def _braces(items: Sequence[str]) -> str:
    return f"{{{', '.join(items)}}}"

"""Sums and products of runs of values: firmware/runtime/hg_elementwise_s8.h."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hargen.ir.ops.binary import Add, Binary, Mul
from hargen.ir.tensor import Tensor
from hargen.plan.layers.binary import plan_add, plan_mul
from hargen.plan.layers.line import scaling
from hargen.plan.plan import Kernel, Parameters
from hargen.quantize.activation import clamp_range
from hargen.quantize.elementwise import add_factors, mul_factor
from hargen.quantize.plane import find_plane

_TOGETHER = 4
_LARGEST = 255  # of a value less its zero point


def plan_fast_add(operator: Add, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the fastest kernel of a sum."""
    return plan_add_plane(operator, tensors, prefix) or plan_add(operator, tensors, prefix)


def plan_fast_mul(operator: Mul, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the fastest kernel of a product."""
    return plan_mul_line(operator, tensors, prefix) or plan_mul(operator, tensors, prefix)


def plan_add_plane(operator: Add, tensors: Sequence[Tensor], prefix: str) -> Kernel | None:
    """Return the kernel; None where this sum cannot be computed so."""
    del prefix
    lhs, rhs, target = (tensors[i] for i in (operator.lhs, operator.rhs, operator.output))
    runs = _runs(operator, tensors)
    if runs is None:
        return None
    clamp = clamp_range(operator.activation, target)
    plane = find_plane(
        add_factors(lhs.scale, rhs.scale, target.scale),
        (lhs.zero_point, rhs.zero_point, target.zero_point),
        clamp,
    )
    if plane is None:
        return None
    return Kernel(
        function="hg_add_plane_s8",
        header="hg_elementwise_s8.h",
        parameters=Parameters(
            "hg_add_plane_s8_t",
            (
                ("runs", runs),
                ("lhs_multiplier", plane.lhs_multiplier),
                ("rhs_multiplier", plane.rhs_multiplier),
                ("offset", plane.offset),
                ("shift", plane.shift),
                ("output_min", clamp[0]),
                ("output_max", clamp[1]),
            ),
        ),
        inputs=(operator.lhs, operator.rhs),
    )


def plan_mul_line(operator: Mul, tensors: Sequence[Tensor], prefix: str) -> Kernel | None:
    """Return the kernel; None where this product cannot be computed so."""
    del prefix
    lhs, rhs, target = (tensors[i] for i in (operator.lhs, operator.rhs, operator.output))
    runs = _runs(operator, tensors)
    if runs is None:
        return None
    scaled = scaling(
        [mul_factor(lhs.scale, rhs.scale, target.scale)],
        np.zeros(1, dtype=np.int64),
        np.array([_LARGEST**2], dtype=np.int64),
        target.zero_point,
        clamp_range(operator.activation, target),
    )
    if scaled is None:
        return None
    words = scaled.words[0].tolist()
    return Kernel(
        function="hg_mul_line_s8",
        header="hg_elementwise_s8.h",
        parameters=Parameters(
            "hg_mul_line_s8_t",
            (
                ("runs", runs),
                ("line", scaled.parameters),
                ("lhs_offset", -lhs.zero_point),
                ("rhs_offset", -rhs.zero_point),
                ("extra", int(scaled.bias[0])),
                ("scale", (*words, *[0] * (3 - len(words)))),
            ),
        ),
        inputs=(operator.lhs, operator.rhs),
    )


def _runs(operator: Binary, tensors: Sequence[Tensor]) -> Parameters | None:
    """Return the runs of both operands; None where they are not, or are short."""
    lhs, rhs, target = (tensors[i] for i in (operator.lhs, operator.rhs, operator.output))
    size = min(lhs.size, rhs.size)
    if size < _TOGETHER or not all(_is_end(operand.shape, target.shape) for operand in (lhs, rhs)):
        return None
    return Parameters(
        "hg_elementwise_s8_t",
        (
            ("rounds", target.size // size),
            ("size", size),
            ("lhs_step", size if lhs.size == target.size else 0),
            ("rhs_step", size if rhs.size == target.size else 0),
        ),
    )


def _is_end(shape: tuple[int, ...], whole: tuple[int, ...]) -> bool:
    """Whether a shape, but for ones in front, is that of the last dimensions."""
    while shape and shape[0] == 1:
        shape = shape[1:]
    return shape == whole[len(whole) - len(shape) :]

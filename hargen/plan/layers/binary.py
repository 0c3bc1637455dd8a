"""Elementwise sums and products."""

from __future__ import annotations

from collections.abc import Sequence

from hargen.ir.ops.binary import Add, Binary, Mul
from hargen.ir.tensor import Tensor
from hargen.plan.layers.broadcast import padded_shape, strides
from hargen.plan.plan import Kernel, Parameters
from hargen.quantize.activation import clamp_range
from hargen.quantize.elementwise import ADD_LEFT_SHIFT, add_factors, mul_factor


def plan_add(operator: Add, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the kernel of a sum."""
    del prefix
    lhs, rhs, target = (tensors[i] for i in (operator.lhs, operator.rhs, operator.output))
    factors = add_factors(lhs.scale, rhs.scale, target.scale)
    return Kernel(
        function="hg_add_s8",
        header="hg_binary_s8.h",
        parameters=Parameters(
            "hg_add_s8_t",
            (
                ("binary", _binary(operator, tensors)),
                ("left_shift", ADD_LEFT_SHIFT),
                ("lhs_multiplier", factors.lhs.multiplier),
                ("lhs_shift", factors.lhs.shift),
                ("rhs_multiplier", factors.rhs.multiplier),
                ("rhs_shift", factors.rhs.shift),
                ("output_multiplier", factors.output.multiplier),
                ("output_shift", factors.output.shift),
            ),
        ),
        inputs=(operator.lhs, operator.rhs),
    )


def plan_mul(operator: Mul, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the kernel of a product."""
    del prefix
    lhs, rhs, target = (tensors[i] for i in (operator.lhs, operator.rhs, operator.output))
    factor = mul_factor(lhs.scale, rhs.scale, target.scale)
    return Kernel(
        function="hg_mul_s8",
        header="hg_binary_s8.h",
        parameters=Parameters(
            "hg_mul_s8_t",
            (
                ("binary", _binary(operator, tensors)),
                ("multiplier", factor.multiplier),
                ("shift", factor.shift),
            ),
        ),
        inputs=(operator.lhs, operator.rhs),
    )


def _binary(operator: Binary, tensors: Sequence[Tensor]) -> Parameters:
    lhs, rhs, target = (tensors[i] for i in (operator.lhs, operator.rhs, operator.output))
    low, high = clamp_range(operator.activation, target)
    return Parameters(
        "hg_binary_s8_t",
        (
            ("shape", padded_shape(target.shape)),
            ("lhs_stride", strides(lhs.shape)),
            ("rhs_stride", strides(rhs.shape)),
            ("lhs_offset", -lhs.zero_point),
            ("rhs_offset", -rhs.zero_point),
            ("output_offset", target.zero_point),
            ("output_min", low),
            ("output_max", high),
        ),
    )

"""Elementwise sums and products."""

from __future__ import annotations

from collections.abc import Sequence

from hargen.ir.ops.binary import Add, Binary, Mul
from hargen.ir.tensor import Tensor
from hargen.plan.layers.broadcast import padded_shape, strides
from hargen.plan.layers.float32.activation import clamp_range
from hargen.plan.plan import Kernel, Parameters


def plan_add(operator: Add, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the kernel of a sum."""
    del prefix
    return _plan("hg_add_f32", operator, tensors)


def plan_mul(operator: Mul, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the kernel of a product."""
    del prefix
    return _plan("hg_mul_f32", operator, tensors)


def _plan(function: str, operator: Binary, tensors: Sequence[Tensor]) -> Kernel:
    low, high = clamp_range(operator.activation)
    return Kernel(
        function=function,
        header="hg_binary_f32.h",
        parameters=Parameters(
            "hg_binary_f32_t",
            (
                ("shape", padded_shape(tensors[operator.output].shape)),
                ("lhs_stride", strides(tensors[operator.lhs].shape)),
                ("rhs_stride", strides(tensors[operator.rhs].shape)),
                ("output_min", low),
                ("output_max", high),
            ),
        ),
        inputs=(operator.lhs, operator.rhs),
    )

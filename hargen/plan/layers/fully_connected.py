"""Fully connected layers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hargen.ir.ops.fully_connected import FullyConnected
from hargen.ir.ops.weighted import sum_limits
from hargen.ir.tensor import Tensor
from hargen.plan.layers import dual
from hargen.plan.layers.weighted import bias_constant, bias_values, scales, weights_constant
from hargen.plan.plan import Constant, Kernel, Parameters, Role
from hargen.quantize.activation import clamp_range
from hargen.quantize.fully_connected import effective_scale, requantization

PAIRS = 3
"""HG_FULLY_CONNECTED_PAIRS"""


def plan_fully_connected(
    operator: FullyConnected, tensors: Sequence[Tensor], prefix: str
) -> Kernel:
    """Return the kernel of a fully connected layer: by pairs of outputs where it can be."""
    return plan_dual_fully_connected(operator, tensors, prefix) or plan_row_fully_connected(
        operator, tensors, prefix
    )


def plan_dual_fully_connected(
    operator: FullyConnected, tensors: Sequence[Tensor], prefix: str
) -> Kernel | None:
    """Return the kernel that goes by pairs of outputs; None where the weights cannot."""
    weights = tensors[operator.weights].data
    assert weights is not None
    return _plan(operator, tensors, prefix, by_pairs=True) if dual.fits(weights) else None


def plan_row_fully_connected(
    operator: FullyConnected, tensors: Sequence[Tensor], prefix: str
) -> Kernel:
    """Return the kernel that goes output by output, which all weights can."""
    return _plan(operator, tensors, prefix, by_pairs=False)


def _plan(
    operator: FullyConnected, tensors: Sequence[Tensor], prefix: str, *, by_pairs: bool
) -> Kernel:
    """Return a kernel with one factor in all, or one an output."""
    source, weights, target = (
        tensors[i] for i in (operator.input, operator.weights, operator.output)
    )
    assert weights.data is not None and weights.quantization is not None
    outputs, inputs = weights.shape
    wide = weights.data.astype(np.int64)
    model_bias = bias_values(tensors, operator.bias, outputs)
    limits = sum_limits(weights, None if operator.bias is None else tensors[operator.bias], 0)
    low, high = clamp_range(operator.activation, target)
    per_channel = weights.quantization.per_channel
    factors = [
        requantization(
            effective_scale(source.scale, scale, target.scale),
            low - target.zero_point,
            high - target.zero_point,
            int(limit),
        )
        for scale, limit in (
            zip(scales(weights, outputs), limits, strict=True)
            if per_channel
            else [(weights.scale, limits.max())]
        )
    ]
    bias = model_bias - source.zero_point * wide.sum(axis=1)
    constants: tuple[Constant, ...] = (
        dual.packed_weights(weights.data, inputs // 4 * 4, weights, prefix, together=PAIRS)
        if by_pairs
        else weights_constant(weights, prefix),
        bias_constant(bias, prefix, folded=True),
    )
    if per_channel:
        constants += (
            Constant(
                f"{prefix}_multiplier",
                Role.TABLE,
                "int32_t",
                np.array([f.multiplier for f in factors], dtype=np.int32),
                "one an output",
            ),
            Constant(
                f"{prefix}_shift",
                Role.TABLE,
                "int8_t",
                np.array([f.shift for f in factors], dtype=np.int8),
                "bits to the right, one an output",
            ),
        )
    name = "hg_fully_connected_dual" if by_pairs else "hg_fully_connected"
    return Kernel(
        function=f"{name}_per_channel_s8" if per_channel else f"{name}_s8",
        header=f"{name}_s8.h",
        parameters=Parameters(
            "hg_fully_connected_s8_t",
            (
                ("batches", operator.batches(tensors)),
                ("input_size", inputs),
                ("output_size", outputs),
                ("multiplier", 0 if per_channel else factors[0].multiplier),
                ("shift", 0 if per_channel else factors[0].shift),
                ("far", int(all(f.is_far(int(limits.max())) for f in factors))),
                ("output_offset", target.zero_point),
                ("output_min", low),
                ("output_max", high),
            ),
        ),
        inputs=(operator.input,),
        constants=constants,
    )

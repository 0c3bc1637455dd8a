"""Fully connected layers by groups of outputs: firmware/runtime/hg_fully_connected_groups_s8.h."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hargen.ir.ops.fully_connected import FullyConnected
from hargen.ir.ops.weighted import sum_limits
from hargen.ir.tensor import Array, Tensor
from hargen.plan.layers import dual
from hargen.plan.layers.fully_connected import PAIRS, plan_fully_connected
from hargen.plan.layers.weighted import bias_values, scales
from hargen.plan.plan import Constant, Kernel, Parameters, Role
from hargen.quantize.activation import clamp_range
from hargen.quantize.fully_connected import effective_scale, far_multipliers

_MOST_INPUTS = 256  # four times HG_GROUPS_QUADS
_MOST_OUTPUTS = 64  # twice HG_GROUPS_PAIRS
_LARGEST_INPUT = 128


def plan_fast_fully_connected(
    operator: FullyConnected, tensors: Sequence[Tensor], prefix: str
) -> Kernel:
    """Return the fastest kernel of a fully connected layer."""
    return plan_groups_fully_connected(operator, tensors, prefix) or plan_fully_connected(
        operator, tensors, prefix
    )


def plan_groups_fully_connected(
    operator: FullyConnected, tensors: Sequence[Tensor], prefix: str
) -> Kernel | None:
    """Return the kernel; None where there is no whole group, or the layer does not fit."""
    weights = tensors[operator.weights]
    assert weights.data is not None
    outputs, inputs = weights.shape
    small = inputs <= _MOST_INPUTS and 2 * PAIRS <= outputs + outputs % 2 <= _MOST_OUTPUTS
    if not small or operator.batches(tensors) != 1 or not dual.fits(weights.data):
        return None
    found = plan_outputs(operator, tensors, prefix)
    if found is None:
        return None
    parameters, start, multiplier = found
    filled = np.pad(weights.data, ((0, 0), (0, -inputs % 4)))
    return Kernel(
        function="hg_fully_connected_groups_s8",
        header="hg_fully_connected_groups_s8.h",
        parameters=Parameters(
            "hg_fully_connected_groups_s8_t",
            (("input_size", inputs), ("outputs", parameters)),
        ),
        inputs=(operator.input,),
        constants=(
            dual.packed_weights(filled, filled.shape[1], weights, prefix, together=PAIRS),
            start,
            multiplier,
        ),
    )


def plan_outputs(
    operator: FullyConnected, tensors: Sequence[Tensor], prefix: str
) -> tuple[Parameters, Constant, Constant | None] | None:
    """Return how sums become outputs, what they start with, and multipliers where they differ.

    None where hg_dual_outputs_s8 cannot do it.
    """
    source, weights, target = (
        tensors[i] for i in (operator.input, operator.weights, operator.output)
    )
    assert weights.data is not None and weights.quantization is not None
    outputs = weights.shape[0]
    wide = weights.data.astype(np.int64)
    bias = bias_values(tensors, operator.bias, outputs) - source.zero_point * wide.sum(axis=1)
    limits = sum_limits(weights, None if operator.bias is None else tensors[operator.bias], 0)
    low, high = clamp_range(operator.activation, target)
    per_channel = weights.quantization.per_channel
    found = far_multipliers(
        [
            effective_scale(source.scale, scale, target.scale)
            for scale in (scales(weights, outputs) if per_channel else [weights.scale])
        ],
        low - target.zero_point,
        high - target.zero_point,
        limits.tolist() if per_channel else [int(limits.max())],
    )
    if found is None or not _fits(wide, bias):
        return None
    multipliers, shift = found
    first, second = np.pad(bias, (0, outputs % 2)).reshape(-1, 2).T
    parameters = Parameters(
        "hg_dual_outputs_s8_t",
        (
            ("size", outputs),
            ("multiplier", 0 if per_channel else multipliers[0]),
            ("shift", shift),
            ("output_offset", target.zero_point),
            ("output_min", low),
            ("output_max", high),
        ),
    )
    start = Constant(
        f"{prefix}_bias",
        Role.BIAS,
        "int32_t",
        np.stack([first, first + 256 * second], axis=1).astype(np.int32).reshape(-1),
        "of each pair: the first one's, and that with 256 times the second one's;"
        " the input's zero point is folded in",
    )
    multiplier = Constant(
        f"{prefix}_multiplier",
        Role.TABLE,
        "int32_t",
        np.array(multipliers, dtype=np.int32),
        "one an output",
    )
    return parameters, start, multiplier if per_channel else None


def _fits(weights: Array, bias: Array) -> bool:
    """Whether sums that start with the biases cannot leave 32 bits: dual.fits has no biases."""
    largest = _LARGEST_INPUT * np.abs(weights).sum(axis=1) + np.abs(bias)
    first, second = np.pad(largest, (0, len(largest) % 2)).reshape(-1, 2).T
    return bool((first + 256 * second < 2**31).all())

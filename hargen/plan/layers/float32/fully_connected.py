"""Fully connected layers."""

from __future__ import annotations

from collections.abc import Sequence

from hargen.ir.ops.fully_connected import FullyConnected
from hargen.ir.tensor import Tensor
from hargen.plan.layers.float32.activation import clamp_range
from hargen.plan.layers.float32.weighted import bias_constant, packed_weights
from hargen.plan.plan import Kernel, Parameters


def plan_fully_connected(
    operator: FullyConnected, tensors: Sequence[Tensor], prefix: str
) -> Kernel:
    """Return the kernel of a fully connected layer."""
    weights = tensors[operator.weights]
    outputs, inputs = weights.shape
    low, high = clamp_range(operator.activation)
    return Kernel(
        function="hg_fully_connected_f32",
        header="hg_fully_connected_f32.h",
        parameters=Parameters(
            "hg_fully_connected_f32_t",
            (
                ("batches", operator.batches(tensors)),
                ("input_size", inputs),
                ("output_size", outputs),
                ("output_min", low),
                ("output_max", high),
            ),
        ),
        inputs=(operator.input,),
        constants=(
            packed_weights(weights, prefix),
            bias_constant(tensors, operator.bias, prefix),
        ),
    )

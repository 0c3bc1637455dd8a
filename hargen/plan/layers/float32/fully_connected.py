"""Fully connected layers."""

from __future__ import annotations

from collections.abc import Sequence

from hargen.ir.ops.fully_connected import FullyConnected
from hargen.ir.tensor import Tensor
from hargen.plan.layers.float32.activation import clamp_range
from hargen.plan.layers.float32.weighted import weighted_constants
from hargen.plan.plan import Kernel, Parameters


def plan_fully_connected(
    operator: FullyConnected, tensors: Sequence[Tensor], prefix: str
) -> Kernel:
    """Return the kernel of a fully connected layer."""
    return Kernel(
        function="hg_fully_connected_f32",
        header="hg_fully_connected_f32.h",
        parameters=connected_parameters(operator, tensors),
        inputs=(operator.input,),
        constants=weighted_constants(operator, tensors, prefix),
    )


def connected_parameters(operator: FullyConnected, tensors: Sequence[Tensor]) -> Parameters:
    """Return the parameters of a fully connected layer."""
    outputs, inputs = tensors[operator.weights].shape
    low, high = clamp_range(operator.activation)
    return Parameters(
        "hg_fully_connected_f32_t",
        (
            ("batches", operator.batches(tensors)),
            ("input_size", inputs),
            ("output_size", outputs),
            ("output_min", low),
            ("output_max", high),
        ),
    )

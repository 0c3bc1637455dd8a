"""Fully connected layers with int8 weights between float32 tensors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hargen.ir.operator import TensorId
from hargen.ir.ops.hybrid_fully_connected import HybridFullyConnected
from hargen.ir.tensor import Tensor
from hargen.plan.layers.float32.hybrid_dual import plan_hybrid_dual
from hargen.plan.layers.float32.weighted import blocks
from hargen.plan.plan import Constant, Kernel, Parameters, Role

LANES = 6  # HG_HYBRID_LANES in firmware/runtime/hg_hybrid_fully_connected_f32.h


def plan_hybrid_fully_connected(
    operator: HybridFullyConnected, tensors: Sequence[Tensor], prefix: str
) -> Kernel:
    """Return the kernel of a hybrid fully connected layer, for two outputs at a time if it can."""
    dual = plan_hybrid_dual(operator, tensors, prefix)
    if dual is not None:
        return dual
    weights = tensors[operator.weights]
    assert weights.data is not None
    outputs, inputs = weights.shape

    def floats(name: str, role: Role, tensor: TensorId) -> Constant:
        values = np.asarray(tensors[tensor].data, dtype=np.float32)
        return Constant(f"{prefix}_{name}", role, "float", values, "one an output")

    return Kernel(
        function="hg_hybrid_fully_connected_f32",
        header="hg_hybrid_fully_connected_f32.h",
        parameters=Parameters(
            "hg_hybrid_fully_connected_f32_t",
            (
                ("input_size", inputs),
                ("output_size", outputs),
                ("steps_in_one", operator.steps_in_one),
                ("limit", float(operator.limit)),
            ),
        ),
        inputs=(operator.input,),
        constants=(
            Constant(
                f"{prefix}_weights",
                Role.WEIGHTS,
                "int8_t",
                blocks(weights.data, LANES).astype(np.int8),
                f"{outputs}x{inputs}, blocks of {LANES} outputs",
            ),
            floats("scales", Role.TABLE, operator.scales),
            floats("offsets_bias", Role.BIAS, operator.offsets),
        ),
    )

"""Fully connected layers with int8 weights between float32 tensors, two outputs at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hargen.ir.ops.hybrid_fully_connected import HybridFullyConnected
from hargen.ir.tensor import Tensor
from hargen.plan.plan import Constant, Kernel, Parameters, Role

_MAX_INPUTS = 256  # HG_HYBRID_DUAL_MAX_INPUTS in firmware/runtime/hg_hybrid_dual_f32.h
_RAISED = 128  # HG_HYBRID_DUAL_RAISED


def plan_hybrid_dual(
    operator: HybridFullyConnected, tensors: Sequence[Tensor], prefix: str
) -> Kernel | None:
    """Return the kernel of a hybrid fully connected layer; None where it has too many inputs."""
    rows, scales, offsets = (
        np.asarray(tensors[i].data) for i in (operator.weights, operator.scales, operator.offsets)
    )
    outputs, inputs = rows.shape
    if inputs > _MAX_INPUTS:
        return None
    wide = np.pad(rows.astype(np.int64), ((0, outputs % 2), (0, inputs % 2)))
    halves = wide[0::2] + _RAISED + 256 * wide[1::2]
    return Kernel(
        function="hg_hybrid_dual_f32",
        header="hg_hybrid_dual_f32.h",
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
                "uint32_t",
                halves.astype("<i2").view("<u4").reshape(-1),
                f"{outputs}x{inputs}, in pairs of outputs",
            ),
            Constant(
                f"{prefix}_scales",
                Role.TABLE,
                "float",
                scales.astype(np.float32),
                "one an output",
            ),
            Constant(
                f"{prefix}_offsets_bias",
                Role.BIAS,
                "float",
                offsets.astype(np.float32),
                "one an output",
            ),
        ),
    )

"""What the layers with weights share: the order that their kernels read weights in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hargen.ir.operator import TensorId
from hargen.ir.ops.conv_2d import Conv2D
from hargen.ir.ops.fully_connected import FullyConnected
from hargen.ir.tensor import Array, Tensor
from hargen.plan.plan import Constant, Role

LANES = 4  # HG_LANES in firmware/runtime/hg_math_f32.h


def packed_weights(tensor: Tensor, prefix: str) -> Constant:
    """Return weights (outputs, ...) in blocks of LANES outputs, each with the outputs innermost.

    The last block has as many outputs as are left, so that nothing is padded.
    """
    assert tensor.data is not None
    rows = tensor.data.reshape(tensor.shape[0], -1)
    return weights_constant(blocks(rows, LANES), tensor, f"blocks of {LANES} outputs", prefix)


def weighted_constants(
    operator: Conv2D | FullyConnected, tensors: Sequence[Tensor], prefix: str
) -> tuple[Constant | None, ...]:
    """Return packed weights and bias."""
    return (
        packed_weights(tensors[operator.weights], prefix),
        bias_constant(tensors, operator.bias, prefix),
    )


def blocks(rows: Array, lanes: int) -> Array:
    """Return rows (outputs, inputs) flat: so many outputs at a time, the outputs innermost."""
    return np.concatenate([rows[o : o + lanes].T.reshape(-1) for o in range(0, len(rows), lanes)])


def weights_constant(values: Array, tensor: Tensor, order: str, prefix: str) -> Constant:
    """Return float32 weights as a constant; the comment says how the values lie."""
    shape = "x".join(str(n) for n in tensor.shape)
    return Constant(
        f"{prefix}_weights",
        Role.WEIGHTS,
        "float",
        np.ascontiguousarray(values.reshape(-1), dtype=np.float32),
        f"{shape}, {order}",
    )


def bias_constant(tensors: Sequence[Tensor], bias: TensorId | None, prefix: str) -> Constant | None:
    """Return the bias; None where the model has none, or only zeros."""
    data = None if bias is None else tensors[bias].data
    if data is None or not data.any():
        return None
    values = np.ascontiguousarray(data.reshape(-1), dtype=np.float32)
    return Constant(f"{prefix}_bias", Role.BIAS, "float", values, "as in the model")

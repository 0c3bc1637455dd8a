"""What the layers with weights share: their constants, and the zero point folded into the bias."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hargen.errors import ModelError
from hargen.ir.operator import TensorId
from hargen.ir.ops.weighted import SUM_LIMIT
from hargen.ir.tensor import Array, Tensor
from hargen.plan.plan import Constant, Role
from hargen.quantize.fully_connected import effective_scale
from hargen.quantize.multiplier import quantize_multiplier


def weights_constant(tensor: Tensor, prefix: str) -> Constant:
    """Return the weights in the file's order."""
    assert tensor.data is not None
    shape = "x".join(str(n) for n in tensor.shape)
    return Constant(f"{prefix}_weights", Role.WEIGHTS, "int8_t", tensor.data.reshape(-1), shape)


def bias_values(tensors: Sequence[Tensor], bias: TensorId | None, channels: int) -> Array:
    """Return the bias as int64, zeros where the model has none."""
    if bias is None:
        return np.zeros(channels, dtype=np.int64)
    data = tensors[bias].data
    assert data is not None
    return data.reshape(-1).astype(np.int64)


def bias_constant(values: Array, prefix: str, *, folded: bool) -> Constant:
    """Return the bias as int32; the importer has proven that folding cannot overflow."""
    comment = "the input's zero point is folded in" if folded else "as in the model"
    return Constant(f"{prefix}_bias", Role.BIAS, "int32_t", values.astype(np.int32), comment)


def scales(tensor: Tensor, channels: int) -> list[float]:
    """Return the weights' scale for every channel."""
    quantization = tensor.quantization
    assert quantization is not None
    return list(quantization.scale) if quantization.per_channel else [tensor.scale] * channels


def double_rounding_tables(
    source: Tensor, weights: Tensor, target: Tensor, limits: Array, prefix: str
) -> tuple[Constant, Constant]:
    """Return multiplier and shift of every output channel, for hg_requantize_double.

    Raises:
        ModelError: a sum of that channel, bounded by `limits`, would overflow when it is scaled up.
    """
    factors = [
        quantize_multiplier(effective_scale(source.scale, scale, target.scale))
        for scale in scales(weights, len(limits))
    ]
    for factor, limit in zip(factors, limits.tolist(), strict=True):
        if limit << max(factor.shift, 0) >= SUM_LIMIT:
            raise ModelError(
                f"the output scale {target.scale:g} of {target.name!r} is so small that a sum"
                " could overflow",
                hint="quantize the model again with representative data",
            )
    return (
        Constant(
            f"{prefix}_multiplier",
            Role.TABLE,
            "int32_t",
            np.array([f.multiplier for f in factors], dtype=np.int32),
            "Q0.31, one an output channel",
        ),
        Constant(
            f"{prefix}_shift",
            Role.TABLE,
            "int8_t",
            np.array([f.shift for f in factors], dtype=np.int8),
            "powers of two, one an output channel",
        ),
    )

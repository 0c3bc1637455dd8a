"""The check that convolutions and fully connected layers share: weights, bias, accumulator."""

from __future__ import annotations

import numpy as np

from hargen.ir.operator import Operator, TensorId, Tensors
from hargen.ir.tensor import Array, DType, Tensor

SUM_LIMIT = 2**31
_LARGEST_INPUT = 255  # |x - zero_point| of an int8 tensor


def verify_weights(
    operator: Operator,
    tensors: Tensors,
    weights: TensorId,
    bias: TensorId | None,
    *,
    channel_axis: int,
) -> None:
    """Check constant int8 weights and int32 bias, and that no accumulator can overflow.

    The sum of |bias| and 255 |weights| below 2^31 means that 32-bit sums are exact in any order,
    for any input: kernels may reorder, fold the zero point into the bias, and need no wider type.

    Raises:
        ModelError: names the operator and what does not fit.
    """
    w = tensors[weights]
    channels = w.shape[channel_axis]
    operator.require(w.data is not None, f"weights {w.name!r} are not constant")
    operator.require(
        w.dtype is DType.INT8, f"weights {w.name!r} are {w.dtype.value}, and only int8 is supported"
    )
    quantization = w.quantization
    assert w.data is not None
    if quantization is None:
        raise operator.fail(f"weights {w.name!r} have no scale")
    operator.require(
        all(zero == 0 for zero in quantization.zero_point),
        f"weights {w.name!r} have a zero point other than 0",
    )
    operator.require(
        not quantization.per_channel
        or (quantization.axis == channel_axis and len(quantization.scale) == channels),
        f"weights {w.name!r} have {len(quantization.scale)} scales along axis {quantization.axis}"
        f" for {channels} channels on axis {channel_axis}",
    )
    b = None if bias is None else tensors[bias]
    if b is not None:
        operator.require(
            b.data is not None and b.dtype is DType.INT32 and b.size == channels,
            f"bias {b.name!r} is not a constant of {channels} int32 values",
        )
    operator.require(
        bool((sum_limits(w, b, channel_axis) < SUM_LIMIT).all()),
        f"weights {w.name!r} and their bias are so large that a 32-bit sum could overflow",
    )


def sum_limits(weights: Tensor, bias: Tensor | None, channel_axis: int) -> Array:
    """Return, for every output channel, a bound on the magnitude of all its sums, as int64."""
    magnitudes = np.abs(np.asarray(weights.data, dtype=np.int64))
    other_axes = tuple(axis for axis in range(magnitudes.ndim) if axis != channel_axis)
    limits: Array = _LARGEST_INPUT * magnitudes.sum(axis=other_axes)
    if bias is not None:
        limits = limits + np.abs(np.asarray(bias.data, dtype=np.int64).reshape(-1))
    return limits

"""The check that convolutions and fully connected layers share: weights, bias, accumulator."""

from __future__ import annotations

import numpy as np

from hargen.errors import ModelError
from hargen.ir.operator import Operator, TensorId, Tensors, is_float
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
    """Check that weights and bias are constants that fit the activations' type.

    Raises:
        ModelError: names the operator and what does not fit.
    """
    w = tensors[weights]
    b = None if bias is None else tensors[bias]
    channels = w.shape[channel_axis]
    float_network = is_float(tensors, operator.output)
    if float_network and w.dtype is DType.INT8:
        raise ModelError(
            f"weights {w.name!r} are int8 while its activations are float32",
            where=operator.name,
            why="the model was converted with dynamic-range quantization",
            hint="convert it with representative data for int8, or without optimizations for"
            " float32",
        )
    operator.require(w.data is not None, f"weights {w.name!r} are not constant")
    if b is not None:
        dtype = DType.FLOAT32 if float_network else DType.INT32
        operator.require(
            b.data is not None and b.dtype is dtype and b.size == channels,
            f"bias {b.name!r} is not a constant of {channels} {dtype.value} values",
        )
    if float_network:
        operator.require(
            w.dtype is DType.FLOAT32, f"weights {w.name!r} are {w.dtype.value}, and not float32"
        )
    else:
        _verify_int8_weights(operator, w, b, channel_axis)


def _verify_int8_weights(
    operator: Operator, w: Tensor, b: Tensor | None, channel_axis: int
) -> None:
    """Check scales and zero points, and that no accumulator can overflow.

    The sum of |bias| and 255 |weights| below 2^31 means that 32-bit sums are exact in any order,
    for any input: kernels may reorder, fold the zero point into the bias, and need no wider type.
    """
    channels = w.shape[channel_axis]
    operator.require(w.dtype is DType.INT8, f"weights {w.name!r} are {w.dtype.value}, and not int8")
    quantization = w.quantization
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

"""Depthwise convolutions along columns: firmware/runtime/hg_depthwise_conv_2d_column_s8.h."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hargen.ir.ops.depthwise_conv_2d import DepthwiseConv2D
from hargen.ir.ops.weighted import sum_limits
from hargen.ir.tensor import Array, Tensor
from hargen.plan.layers.depthwise_conv_2d import depthwise_parameters, plan_depthwise_conv_2d
from hargen.plan.layers.line import channel_factors, scaling
from hargen.plan.layers.upright import upright
from hargen.plan.layers.weighted import bias_values
from hargen.plan.plan import Constant, Kernel, Parameters, Role
from hargen.quantize.activation import clamp_range

_WORDS = 40  # HG_COLUMN_WORDS
_TAPS = range(2, 18)
_STRIDES = (1, 2)


def plan_fast_depthwise_conv_2d(
    operator: DepthwiseConv2D, tensors: Sequence[Tensor], prefix: str
) -> Kernel:
    """Return the fastest kernel of a depthwise convolution."""
    return plan_depthwise_column(operator, tensors, prefix) or plan_depthwise_conv_2d(
        operator, tensors, prefix
    )


def plan_depthwise_column(
    operator: DepthwiseConv2D, tensors: Sequence[Tensor], prefix: str
) -> Kernel | None:
    """Return the kernel; None where this convolution cannot be computed so."""
    operator, tensors = upright(operator, tensors)
    source, weights, target = (
        tensors[i] for i in (operator.input, operator.weights, operator.output)
    )
    assert weights.data is not None
    stencil = operator.stencil
    _, taps, _, filters = weights.shape
    along_columns = (
        stencil.keeps_columns
        and taps in _TAPS
        and stencil.stride[0] in _STRIDES
        and stencil.dilation[0] == 1
    )
    if not along_columns:
        return None
    kernels = weights.data.reshape(taps, filters).T.astype(np.int64)
    model_bias = None if operator.bias is None else tensors[operator.bias]
    scaled = scaling(
        channel_factors(source, weights, target, filters),
        bias_values(tensors, operator.bias, filters) - source.zero_point * kernels.sum(axis=1),
        sum_limits(weights, model_bias, channel_axis=3),
        target.zero_point,
        clamp_range(operator.activation, target),
    )
    if scaled is None:
        return None
    words = np.concatenate(
        [scaled.bias[:, None], scaled.words, _pairs(scaled.factor * kernels)], axis=1
    )
    shape = "x".join(str(n) for n in weights.shape)
    return Kernel(
        function="hg_depthwise_conv_2d_column_s8",
        header="hg_depthwise_conv_2d_column_s8.h",
        parameters=Parameters(
            "hg_depthwise_conv_2d_column_s8_t",
            (
                ("conv", depthwise_parameters(operator, tensors)),
                ("line", scaled.parameters),
                ("rows", _rows(taps, stencil.stride[0], target.shape[1])),
                ("padding_value", source.zero_point),
            ),
        ),
        inputs=(operator.input,),
        constants=(
            Constant(
                f"{prefix}_weights",
                Role.WEIGHTS,
                "int32_t",
                words.astype(np.int32).reshape(-1),
                f"{shape}: of each filter bias, scale, and weights in pairs",
            ),
        ),
    )


def _rows(taps: int, stride: int, wanted: int) -> int:
    """Return how many rows of the output a strip is for: even, but where it is all."""
    most = (2 * _WORDS - taps) // stride + 1
    return wanted if wanted <= most else most // 2 * 2


def _pairs(kernels: Array) -> Array:
    """Return (channels, taps) as words (channels, taps - 1): pairs from even, then odd taps."""
    taps = kernels.shape[1]
    firsts = [*range(0, taps - 1, 2), *range(1, taps - 1, 2)]
    return np.stack([_word(kernels[:, i], kernels[:, i + 1]) for i in firsts], axis=1)


def _word(low: Array, high: Array) -> Array:
    """Return both as signed halves of an int32, in an int64."""
    return (high << 16) + (low & 0xFFFF)

"""Convolutions, alone or with the maximum pool behind them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hargen.ir.ops.conv_2d import Conv2D
from hargen.ir.ops.conv_max_pool_2d import ConvMaxPool2D
from hargen.ir.ops.weighted import sum_limits
from hargen.ir.tensor import Array, Tensor
from hargen.plan.layers import dual
from hargen.plan.layers.strip import Column, scale_tables
from hargen.plan.layers.upright import upright
from hargen.plan.layers.weighted import (
    bias_constant,
    bias_values,
    double_rounding_tables,
    weights_constant,
)
from hargen.plan.plan import Constant, Kernel, Parameters
from hargen.quantize.activation import clamp_range


def plan_conv_2d(operator: Conv2D, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the kernel of a convolution: by strips where it can be, else position by position."""
    return plan_strip_conv_2d(operator, tensors, prefix) or plan_position_conv_2d(
        operator, tensors, prefix
    )


def plan_strip_conv_2d(operator: Conv2D, tensors: Sequence[Tensor], prefix: str) -> Kernel | None:
    """Return the kernel that goes by strips; None where this convolution cannot."""
    operator, tensors = upright(operator, tensors)
    height, _ = _output_size(operator, tensors)
    positions = _column(operator, tensors).positions(height)
    constants = _strip_constants(operator, tensors, prefix) if positions else None
    if constants is None:
        return None
    return Kernel(
        function="hg_conv_2d_strip_s8",
        header="hg_conv_2d_strip_s8.h",
        parameters=_strip_parameters(operator, tensors, _conv(operator, tensors), positions),
        inputs=(operator.input,),
        constants=constants,
    )


def plan_position_conv_2d(operator: Conv2D, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the kernel that goes position by position, which every convolution can."""
    operator, tensors = upright(operator, tensors)
    return Kernel(
        function="hg_conv_2d_s8",
        header="hg_conv_2d_s8.h",
        parameters=_conv(operator, tensors),
        inputs=(operator.input,),
        constants=_constants(operator, tensors, prefix),
    )


def plan_conv_max_pool_2d(
    operator: ConvMaxPool2D, tensors: Sequence[Tensor], prefix: str
) -> Kernel:
    """Return the kernel of a convolution with its pool; both clamps become one."""
    return plan_strip_conv_max_pool_2d(operator, tensors, prefix) or plan_position_conv_max_pool_2d(
        operator, tensors, prefix
    )


def plan_strip_conv_max_pool_2d(
    operator: ConvMaxPool2D, tensors: Sequence[Tensor], prefix: str
) -> Kernel | None:
    """Return the kernel that goes by strips; None where this convolution cannot."""
    operator, tensors = upright(operator, tensors)
    windows, part, positions = _pool_strip(operator, tensors, tensors[operator.output].shape[1])
    constants = _strip_constants(operator, tensors, prefix) if positions else None
    if constants is None:
        return None
    conv = conv_parameters(operator, tensors, pooled_clamp(operator, tensors))
    strip = _strip_parameters(operator, tensors, conv, positions)
    return Kernel(
        function="hg_conv_max_pool_2d_strip_s8",
        header="hg_conv_max_pool_2d_strip_s8.h",
        parameters=Parameters(
            "hg_conv_max_pool_2d_strip_s8_t",
            (
                ("strip", strip),
                ("windows", windows),
                ("part", part),
                *_pool_fields(operator, tensors),
            ),
        ),
        inputs=(operator.input,),
        constants=constants,
    )


def plan_position_conv_max_pool_2d(
    operator: ConvMaxPool2D, tensors: Sequence[Tensor], prefix: str
) -> Kernel:
    """Return the kernel that goes position by position, which every convolution can."""
    operator, tensors = upright(operator, tensors)
    conv = conv_parameters(operator, tensors, pooled_clamp(operator, tensors))
    return Kernel(
        function="hg_conv_max_pool_2d_s8",
        header="hg_conv_max_pool_2d_s8.h",
        parameters=Parameters(
            "hg_conv_max_pool_2d_s8_t", (("conv", conv), *_pool_fields(operator, tensors))
        ),
        inputs=(operator.input,),
        constants=_constants(operator, tensors, prefix),
    )


def _conv(operator: Conv2D, tensors: Sequence[Tensor]) -> Parameters:
    """Return the parameters of a convolution that is alone."""
    clamp = clamp_range(operator.activation, tensors[operator.output])
    return conv_parameters(operator, tensors, clamp)


def _pool_fields(operator: ConvMaxPool2D, tensors: Sequence[Tensor]) -> tuple[tuple[str, int], ...]:
    _, pooled_height, pooled_width, _ = tensors[operator.output].shape
    return (
        ("pool_height", operator.pool.kernel[0]),
        ("pool_width", operator.pool.kernel[1]),
        ("pool_stride_height", operator.pool.stride[0]),
        ("pool_stride_width", operator.pool.stride[1]),
        ("pooled_height", pooled_height),
        ("pooled_width", pooled_width),
    )


def _output_size(operator: Conv2D, tensors: Sequence[Tensor]) -> tuple[int, int]:
    _, height, width, _ = tensors[operator.input].shape
    return operator.stencil.output_size(height, width)


def _column(operator: Conv2D, tensors: Sequence[Tensor]) -> Column:
    stencil = operator.stencil
    row = stencil.kernel[1] * tensors[operator.input].shape[3]
    return Column(stencil.kernel[0], stencil.stride[0], row)


def _pool_strip(
    operator: ConvMaxPool2D, tensors: Sequence[Tensor], pooled_height: int
) -> tuple[int, int, int]:
    """Return how many of the pool's windows a strip has rows of, how many rows, and positions."""
    rows, stride = operator.pool.kernel[0], operator.pool.stride[0]
    column = _column(operator, tensors)
    part = column.positions(rows)
    windows = 1
    while (
        part == rows
        and windows < pooled_height
        and column.positions(windows * stride + rows) == windows * stride + rows
    ):
        windows += 1
    return windows, part, (windows - 1) * stride + part


def _strip_parameters(
    operator: Conv2D, tensors: Sequence[Tensor], conv: Parameters, positions: int
) -> Parameters:
    return Parameters(
        "hg_strip_s8_t",
        (
            ("conv", conv),
            ("positions", positions),
            ("padding_value", tensors[operator.input].zero_point),
        ),
    )


def _strip_constants(
    operator: Conv2D, tensors: Sequence[Tensor], prefix: str
) -> tuple[Constant | None, ...] | None:
    """Return packed weights, bias and scales; None where the convolution cannot go by strips."""
    weights = tensors[operator.weights]
    assert weights.data is not None
    rows = weights.data.reshape(weights.shape[0], -1)
    if operator.stencil.dilation[0] != 1 or not dual.fits(rows):
        return None
    scales = conv_scales(operator, tensors, prefix)
    if scales is None:
        return None
    bias = folded_bias(operator, tensors)
    swapped = rows.shape[1] if _column(operator, tensors).row % 4 == 0 else 0
    return (
        dual.packed_weights(rows, swapped, weights, prefix),
        bias_constant(bias, prefix, folded=True) if bias.any() else None,
        *scales,
    )


def conv_scales(
    operator: Conv2D, tensors: Sequence[Tensor], prefix: str
) -> tuple[Constant, Constant] | None:
    """Return the tables of hg_requantize_right; None where it cannot do what is needed."""
    source, weights, target = (
        tensors[i] for i in (operator.input, operator.weights, operator.output)
    )
    bias = None if operator.bias is None else tensors[operator.bias]
    limits = sum_limits(weights, bias, channel_axis=0)
    return scale_tables(*double_rounding_tables(source, weights, target, limits, prefix), limits)


def folded_bias(operator: Conv2D, tensors: Sequence[Tensor]) -> Array:
    """Return the bias with the input's zero point under every tap."""
    source, weights = tensors[operator.input], tensors[operator.weights]
    assert weights.data is not None
    rows = weights.data.reshape(weights.shape[0], -1).astype(np.int64)
    bias: Array = bias_values(tensors, operator.bias, len(rows)) - source.zero_point * rows.sum(
        axis=1
    )
    return bias


def _folds(operator: Conv2D) -> bool:
    """Whether every tap counts at every position, so that the zero point is a constant sum."""
    return not operator.stencil.padding


def pooled_clamp(operator: ConvMaxPool2D, tensors: Sequence[Tensor]) -> tuple[int, int]:
    """Return the range of the outputs: first the convolution's, then the pool's, which wins."""
    target = tensors[operator.output]
    low, high = clamp_range(operator.activation, target)
    pool_low, pool_high = clamp_range(operator.pool_activation, target)
    return min(max(low, pool_low), pool_high), max(min(high, pool_high), pool_low)


def conv_parameters(
    operator: Conv2D, tensors: Sequence[Tensor], clamp: tuple[int, int]
) -> Parameters:
    """Return the shapes of a convolution, and the range that its outputs are clamped to."""
    source, weights, target = (
        tensors[i] for i in (operator.input, operator.weights, operator.output)
    )
    _, height, width, channels = source.shape
    stencil = operator.stencil
    output_height, output_width = stencil.output_size(height, width)
    if type(operator) is Conv2D:
        output_width = target.shape[2]  # a column alone, where there are more
    return Parameters(
        "hg_conv_2d_s8_t",
        (
            ("input_height", height),
            ("input_width", width),
            ("input_channels", channels),
            ("output_height", output_height),
            ("output_width", output_width),
            ("output_channels", weights.shape[0]),
            ("kernel_height", stencil.kernel[0]),
            ("kernel_width", stencil.kernel[1]),
            ("stride_height", stencil.stride[0]),
            ("stride_width", stencil.stride[1]),
            ("dilation_height", stencil.dilation[0]),
            ("dilation_width", stencil.dilation[1]),
            ("padding_top", stencil.padding.top),
            ("padding_left", stencil.padding.left),
            ("padded", int(bool(stencil.padding))),
            ("input_offset", 0 if _folds(operator) else -source.zero_point),
            ("output_offset", target.zero_point),
            ("output_min", clamp[0]),
            ("output_max", clamp[1]),
        ),
    )


def _constants(
    operator: Conv2D, tensors: Sequence[Tensor], prefix: str
) -> tuple[Constant | None, ...]:
    source, weights, target = (
        tensors[i] for i in (operator.input, operator.weights, operator.output)
    )
    channels = weights.shape[0]
    assert weights.data is not None
    bias = bias_values(tensors, operator.bias, channels)
    model_bias = None if operator.bias is None else tensors[operator.bias]
    limits = sum_limits(weights, model_bias, channel_axis=0)
    if _folds(operator):
        per_channel = weights.data.reshape(channels, -1).astype(np.int64).sum(axis=1)
        bias = bias - source.zero_point * per_channel
    return (
        weights_constant(weights, prefix),
        bias_constant(bias, prefix, folded=_folds(operator)) if bias.any() else None,
        *double_rounding_tables(source, weights, target, limits, prefix),
    )

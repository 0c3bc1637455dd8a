"""Depthwise convolutions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hargen.ir.ops.depthwise_conv_2d import DepthwiseConv2D
from hargen.ir.ops.weighted import sum_limits
from hargen.ir.tensor import Tensor
from hargen.plan.layers.weighted import (
    bias_constant,
    bias_values,
    double_rounding_tables,
    weights_constant,
)
from hargen.plan.plan import Kernel, Parameters
from hargen.quantize.activation import clamp_range


def plan_depthwise_conv_2d(
    operator: DepthwiseConv2D, tensors: Sequence[Tensor], prefix: str
) -> Kernel:
    """Return the kernel of a depthwise convolution."""
    source, weights, target = (
        tensors[i] for i in (operator.input, operator.weights, operator.output)
    )
    assert weights.data is not None
    filters = weights.shape[3]
    # Without padding every tap counts at every position: the zero point is a constant sum.
    folds = not operator.stencil.padding
    bias = bias_values(tensors, operator.bias, filters)
    model_bias = None if operator.bias is None else tensors[operator.bias]
    limits = sum_limits(weights, model_bias, channel_axis=3)
    if folds:
        bias = bias - source.zero_point * weights.data.astype(np.int64).sum(axis=(0, 1, 2))
    return Kernel(
        function="hg_depthwise_conv_2d_s8",
        header="hg_depthwise_conv_2d_s8.h",
        parameters=depthwise_parameters(operator, tensors),
        inputs=(operator.input,),
        constants=(
            weights_constant(weights, prefix),
            bias_constant(bias, prefix, folded=folds) if bias.any() else None,
            *double_rounding_tables(source, weights, target, limits, prefix),
        ),
    )


def depthwise_parameters(operator: DepthwiseConv2D, tensors: Sequence[Tensor]) -> Parameters:
    """Return the shapes of a depthwise convolution, and the range of its outputs."""
    source, target = tensors[operator.input], tensors[operator.output]
    stencil = operator.stencil
    _, height, width, channels = source.shape
    low, high = clamp_range(operator.activation, target)
    return Parameters(
        "hg_depthwise_conv_2d_s8_t",
        (
            ("input_height", height),
            ("input_width", width),
            ("input_channels", channels),
            ("output_height", target.shape[1]),
            ("output_width", target.shape[2]),
            ("depth_multiplier", operator.depth_multiplier),
            ("kernel_height", stencil.kernel[0]),
            ("kernel_width", stencil.kernel[1]),
            ("stride_height", stencil.stride[0]),
            ("stride_width", stencil.stride[1]),
            ("dilation_height", stencil.dilation[0]),
            ("dilation_width", stencil.dilation[1]),
            ("padding_top", stencil.padding.top),
            ("padding_left", stencil.padding.left),
            ("padded", int(bool(stencil.padding))),
            ("input_offset", -source.zero_point if stencil.padding else 0),
            ("output_offset", target.zero_point),
            ("output_min", low),
            ("output_max", high),
        ),
    )

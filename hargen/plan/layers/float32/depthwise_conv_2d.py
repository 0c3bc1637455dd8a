"""Depthwise convolutions."""

from __future__ import annotations

from collections.abc import Sequence

from hargen.ir.ops.depthwise_conv_2d import DepthwiseConv2D
from hargen.ir.tensor import Tensor
from hargen.plan.layers.float32.activation import clamp_range
from hargen.plan.layers.float32.weighted import bias_constant, weights_constant
from hargen.plan.plan import Kernel, Parameters


def plan_depthwise_conv_2d(
    operator: DepthwiseConv2D, tensors: Sequence[Tensor], prefix: str
) -> Kernel:
    """Return the kernel of a depthwise convolution."""
    weights, target = tensors[operator.weights], tensors[operator.output]
    assert weights.data is not None
    stencil = operator.stencil
    _, height, width, channels = tensors[operator.input].shape
    low, high = clamp_range(operator.activation)
    return Kernel(
        function="hg_depthwise_conv_2d_f32",
        header="hg_depthwise_conv_2d_f32.h",
        parameters=Parameters(
            "hg_depthwise_conv_2d_f32_t",
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
                ("output_min", low),
                ("output_max", high),
            ),
        ),
        inputs=(operator.input,),
        constants=(
            weights_constant(weights.data, weights, "as in the model", prefix),
            bias_constant(tensors, operator.bias, prefix),
        ),
    )

"""Convolutions, alone or with the maximum pool behind them."""

from __future__ import annotations

from collections.abc import Sequence

from hargen.ir.ops.conv_2d import Conv2D
from hargen.ir.ops.conv_max_pool_2d import ConvMaxPool2D
from hargen.ir.tensor import Tensor
from hargen.plan.layers.float32.activation import clamp_range
from hargen.plan.layers.float32.weighted import bias_constant, packed_weights
from hargen.plan.plan import Constant, Kernel, Parameters


def plan_conv_2d(operator: Conv2D, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the kernel of a convolution."""
    return Kernel(
        function="hg_conv_2d_f32",
        header="hg_conv_2d_f32.h",
        parameters=_parameters(operator, tensors, clamp_range(operator.activation)),
        inputs=(operator.input,),
        constants=_constants(operator, tensors, prefix),
    )


def plan_conv_max_pool_2d(
    operator: ConvMaxPool2D, tensors: Sequence[Tensor], prefix: str
) -> Kernel:
    """Return the kernel of a convolution with its pool; both clamps become one."""
    low, high = clamp_range(operator.activation)
    pool_low, pool_high = clamp_range(operator.pool_activation)
    _, pooled_height, pooled_width, _ = tensors[operator.output].shape
    return Kernel(
        function="hg_conv_max_pool_2d_f32",
        header="hg_conv_max_pool_2d_f32.h",
        parameters=Parameters(
            "hg_conv_max_pool_2d_f32_t",
            (
                (
                    "conv",
                    _parameters(operator, tensors, (max(low, pool_low), min(high, pool_high))),
                ),
                ("pool_height", operator.pool.kernel[0]),
                ("pool_width", operator.pool.kernel[1]),
                ("pool_stride_height", operator.pool.stride[0]),
                ("pool_stride_width", operator.pool.stride[1]),
                ("pooled_height", pooled_height),
                ("pooled_width", pooled_width),
            ),
        ),
        inputs=(operator.input,),
        constants=_constants(operator, tensors, prefix),
    )


def _parameters(
    operator: Conv2D, tensors: Sequence[Tensor], clamp: tuple[float, float]
) -> Parameters:
    _, height, width, channels = tensors[operator.input].shape
    stencil = operator.stencil
    output_height, output_width = stencil.output_size(height, width)
    return Parameters(
        "hg_conv_2d_f32_t",
        (
            ("input_height", height),
            ("input_width", width),
            ("input_channels", channels),
            ("output_height", output_height),
            ("output_width", output_width),
            ("output_channels", tensors[operator.weights].shape[0]),
            ("kernel_height", stencil.kernel[0]),
            ("kernel_width", stencil.kernel[1]),
            ("stride_height", stencil.stride[0]),
            ("stride_width", stencil.stride[1]),
            ("dilation_height", stencil.dilation[0]),
            ("dilation_width", stencil.dilation[1]),
            ("padding_top", stencil.padding.top),
            ("padding_left", stencil.padding.left),
            ("padded", int(bool(stencil.padding))),
            ("output_min", clamp[0]),
            ("output_max", clamp[1]),
        ),
    )


def _constants(
    operator: Conv2D, tensors: Sequence[Tensor], prefix: str
) -> tuple[Constant | None, ...]:
    return (
        packed_weights(tensors[operator.weights], prefix),
        bias_constant(tensors, operator.bias, prefix),
    )

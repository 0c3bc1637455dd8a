"""Convolutions, alone or with the maximum pool behind them."""

from __future__ import annotations

from collections.abc import Sequence

from hargen.ir.ops.conv_2d import Conv2D
from hargen.ir.ops.conv_max_pool_2d import ConvMaxPool2D
from hargen.ir.tensor import Tensor
from hargen.plan.layers.float32.activation import clamp_range
from hargen.plan.layers.float32.weighted import weighted_constants
from hargen.plan.plan import Kernel, Parameters

POSITIONS = 3  # HG_POSITIONS in firmware/runtime/hg_tile_f32.h


def plan_conv_2d(operator: Conv2D, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the kernel of a convolution."""
    return Kernel(
        function="hg_conv_2d_f32",
        header="hg_conv_2d_f32.h",
        parameters=conv_parameters(operator, tensors),
        inputs=(operator.input,),
        constants=weighted_constants(operator, tensors, prefix),
    )


def plan_conv_max_pool_2d(
    operator: ConvMaxPool2D, tensors: Sequence[Tensor], prefix: str
) -> Kernel:
    """Return the kernel of a convolution with its pool."""
    return Kernel(
        function="hg_conv_max_pool_2d_f32",
        header="hg_conv_max_pool_2d_f32.h",
        parameters=pooled_parameters(operator, tensors),
        inputs=(operator.input,),
        constants=weighted_constants(operator, tensors, prefix),
    )


def pooled_parameters(
    operator: ConvMaxPool2D, tensors: Sequence[Tensor], *, column: bool = False
) -> Parameters:
    """Return the parameters of a convolution with its pool, or those of one column of it.

    Both clamps become one.
    """
    low, high = clamp_range(operator.activation)
    pool_low, pool_high = clamp_range(operator.pool_activation)
    _, height, width, _ = tensors[operator.input].shape
    pool = operator.pool
    pooled = pool.output_size(*operator.stencil.output_size(height, width))
    return Parameters(
        "hg_conv_max_pool_2d_f32_t",
        (
            (
                "conv",
                _parameters(
                    operator, tensors, (max(low, pool_low), min(high, pool_high)), column=column
                ),
            ),
            ("pool_height", pool.kernel[0]),
            ("pool_width", 1 if column else pool.kernel[1]),
            ("pool_stride_height", pool.stride[0]),
            ("pool_stride_width", 1 if column else pool.stride[1]),
            ("pooled_height", pooled[0]),
            ("pooled_width", 1 if column else pooled[1]),
        ),
    )


def conv_parameters(
    operator: Conv2D, tensors: Sequence[Tensor], *, column: bool = False
) -> Parameters:
    """Return the parameters of a convolution, or those of one column of it."""
    return _parameters(operator, tensors, clamp_range(operator.activation), column=column)


def _parameters(
    operator: Conv2D, tensors: Sequence[Tensor], clamp: tuple[float, float], *, column: bool
) -> Parameters:
    _, height, width, channels = tensors[operator.input].shape
    if column:
        width = 1
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

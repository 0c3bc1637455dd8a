"""Pools that stand alone."""

from __future__ import annotations

from collections.abc import Sequence

from hargen.ir.ops.pool_2d import AveragePool2D, MaxPool2D, Pool2D
from hargen.ir.tensor import Tensor
from hargen.plan.plan import Kernel, Parameters
from hargen.quantize.activation import clamp_range


def plan_max_pool_2d(operator: MaxPool2D, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the kernel of a maximum pool."""
    del prefix
    return _plan("hg_max_pool_2d_s8", operator, tensors)


def plan_average_pool_2d(operator: AveragePool2D, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the kernel of an average pool."""
    del prefix
    return _plan("hg_average_pool_2d_s8", operator, tensors)


def _plan(function: str, operator: Pool2D, tensors: Sequence[Tensor]) -> Kernel:
    return Kernel(
        function=function,
        header="hg_pool_2d_s8.h",
        parameters=pool_parameters(operator, tensors),
        inputs=(operator.input,),
    )


def pool_parameters(operator: Pool2D, tensors: Sequence[Tensor]) -> Parameters:
    """Return the shapes of a pool, and the range of its outputs."""
    _, height, width, channels = tensors[operator.input].shape
    target = tensors[operator.output]
    stencil = operator.stencil
    low, high = clamp_range(operator.activation, target)
    return Parameters(
        "hg_pool_2d_s8_t",
        (
            ("input_height", height),
            ("input_width", width),
            ("channels", channels),
            ("output_height", target.shape[1]),
            ("output_width", target.shape[2]),
            ("kernel_height", stencil.kernel[0]),
            ("kernel_width", stencil.kernel[1]),
            ("stride_height", stencil.stride[0]),
            ("stride_width", stencil.stride[1]),
            ("padding_top", stencil.padding.top),
            ("padding_left", stencil.padding.left),
            ("output_min", low),
            ("output_max", high),
        ),
    )

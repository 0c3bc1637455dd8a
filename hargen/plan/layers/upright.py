"""Convolutions as others of the same bytes, whose kernels are rows below each other.

Strips are columns. An image of one row, as a 1-D convolution has, lies in memory as one of one
column does, and so do its kernels and its output: only height and width change places.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from hargen.ir.ops.conv_2d import Conv2D
from hargen.ir.ops.conv_max_pool_2d import ConvMaxPool2D
from hargen.ir.ops.depthwise_conv_2d import DepthwiseConv2D
from hargen.ir.stencil import Padding, Stencil
from hargen.ir.tensor import Tensor
from hargen.plan.layers.interleaved import interleaved

_Conv = TypeVar("_Conv", bound=Conv2D | DepthwiseConv2D)


def upright(operator: _Conv, tensors: Sequence[Tensor]) -> tuple[_Conv, Sequence[Tensor]]:
    """Return a convolution over one row, with its tensors, as one over columns; others as is.

    So are those whose rows lie apart, where they can be. Dilated ones stay a row otherwise: strips
    have columns of a kernel that lie apart, and no such rows.
    """
    turned, turned_tensors = _quarter(operator, tensors)
    found, found_tensors = interleaved(turned, turned_tensors)
    if found.stencil.dilation[0] != 1:
        return operator, tensors
    return found, found_tensors


def _quarter(operator: _Conv, tensors: Sequence[Tensor]) -> tuple[_Conv, Sequence[Tensor]]:
    stencil = operator.stencil
    one_row = tensors[operator.input].shape[1] == 1 and stencil.kernel[0] == 1
    if not one_row or stencil.padding.top or stencil.padding.bottom:
        return operator, tensors
    turned = list(tensors)
    for tensor in (operator.input, operator.weights, operator.output):
        first, height, width, last = tensors[tensor].shape
        turned[tensor] = replace(tensors[tensor], shape=(first, width, height, last))
    operator = replace(operator, stencil=_turned(stencil))
    if isinstance(operator, ConvMaxPool2D):
        operator = replace(operator, pool=_turned(operator.pool))
    return operator, turned


def _turned(stencil: Stencil) -> Stencil:
    padding = stencil.padding
    return Stencil(
        kernel=(stencil.kernel[1], 1),
        stride=(stencil.stride[1], 1),
        dilation=(stencil.dilation[1], 1),
        padding=Padding(padding.left, 0, padding.right, 0),
    )

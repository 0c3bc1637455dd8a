"""Convolutions that jump over rows, as others of the same bytes that do not.

Rows y, y + n, y + 2n ... of an image are one column of an image n times as wide and as much lower:
it has the same bytes. So a convolution whose taps lie n rows apart is one whose taps are next to
each other, on an image of n times the columns; and one of a single tap that moves by n rows reads
the first column alone, row by row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from hargen.ir.ops.conv_2d import Conv2D
from hargen.ir.ops.depthwise_conv_2d import DepthwiseConv2D
from hargen.ir.stencil import Padding, Stencil
from hargen.ir.tensor import Tensor

_Conv = TypeVar("_Conv", bound=Conv2D | DepthwiseConv2D)


def interleaved(operator: _Conv, tensors: Sequence[Tensor]) -> tuple[_Conv, Sequence[Tensor]]:
    """Return the convolution, with its tensors, on the wider image; as is where it cannot be."""
    stencil = operator.stencil
    if type(operator) not in (Conv2D, DepthwiseConv2D) or not stencil.keeps_columns:
        return operator, tensors
    if stencil.kernel[0] == 1 and stencil.stride[0] > 1 and not stencil.padding:
        return _first_columns(operator, tensors)
    if stencil.dilation[0] > 1 and stencil.stride[0] == 1:
        return _side_by_side(operator, tensors)
    return operator, tensors


def _side_by_side(operator: _Conv, tensors: Sequence[Tensor]) -> tuple[_Conv, Sequence[Tensor]]:
    stencil = operator.stencil
    apart, padding = stencil.dilation[0], stencil.padding
    heights = [tensors[i].shape[1] for i in (operator.input, operator.output)]
    if any(n % apart for n in (*heights, padding.top, padding.bottom)):
        return operator, tensors
    turned = list(tensors)
    for tensor in (operator.input, operator.output):
        _, height, width, channels = tensors[tensor].shape
        shape = (1, height // apart, width * apart, channels)
        turned[tensor] = replace(tensors[tensor], shape=shape)
    return replace(
        operator,
        stencil=Stencil(
            kernel=stencil.kernel,
            stride=(1, 1),
            padding=Padding(top=padding.top // apart, bottom=padding.bottom // apart),
        ),
    ), turned


def _first_columns(operator: _Conv, tensors: Sequence[Tensor]) -> tuple[_Conv, Sequence[Tensor]]:
    apart = operator.stencil.stride[0]
    _, _, width, channels = tensors[operator.input].shape
    _, rows, _, _ = tensors[operator.output].shape
    turned = list(tensors)
    # Behind the last row that is read there may be less than this image says: nothing is read.
    turned[operator.input] = replace(
        tensors[operator.input], shape=(1, rows, width * apart, channels)
    )
    return replace(operator, stencil=Stencil(kernel=(1, 1), stride=(1, 1))), turned

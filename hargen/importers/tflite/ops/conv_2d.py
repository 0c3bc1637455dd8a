"""CONV_2D."""

from __future__ import annotations

import tflite

from hargen.importers.tflite.node import Node
from hargen.ir.operator import TensorId
from hargen.ir.ops.conv_2d import Conv2D
from hargen.ir.stencil import Stencil
from hargen.ir.tensor import Tensor


def read_conv_2d(node: Node, tensors: tuple[Tensor, ...]) -> Conv2D:
    """Return the convolution that a CONV_2D node describes."""
    options = node.options(tflite.Conv2DOptions)
    x, weights, bias = node.input(0), node.input(1), node.optional_input(2)
    return Conv2D(
        name=node.where,
        inputs=(x, weights, *present(bias)),
        output=node.output,
        input=x,
        weights=weights,
        bias=bias,
        stencil=read_stencil(node, tensors, options),
        activation=node.activation(options.FusedActivationFunction()),
    )


def read_stencil(
    node: Node,
    tensors: tuple[Tensor, ...],
    options: tflite.Conv2DOptions | tflite.DepthwiseConv2DOptions,
) -> Stencil:
    """Return the geometry of a convolution: input 0, weights with height and width at 1 and 2."""
    height, width = node.feature_map(tensors, node.input(0))
    bare = Stencil(
        kernel=node.feature_map(tensors, node.input(1)),
        stride=(options.StrideH(), options.StrideW()),
        dilation=(options.DilationHFactor(), options.DilationWFactor()),
    )
    padding = node.padding(options.Padding(), height, width, bare.extent, bare.stride)
    return Stencil(bare.kernel, bare.stride, bare.dilation, padding)


def present(bias: TensorId | None) -> tuple[TensorId, ...]:
    """Return the tensor in a tuple, or an empty tuple."""
    return () if bias is None else (bias,)

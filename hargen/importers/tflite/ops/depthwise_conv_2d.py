"""DEPTHWISE_CONV_2D."""

from __future__ import annotations

import tflite

from hargen.importers.tflite.node import Node
from hargen.importers.tflite.ops.conv_2d import present, read_stencil
from hargen.ir.ops.depthwise_conv_2d import DepthwiseConv2D
from hargen.ir.tensor import Tensor


def read_depthwise_conv_2d(node: Node, tensors: tuple[Tensor, ...]) -> DepthwiseConv2D:
    """Return the convolution that a DEPTHWISE_CONV_2D node describes."""
    options = node.options(tflite.DepthwiseConv2DOptions)
    x, weights, bias = node.input(0), node.input(1), node.optional_input(2)
    stencil = read_stencil(node, tensors, options)
    # The reference derives the depth multiplier from the shapes and ignores the option's value.
    channels, filters = tensors[x].shape[3], tensors[weights].shape[3]
    return DepthwiseConv2D(
        name=node.where,
        inputs=(x, weights, *present(bias)),
        output=node.output,
        input=x,
        weights=weights,
        bias=bias,
        stencil=stencil,
        depth_multiplier=filters // channels,
        activation=node.activation(options.FusedActivationFunction()),
    )

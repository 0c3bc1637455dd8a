"""FULLY_CONNECTED."""

from __future__ import annotations

import tflite

from hargen.errors import ModelError
from hargen.importers.tflite.node import Node
from hargen.importers.tflite.ops.conv_2d import present
from hargen.ir.ops.fully_connected import FullyConnected
from hargen.ir.tensor import Tensor


def read_fully_connected(node: Node, tensors: tuple[Tensor, ...]) -> FullyConnected:
    """Return the layer that a FULLY_CONNECTED node describes."""
    del tensors
    options = node.options(tflite.FullyConnectedOptions)
    if options.WeightsFormat() != tflite.FullyConnectedOptionsWeightsFormat.DEFAULT:
        raise ModelError("shuffled weights are not supported", where=node.where)
    x, weights, bias = node.input(0), node.input(1), node.optional_input(2)
    return FullyConnected(
        name=node.where,
        inputs=(x, weights, *present(bias)),
        output=node.output,
        input=x,
        weights=weights,
        bias=bias,
        activation=node.activation(options.FusedActivationFunction()),
    )

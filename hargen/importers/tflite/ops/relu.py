"""RELU and RELU6 that stand alone."""

from __future__ import annotations

from hargen.importers.tflite.node import Node
from hargen.ir.operator import Activation
from hargen.ir.ops.relu import Relu
from hargen.ir.tensor import Tensor


def read_relu(node: Node, tensors: tuple[Tensor, ...]) -> Relu:
    """Return the rectifier that a RELU node describes."""
    del tensors
    return _read(node, Activation.RELU)


def read_relu6(node: Node, tensors: tuple[Tensor, ...]) -> Relu:
    """Return the rectifier that a RELU6 node describes."""
    del tensors
    return _read(node, Activation.RELU6)


def _read(node: Node, activation: Activation) -> Relu:
    x = node.input(0)
    return Relu(name=node.where, inputs=(x,), output=node.output, input=x, activation=activation)

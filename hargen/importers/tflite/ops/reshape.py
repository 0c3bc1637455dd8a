"""RESHAPE, EXPAND_DIMS and SQUEEZE: the output tensor's shape says it all."""

from __future__ import annotations

from hargen.importers.tflite.node import Node
from hargen.ir.ops.reshape import Reshape
from hargen.ir.tensor import Tensor


def read_reshape(node: Node, tensors: tuple[Tensor, ...]) -> Reshape:
    """Return the reshape that one of the three nodes describes."""
    del tensors
    x = node.input(0)
    return Reshape(name=node.where, inputs=(x,), output=node.output, input=x)

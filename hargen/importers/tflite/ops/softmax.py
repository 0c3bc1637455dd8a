"""SOFTMAX."""

from __future__ import annotations

import tflite

from hargen.importers.tflite.node import Node
from hargen.ir.ops.softmax import Softmax
from hargen.ir.tensor import Tensor


def read_softmax(node: Node, tensors: tuple[Tensor, ...]) -> Softmax:
    """Return the softmax that a SOFTMAX node describes."""
    del tensors
    x = node.input(0)
    beta = float(node.options(tflite.SoftmaxOptions).Beta())
    return Softmax(name=node.where, inputs=(x,), output=node.output, input=x, beta=beta)

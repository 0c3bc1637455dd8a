"""CONCATENATION."""

from __future__ import annotations

import tflite

from hargen.errors import ModelError
from hargen.importers.tflite.node import Node
from hargen.ir.operator import Activation
from hargen.ir.ops.concatenation import Concatenation
from hargen.ir.tensor import Tensor


def read_concatenation(node: Node, tensors: tuple[Tensor, ...]) -> Concatenation:
    """Return the concatenation that a CONCATENATION node describes."""
    options = node.options(tflite.ConcatenationOptions)
    if node.activation(options.FusedActivationFunction()) is not Activation.NONE:
        raise ModelError("a fused activation is not supported here", where=node.where)
    rank = len(tensors[node.output].shape)
    axis = options.Axis()
    return Concatenation(
        name=node.where,
        inputs=tuple(node.input(position) for position in range(len(node.inputs))),
        output=node.output,
        axis=axis + rank if axis < 0 else axis,
    )

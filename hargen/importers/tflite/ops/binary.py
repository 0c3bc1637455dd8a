"""ADD and MUL."""

from __future__ import annotations

import tflite

from hargen.importers.tflite.node import Node
from hargen.ir.ops.binary import Add, Mul
from hargen.ir.tensor import Tensor


def read_add(node: Node, tensors: tuple[Tensor, ...]) -> Add:
    """Return the sum that an ADD node describes."""
    del tensors
    options = node.options(tflite.AddOptions)
    lhs, rhs = node.input(0), node.input(1)
    return Add(
        name=node.where,
        inputs=(lhs, rhs),
        output=node.output,
        lhs=lhs,
        rhs=rhs,
        activation=node.activation(options.FusedActivationFunction()),
    )


def read_mul(node: Node, tensors: tuple[Tensor, ...]) -> Mul:
    """Return the product that a MUL node describes."""
    del tensors
    options = node.options(tflite.MulOptions)
    lhs, rhs = node.input(0), node.input(1)
    return Mul(
        name=node.where,
        inputs=(lhs, rhs),
        output=node.output,
        lhs=lhs,
        rhs=rhs,
        activation=node.activation(options.FusedActivationFunction()),
    )

"""LOGISTIC, TANH and LEAKY_RELU."""

from __future__ import annotations

import tflite

from hargen.importers.tflite.node import Node
from hargen.ir.ops.lookup import LeakyRelu, Logistic, Tanh
from hargen.ir.tensor import Tensor


def read_logistic(node: Node, tensors: tuple[Tensor, ...]) -> Logistic:
    """Return the function that a LOGISTIC node describes."""
    del tensors
    x = node.input(0)
    return Logistic(name=node.where, inputs=(x,), output=node.output, input=x)


def read_tanh(node: Node, tensors: tuple[Tensor, ...]) -> Tanh:
    """Return the function that a TANH node describes."""
    del tensors
    x = node.input(0)
    return Tanh(name=node.where, inputs=(x,), output=node.output, input=x)


def read_leaky_relu(node: Node, tensors: tuple[Tensor, ...]) -> LeakyRelu:
    """Return the rectifier that a LEAKY_RELU node describes."""
    del tensors
    x = node.input(0)
    alpha = float(node.options(tflite.LeakyReluOptions).Alpha())
    return LeakyRelu(name=node.where, inputs=(x,), output=node.output, input=x, alpha=alpha)

"""Shapes that the file leaves open and that follow from a batch of 1.

The converter writes 1 for every dimension that it does not know, not only for the batch: a layer
that is applied to every sample turns up with an input of (1, 1). Such a dimension has -1 in the
tensor's shape signature.
"""

from __future__ import annotations

import math

import numpy as np
import tflite

from hargen.importers.tflite.node import Node
from hargen.importers.tflite.tensors import MAX_ELEMENTS
from hargen.ir.tensor import Tensor

_ELEMENTWISE = {
    *("ADD", "DEQUANTIZE", "LEAKY_RELU", "LOGISTIC", "MUL", "QUANTIZE", "RELU", "RELU6"),
    *("SOFTMAX", "TANH"),
}


def is_open(tensor: tflite.Tensor) -> bool:
    """Return whether the file leaves a dimension of the tensor open."""
    return bool(tensor.ShapeSignatureLength()) and bool(
        (np.asarray(tensor.ShapeSignatureAsNumpy()) < 0).any()
    )


def output_shape(
    kind: str, node: Node, tensors: list[Tensor], output: tflite.Tensor
) -> tuple[int, ...]:
    """Return the shape of a node's output; the file's own where nothing better is known.

    Args:
        kind: the operator's name.
        node: the operator.
        tensors: those before it are complete.
        output: what the file says of its output.
    """
    found = tensors[node.output].shape
    if not is_open(output):
        return found
    derived = _derived(kind, node, tensors)
    signature = np.asarray(output.ShapeSignatureAsNumpy()).reshape(-1).tolist()
    if derived is None or not len(derived) == len(signature) == len(found):
        return found
    if math.prod(derived) > MAX_ELEMENTS:
        return found
    if any(known not in (-1, n) for n, known in zip(derived, signature, strict=True)):
        return found
    return derived


def _derived(kind: str, node: Node, tensors: list[Tensor]) -> tuple[int, ...] | None:
    x = tensors[node.input(0)]
    if kind == "RESHAPE" and len(node.inputs) > 1:
        wanted = tensors[node.input(1)].data
        return None if wanted is None else _reshaped(x.size, [int(n) for n in wanted.flat])
    if kind == "FULLY_CONNECTED":
        weights = tensors[node.input(1)].shape
        if len(weights) == 2 and x.size % weights[1] == 0:
            return (x.size // weights[1], weights[0])
    if kind in _ELEMENTWISE:
        shapes = [tensors[node.input(i)].shape for i in range(len(node.inputs))]
        try:
            return np.broadcast_shapes(*shapes)
        except ValueError:  # the operator's own check says so
            return None
    return None


def _reshaped(size: int, wanted: list[int]) -> tuple[int, ...] | None:
    """Return the wanted shape with its -1 filled in; None where it does not fit the size."""
    rest = math.prod(n for n in wanted if n != -1)
    if min(wanted, default=1) < -1 or wanted.count(-1) > 1 or rest < 1 or size % rest:
        return None
    return tuple(size // rest if n == -1 else n for n in wanted)

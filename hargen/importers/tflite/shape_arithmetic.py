"""Shapes that a network computes of itself, where its batch is free: here they are constants.

TensorFlow's converter, given no fixed batch, takes shapes apart and puts them together again in
front of reshapes. With a batch of 1 every value of it is known before the first window.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tflite

from hargen.errors import ModelError
from hargen.importers.tflite.node import Node
from hargen.ir.operator import TensorId
from hargen.ir.tensor import Array, Tensor

FIX_THE_BATCH = (
    "convert it with the batch fixed at 1, keras.Input(batch_shape=(1, ...)), or give the .keras or"
    " .h5 file"
)

MAX_LENGTH = 64
"""Numbers in a list; a shape has six at most, and a file must not make one that fills memory."""


def evaluate(kind: str, node: Node, tensors: list[Tensor]) -> Array:
    """Return the int32 value of a node of EVALUATORS.

    Raises:
        ModelError: it depends on more than shapes and constants, or has options never seen there.
    """
    found = np.asarray(EVALUATORS[kind](node, tensors), dtype=np.int32)
    _require(found.size <= MAX_LENGTH, node, f"a list of {found.size} numbers")
    return found


def _value(node: Node, tensors: list[Tensor], tensor: TensorId) -> Array:
    data = tensors[tensor].data
    if data is None:
        raise ModelError(
            f"it computes with {tensors[tensor].name!r}, which is known only when the network runs",
            where=node.where,
            hint=FIX_THE_BATCH,
        )
    return data


def _require(condition: bool, node: Node, what: str) -> None:
    if not condition:
        raise ModelError(
            f"{what} is not supported in the arithmetic of shapes",
            where=node.where,
            hint=FIX_THE_BATCH,
        )


def _shape(node: Node, tensors: list[Tensor]) -> Array:
    return np.array(tensors[node.input(0)].shape)


def _strided_slice(node: Node, tensors: list[Tensor]) -> Array:
    options = node.options(tflite.StridedSliceOptions)
    x, begin, end, stride = (_value(node, tensors, node.input(i)) for i in range(4))
    _require(
        x.ndim == begin.size == end.size == stride.size == 1
        and options.EllipsisMask() == options.NewAxisMask() == 0,
        node,
        "a slice over more than one dimension",
    )
    first = None if options.BeginMask() else int(begin.flat[0])
    last = None if options.EndMask() else int(end.flat[0])
    if options.ShrinkAxisMask():
        return np.asarray(x[int(begin.flat[0])])
    return x[first : last : int(stride.flat[0])]


def _gather(node: Node, tensors: list[Tensor]) -> Array:
    options = node.options(tflite.GatherOptions)
    x, indices = (_value(node, tensors, node.input(i)) for i in range(2))
    _require(
        x.ndim == 1 and options.Axis() in (0, -1) and options.BatchDims() == 0,
        node,
        "a gather over more than one dimension",
    )
    return np.asarray(x[indices])


def _reduce_prod(node: Node, tensors: list[Tensor]) -> Array:
    options = node.options(tflite.ReducerOptions)
    x, axes = (_value(node, tensors, node.input(i)) for i in range(2))
    _require(x.ndim == axes.size == 1, node, "a product over more than one dimension")
    return np.asarray(np.prod(x, keepdims=bool(options.KeepDims())))


def _pack(node: Node, tensors: list[Tensor]) -> Array:
    parts = [_value(node, tensors, node.input(i)) for i in range(len(node.inputs))]
    _require(all(part.ndim == 0 for part in parts), node, "packing more than single numbers")
    return np.stack(parts)


def _concatenation(node: Node, tensors: list[Tensor]) -> Array:
    parts = [_value(node, tensors, node.input(i)) for i in range(len(node.inputs))]
    _require(all(part.ndim == 1 for part in parts), node, "joining more than lists")
    return np.concatenate(parts)


EVALUATORS: dict[str, Callable[[Node, list[Tensor]], Array]] = {
    "CONCATENATION": _concatenation,
    "GATHER": _gather,
    "PACK": _pack,
    "REDUCE_PROD": _reduce_prod,
    "SHAPE": _shape,
    "STRIDED_SLICE": _strided_slice,
}
"""By the name of the operator; each of them is shape arithmetic where its output is int32."""

"""What lies between the input and the classifier: scalers and projections, by constants."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from hargen.errors import ModelError
from hargen.importers.onnx.affine import Affine
from hargen.importers.onnx.load import node_name
from hargen.importers.onnx.values import FLOAT, Attributes, Floats, finite, tensor_values

if TYPE_CHECKING:
    from onnx import GraphProto, NodeProto

MAX_WEIGHTS = 2**22
"""Of all matrices taken together; more would not fit a microcontroller."""


class Constants:
    """Tensors that do not depend on the input, worked out when they are asked for."""

    def __init__(self, graph: GraphProto, producers: Mapping[str, NodeProto]) -> None:
        self._initializers = {tensor.name: tensor for tensor in graph.initializer}
        self._producers = producers

    def names(self) -> set[str]:
        """Return the names of all of them."""
        computed = (name for name in self._producers if self.is_constant(name))
        return {*self._initializers, *computed}

    def is_constant(self, name: str) -> bool:
        """Return whether a tensor is one of them."""
        if name in self._initializers:
            return True
        node = self._producers.get(name)
        return node is not None and (
            node.op_type == "Constant"
            or (node.op_type == "Sqrt" and all(i in self._initializers for i in node.input))
        )

    def get(self, name: str) -> Floats | None:
        """Return the values of a constant, None where it is none."""
        if not self.is_constant(name):
            return None
        if name in self._initializers:
            return tensor_values(self._initializers[name])
        node = self._producers[name]
        if node.op_type == "Constant":
            return Attributes(node).tensor("value")
        if len(node.input) != 1:
            raise ModelError(f"it has {len(node.input)} inputs, not one", where=node_name(node))
        # PCA with whiten=True: the standard deviation
        return finite(np.sqrt(tensor_values(self._initializers[node.input[0]])), node_name(node))


def read_front(
    target: str, source: str, size: int, constants: Constants, producers: Mapping[str, NodeProto]
) -> tuple[Affine, list[NodeProto]]:
    """Return how a tensor follows from the network's input, and by which nodes.

    Args:
        target: the tensor.
        source: the network's input.
        size: how many values that has.
        constants: the tensors that do not depend on it.
        producers: the node that computes each tensor.

    Raises:
        ModelError: it does so by something that is not supported, or the sizes do not fit.
    """
    nodes: list[NodeProto] = []
    name = target
    while name != source:
        node = producers.get(name)
        if node is None:
            raise ModelError(f"nothing computes tensor {name!r}, which the classifier needs")
        if len(nodes) >= len(producers):
            raise ModelError("the network has a loop", where=node_name(node))
        nodes.append(node)
        name = _data_input(node, constants)
    nodes.reverse()
    affine = Affine.identity(size)
    for node in nodes:
        try:
            affine = _READERS[node.op_type](affine, node, constants)
            _verify(affine)
        except ModelError as error:
            raise error if error.where else error.at(node_name(node)) from None
    return affine, nodes


def _data_input(node: NodeProto, constants: Constants) -> str:
    """Return the input of a node that is not constant."""
    if node.op_type not in _READERS:
        raise ModelError(
            f"operator {node.op_type} in front of the classifier is not supported",
            where=node_name(node),
            hint="supported are StandardScaler, MinMaxScaler, MaxAbsScaler, RobustScaler, PCA and"
            " TruncatedSVD",
        )
    if len(node.input) not in _INPUTS.get(node.op_type, (2,)):
        raise ModelError(f"it has {len(node.input)} inputs", where=node_name(node))
    moving = [name for name in node.input if not constants.is_constant(name)]
    if len(moving) != 1:
        raise ModelError(
            f"{len(moving)} of its inputs depend on the network's input, not one",
            where=node_name(node),
        )
    return str(moving[0])


def _verify(affine: Affine) -> None:
    largest = np.finfo(np.float32).max
    for part in (affine.center, affine.scale, affine.offset, affine.matrix):
        if part is not None and not (np.abs(part) <= largest).all():
            raise ModelError("the constants so far give a value that is not a finite float32")


def _vector(affine: Affine, node: NodeProto, constants: Constants) -> Floats:
    """Return the only constant input, one value an output."""
    (values,) = (v for v in map(constants.get, node.input) if v is not None)
    return _broadcast(values, affine.outputs)


def _broadcast(values: Floats, size: int) -> Floats:
    if values.size not in (1, size) or values.shape[-1:] not in ((), (values.size,)):
        raise ModelError(f"a constant of shape {values.shape} does not fit {size} values")
    return np.broadcast_to(values.reshape(-1), (size,))


def _add(affine: Affine, node: NodeProto, constants: Constants) -> Affine:
    return affine.plus(_vector(affine, node, constants))


def _sub(affine: Affine, node: NodeProto, constants: Constants) -> Affine:
    values = _vector(affine, node, constants)
    if not constants.is_constant(node.input[0]):
        return affine.plus(-values)
    return affine.times(-np.ones_like(values)).plus(values)


def _mul(affine: Affine, node: NodeProto, constants: Constants) -> Affine:
    return affine.times(_vector(affine, node, constants))


def _div(affine: Affine, node: NodeProto, constants: Constants) -> Affine:
    if constants.is_constant(node.input[0]):
        raise ModelError("dividing a constant by the input is not supported")
    values = _vector(affine, node, constants)
    if not values.all():
        raise ModelError("it divides by zero")
    return affine.times(1.0 / values)


def _scaler(affine: Affine, node: NodeProto, constants: Constants) -> Affine:
    """(x - offset) * scale."""
    del constants
    attributes = Attributes(node)
    offset = _broadcast(attributes.floats("offset"), affine.outputs)
    scale = _broadcast(attributes.floats("scale"), affine.outputs)
    return affine.plus(-offset).times(scale)


def _times_matrix(affine: Affine, values: Floats | None) -> Affine:
    if values is None or values.ndim != 2 or values.shape[0] != affine.outputs:
        shape = None if values is None else values.shape
        raise ModelError(f"a matrix of shape {shape} does not fit {affine.outputs} values")
    if len(affine.center) * values.shape[1] > MAX_WEIGHTS:
        raise ModelError(f"a matrix of shape {values.shape} is too large for a microcontroller")
    return affine.matmul(values)


def _matmul(affine: Affine, node: NodeProto, constants: Constants) -> Affine:
    if constants.is_constant(node.input[0]):
        raise ModelError("a matrix multiplied from the left is not supported")
    return _times_matrix(affine, constants.get(node.input[1]))


def _gemm(affine: Affine, node: NodeProto, constants: Constants) -> Affine:
    """Read alpha * x @ b + beta * c, b perhaps transposed."""
    attributes = Attributes(node)
    if attributes.integer("transA", 0) or constants.is_constant(node.input[0]):
        raise ModelError("a matrix multiplied from the left is not supported")
    matrix = constants.get(node.input[1])
    if matrix is not None and attributes.integer("transB", 0):
        matrix = matrix.T
    alpha, beta = attributes.number("alpha", 1.0), attributes.number("beta", 1.0)
    affine = _times_matrix(affine, None if matrix is None else alpha * matrix)
    if len(node.input) < 3:
        return affine
    values = constants.get(node.input[2])
    assert values is not None  # only the first input depends on the network's input
    return affine.plus(beta * _broadcast(values, affine.outputs))


def _cast(affine: Affine, node: NodeProto, constants: Constants) -> Affine:
    del constants
    if Attributes(node).integer("to", FLOAT) != FLOAT:
        raise ModelError("a cast to another type than float32 is not supported")
    return affine


def _identity(affine: Affine, node: NodeProto, constants: Constants) -> Affine:
    del node, constants
    return affine


_READERS: dict[str, Callable[[Affine, NodeProto, Constants], Affine]] = {
    "Add": _add,
    "Cast": _cast,
    "Div": _div,
    "Gemm": _gemm,
    "Identity": _identity,
    "MatMul": _matmul,
    "Mul": _mul,
    "Scaler": _scaler,
    "Sub": _sub,
}

# How many inputs an operator may have, where it is not two
_INPUTS = {"Cast": (1,), "Gemm": (2, 3), "Identity": (1,), "Scaler": (1,)}

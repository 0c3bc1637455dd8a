"""An .onnx file with a support vector classifier becomes a graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hargen.errors import ModelError
from hargen.importers.onnx.build import build_graph
from hargen.importers.onnx.classifier import RETRAIN, read_classifier
from hargen.importers.onnx.front import Constants, read_front
from hargen.importers.onnx.load import load_graph, node_name
from hargen.importers.onnx.tail import verify_tail
from hargen.importers.onnx.values import FLOAT
from hargen.ir.graph import Graph

if TYPE_CHECKING:
    from onnx import GraphProto, NodeProto

MAX_INPUTS = 65536
_OTHER_MODELS = {
    "SVMRegressor": "a support vector regressor or a one-class SVM, not a classifier",
    "LinearClassifier": "a linear classifier such as LinearSVC or LogisticRegression",
    "TreeEnsembleClassifier": "a forest or boosted trees",
}


def read_graph(content: bytes) -> tuple[Graph, tuple[str, ...]]:
    """Return the graph of an .onnx file and the labels of its classes; it is not verified yet.

    Raises:
        MissingExtraError: the package `onnx` is not installed.
        ModelError: the file is corrupt, or has something that hargen does not support.
    """
    model = load_graph(content)
    node = _only_classifier(model)
    source, inputs = _input(model)
    producers = _producers(model)
    constants = Constants(model, producers)
    if len(node.input) != 1:
        raise ModelError(f"it has {len(node.input)} inputs, not one", where=node_name(node))
    # NaN and infinity are looked for in what comes out, and need no warning on the way.
    with np.errstate(all="ignore"):
        affine, front = read_front(node.input[0], source, inputs, constants, producers)
        classifier = read_classifier(node, affine.outputs)
        verify_tail(
            model,
            node,
            front,
            probabilities=classifier.slopes is not None,
            constants=constants.names(),
        )
        return build_graph(affine, classifier), classifier.labels


def _only_classifier(model: GraphProto) -> NodeProto:
    found = [node for node in model.node if node.op_type == "SVMClassifier"]
    if len(found) > 1:
        raise ModelError(
            f"the network has {len(found)} support vector classifiers, not one", hint=RETRAIN
        )
    if found:
        return found[0]
    other = next((node for node in model.node if node.op_type in _OTHER_MODELS), None)
    if other is None:
        names = ", ".join(sorted({node.op_type for node in model.node})[:8])
        raise ModelError(
            "the network has no SVMClassifier",
            why=f"its operators are {names}",
            hint="of .onnx files hargen reads support vector classifiers; give a neural network as"
            " .tflite, .keras or .h5",
        )
    raise ModelError(
        f"operator {other.op_type} is not supported",
        where=node_name(other),
        why=f"it is {_OTHER_MODELS[other.op_type]}",
        hint=RETRAIN,
    )


def _input(model: GraphProto) -> tuple[str, int]:
    """Return the only input and how many values it has, its batch left aside."""
    stored = {tensor.name for tensor in model.initializer}
    inputs = [value for value in model.input if value.name not in stored]
    if len(inputs) != 1:
        raise ModelError(
            f"the network has {len(inputs)} inputs, not one",
            hint="convert with one FloatTensorType([None, values]) for all columns",
        )
    (value,) = inputs
    where = f"input {value.name!r}"
    if not value.type.HasField("tensor_type"):
        raise ModelError("it is not a tensor", where=where)
    tensor_type = value.type.tensor_type
    if tensor_type.elem_type != FLOAT:
        raise ModelError(
            f"its type, {tensor_type.elem_type}, is not float32",
            where=where,
            hint="convert with skl2onnx and a FloatTensorType input",
        )
    sizes = [dim.dim_value if dim.HasField("dim_value") else None for dim in tensor_type.shape.dim]
    if len(sizes) != 2 or sizes[1] is None or not 1 <= sizes[1] <= MAX_INPUTS:
        words = ", ".join("free" if size is None else str(size) for size in sizes)
        raise ModelError(
            f"its shape ({words}) is not (batch, values) with a fixed number of values",
            where=where,
            hint="convert with FloatTensorType([None, values])",
        )
    if sizes[0] not in (None, 0, 1):  # skl2onnx of old wrote 0 for a free batch
        raise ModelError(
            f"its batch is fixed to {sizes[0]}, not free or 1",
            where=where,
            hint="convert with FloatTensorType([None, values])",
        )
    return value.name, sizes[1]


def _producers(model: GraphProto) -> dict[str, NodeProto]:
    """Return the node that writes each tensor."""
    producers: dict[str, NodeProto] = {}
    for node in model.node:
        for name in node.output:
            if name in producers:
                raise ModelError(f"tensor {name!r} is written twice", where=node_name(node))
            producers[name] = node
    return producers

"""The judge of support vector machines: onnxruntime, which shares no line with hargen."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import metadata
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hargen.errors import ModelError, ToolError

PACKAGE = "onnxruntime"
NAME = PACKAGE
_ERRORS_ONLY = 3  # onnxruntime's log level


@dataclass(frozen=True, eq=False)
class Answers:
    """outputs: (n, outputs) float32, probabilities or decisions; classes: (n,) their indices.

    features: (n, features) float32, what the classifier itself is given.
    """

    outputs: NDArray[np.float32]
    classes: NDArray[np.int64]
    features: NDArray[np.float32]


def version() -> str:
    """Return the version of the reference's package."""
    return metadata.version(PACKAGE)


def run(model: bytes, windows: NDArray[Any]) -> Answers:
    """Return labels and scores of an .onnx classifier for every window.

    Args:
        model: the file's bytes, of a model that hargen.importers has read.
        windows: (n, elements) float32.

    Raises:
        ModelError: onnxruntime cannot load or run the model.
        ToolError: it is not installed.
    """
    try:
        import onnx
        import onnxruntime
    except ImportError as error:
        raise ToolError(
            f"the reference {NAME} cannot be loaded",
            why=str(error),
            hint='pip install "hargen[svc]", or run without it: --no-reference',
        ) from error
    classifier, bare = _bare(onnx.load_model_from_string(model))
    labels = _class_labels(classifier)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _ERRORS_ONLY
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    try:
        session = onnxruntime.InferenceSession(bare, options, providers=["CPUExecutionProvider"])
        (source,) = session.get_inputs()
        given = {source.name: windows.astype(np.float32)}
        found, scores, *features = session.run(None, given)
    except Exception as error:  # onnxruntime's own classes, one for each of its status codes
        raise ModelError(f"{NAME} cannot run the model", why=str(error).splitlines()[0]) from error
    position = {label: index for index, label in enumerate(labels)}
    classes = np.array([position[label] for label in np.asarray(found).tolist()], np.int64)
    if scores.shape[1] == 2 and not _has_probabilities(classifier):
        scores = scores[:, 1:]  # the only decision; the first column is its negative
    return Answers(
        outputs=np.asarray(scores, np.float32).reshape(len(windows), -1),
        classes=classes,
        features=np.asarray(features[0] if features else given[source.name]),
    )


def _bare(model: Any) -> tuple[Any, bytes]:
    """Return the classifier's node and the model with that node's outputs and input, batch free.

    What converters put behind it (ZipMap's dictionaries, a column a class, scikit-learn's
    decision_function) is as various as it is irrelevant to class and scores.
    """
    from onnx import helper

    classifier = next(node for node in model.graph.node if node.op_type == "SVMClassifier")
    del model.graph.output[:], model.graph.value_info[:]
    wanted = list(classifier.output)
    if classifier.input[0] not in {tensor.name for tensor in model.graph.input}:
        wanted.append(classifier.input[0])
    model.graph.output.extend(map(helper.make_empty_tensor_value_info, wanted))
    stored = {tensor.name for tensor in model.graph.initializer}
    for source in model.graph.input:
        if source.name not in stored:
            source.type.tensor_type.shape.dim[0].Clear()
    return classifier, model.SerializeToString()


def _has_probabilities(classifier: Any) -> bool:
    return any(a.name == "prob_a" and a.floats for a in classifier.attribute)


def _class_labels(classifier: Any) -> list[Any]:
    """Return the labels of a classifier, in the order of its classes."""
    for attribute in classifier.attribute:
        if attribute.name == "classlabels_strings" and attribute.strings:
            return [label.decode() for label in attribute.strings]
    for attribute in classifier.attribute:
        if attribute.name == "classlabels_ints" and attribute.ints:
            return list(attribute.ints)
    raise ModelError("the model names no class labels")

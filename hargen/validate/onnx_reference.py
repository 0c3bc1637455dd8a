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
    """outputs: (n, outputs) float32, probabilities or decisions; classes: (n,) their indices."""

    outputs: NDArray[np.float32]
    classes: NDArray[np.int64]


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
    labels = _class_labels(onnx.load_model_from_string(model))
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _ERRORS_ONLY
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    try:
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        (source,) = session.get_inputs()
        found, scores = session.run(None, {source.name: windows.astype(np.float32)})[:2]
    except Exception as error:  # onnxruntime's own classes, one for each of its status codes
        raise ModelError(f"{NAME} cannot run the model", why=str(error).splitlines()[0]) from error
    position = {label: index for index, label in enumerate(labels)}
    classes = np.array([position[label] for label in np.asarray(found).tolist()], np.int64)
    if isinstance(scores, list):  # ZipMap's dictionaries
        scores = [[row[label] for label in labels] for row in scores]
    return Answers(np.asarray(scores, np.float32).reshape(len(windows), -1), classes)


def _class_labels(model: Any) -> list[Any]:
    """Return the labels of the model's classifier, in the order of its classes."""
    for node in model.graph.node:
        for attribute in node.attribute:
            if attribute.name == "classlabels_ints" and attribute.ints:
                return list(attribute.ints)
            if attribute.name == "classlabels_strings" and attribute.strings:
                return [label.decode() for label in attribute.strings]
    raise ModelError("the model names no class labels")

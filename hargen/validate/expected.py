"""What an independent implementation makes of the windows, by the kind of the model file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hargen.validate import metrics, onnx_reference, reference, svm_reference

_TFLITE_IDENTIFIER = b"TFL3"


@dataclass(frozen=True, eq=False)
class Expected:
    """outputs: (n, outputs); classes: (n,); name and version of what computed them."""

    outputs: NDArray[Any]
    classes: NDArray[np.int64]
    name: str
    version: str


def expect(model: bytes, rows: NDArray[Any]) -> Expected:
    """Return what the model file's own reference makes of every window.

    Args:
        model: the bytes of a .tflite, .svm or .onnx.
        rows: (n, elements) in the model's input dtype.

    Raises:
        ModelError: the reference cannot load or run the model, or the windows do not fit it.
        ToolError: the reference's package is not installed.
    """
    if model[4:8] == _TFLITE_IDENTIFIER:
        found = reference.run(model, rows)
        classes = metrics.first_maximum(found) if len(found) else np.zeros(0, np.int64)
        return Expected(found, classes, reference.NAME, reference.version())
    if model.startswith(svm_reference.FIRST_BYTE):
        found_by_model = svm_reference.run(model, rows)
        return Expected(
            found_by_model.outputs,
            found_by_model.classes,
            svm_reference.NAME,
            svm_reference.version(),
        )
    answers = onnx_reference.run(model, rows)
    return Expected(answers.outputs, answers.classes, onnx_reference.NAME, onnx_reference.version())


def outputs(model: bytes, rows: NDArray[Any]) -> NDArray[Any]:
    """Return the outputs alone, as hargen.emit wants its reference."""
    return expect(model, rows).outputs

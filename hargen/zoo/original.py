"""What the model as it was shipped makes of the windows, where the board's reference is another.

A Keras model is judged by LiteRT on the .tflite that it was converted to. What the board owes is
the Keras model's own class, so that Keras is asked too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hargen.importers.keras.backend import load_backend
from hargen.importers.keras.model import KerasModel
from hargen.validate import data, metrics, project, wire
from hargen.validate.expected import expect
from hargen.validate.validation import Request


@dataclass(frozen=True)
class Original:
    """Keras against LiteRT on the same windows.

    labels_equal: windows of one class. largest_difference: of an output. accuracy: Keras's own,
    None where no window is judged.
    """

    name: str
    labels_equal: int
    largest_difference: float
    accuracy: float | None


def ask(keras: KerasModel, request: Request) -> Original:
    """Return what Keras makes of the windows of a validation.

    Raises:
        DataError, ModelError, ToolError: as the validation raises them.
    """
    found = project.read(request.project_dir, lambda _: None)
    truth = data.read(found, request.data, request.synthetic, request.seed, request.limit)
    rows = wire.inputs(truth.windows.x, found.manifest.model.input)
    reference = expect(found.model, rows)
    outputs = keras.predict(truth.windows.x)
    classes = metrics.first_maximum(outputs)
    backend, _ = load_backend()
    return Original(
        name=f"Keras {backend.__version__}",
        labels_equal=int((classes == reference.classes).sum()),
        largest_difference=float(np.abs(outputs - reference.outputs).max()),
        accuracy=metrics.accuracy(truth.classes, classes).value,
    )

"""A Keras network as it is: float32, with nothing to calibrate."""

from __future__ import annotations

from pathlib import Path

from hargen.convert import converter
from hargen.importers.keras.model import load


def to_float32(path: Path) -> bytes:
    """Return a .keras or .h5 model as a float32 .tflite.

    Raises:
        ModelError: the model is not usable, not supported, or TensorFlow cannot convert it.
    """
    return converter.to_float(load(path))

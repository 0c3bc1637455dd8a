"""A Keras file becomes a float network that can be run and converted."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hargen.errors import ModelError
from hargen.files import sha256_bytes
from hargen.importers.keras.backend import load_backend, quiet
from hargen.importers.keras.config import check_config
from hargen.importers.keras.container import open_archive, open_hdf5
from hargen.importers.model_file import HDF5_SIGNATURE, ZIP_SIGNATURE, read_bytes

_BATCH = 512
_TFLITE_IDENTIFIER = b"TFL3"  # at byte 4, as the schema says


@dataclass(frozen=True, eq=False)
class KerasModel:
    """A float network with one input and one output. Shapes are without the batch dimension."""

    path: Path
    sha256: str
    network: Any
    input_shape: tuple[int, ...]
    outputs: int

    def predict(self, windows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return the outputs (n, outputs) for windows (n, ...) of any shape that fits.

        Raises:
            ModelError: the network gives numbers that are not finite.
        """
        x = windows.reshape(len(windows), *self.input_shape)
        with quiet():
            found = [
                np.asarray(self.network(x[start : start + _BATCH], training=False))
                for start in range(0, len(x), _BATCH)
            ]
        result = np.concatenate(found).reshape(len(x), self.outputs).astype(np.float32)
        if not np.isfinite(result).all():
            raise ModelError(
                "the network's outputs are not finite for these windows",
                where=str(self.path),
                hint="check the data's unit and the weights",
            )
        return result


def is_keras(path: Path) -> bool:
    """Return whether a file begins as .keras and .h5 files do; False where it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(8).startswith((ZIP_SIGNATURE, HDF5_SIGNATURE))
    except OSError:
        return False


def load(path: Path) -> KerasModel:
    """Load a .keras or .h5 model, told by its content.

    Raises:
        ModelError: the file cannot be read, holds code, or is no network that hargen can convert.
        ToolError: TensorFlow is not installed.
    """
    content = read_bytes(path)
    if not content.startswith((ZIP_SIGNATURE, HDF5_SIGNATURE)):
        raise _no_keras(path, content)
    try:
        container = (open_archive if content.startswith(ZIP_SIGNATURE) else open_hdf5)(content)
        check_config(container.config)
        network = _build(container.content, container.format)
        shape = _input_shape(network)
        outputs = _outputs(network)
        _check_weights(network)
    except ModelError as error:
        raise error.at(str(path)) from None
    return KerasModel(path, sha256_bytes(content), network, shape, outputs)


def _no_keras(path: Path, content: bytes) -> ModelError:
    if content[4:8] == _TFLITE_IDENTIFIER:
        return ModelError(
            "this is a .tflite file, which is beyond quantization",
            where=str(path),
            hint="hargen export takes it as it is, if it is int8; to quantize, give the .keras or"
            " .h5 file that it was made from",
        )
    return ModelError(
        "this is not a Keras model" if content else "the file is empty",
        where=str(path),
        why="it begins neither as a .keras archive nor as an HDF5 file" if content else "",
        hint="give what model.save('model.keras') wrote, not a pickle, weights or a renamed file",
    )


def _build(content: bytes, suffix: str) -> Any:
    keras, _ = load_backend()
    with tempfile.TemporaryDirectory() as folder:
        # Keras tells the format by the name, and reads what was checked, not the path again.
        copy = Path(folder) / f"model.{suffix}"
        copy.write_bytes(content)
        try:
            with quiet():
                return keras.models.load_model(copy, compile=False, safe_mode=True)
        except Exception as error:  # Keras raises whatever it stumbles over
            lines = str(error).strip().splitlines() or [type(error).__name__]
            raise ModelError(
                "Keras cannot build the model",
                why=lines[0][:300],
                hint="save it again with the Keras that it was trained with",
            ) from error


def _input_shape(network: Any) -> tuple[int, ...]:
    _one("input", getattr(network, "inputs", None))
    shape = tuple(network.inputs[0].shape)[1:]
    if not shape or any(not isinstance(n, int) for n in shape):
        raise ModelError(
            f"the input's shape {shape} is not fixed",
            hint="give the window's length: keras.Input((samples, axes))",
        )
    return shape


def _outputs(network: Any) -> int:
    _one("output", network.outputs)
    shape = tuple(network.outputs[0].shape)[1:]
    if any(not isinstance(n, int) for n in shape):
        raise ModelError(f"the output's shape {shape} is not fixed")
    return int(np.prod(shape))


def _one(what: str, found: Any) -> None:
    if not found:
        raise ModelError(
            f"the model does not say what its {what} is",
            hint="begin the model with keras.Input and save it again",
        )
    if len(found) != 1:
        names = ", ".join(str(tensor.name)[:40] for tensor in found)
        raise ModelError(
            f"the model has {len(found)} {what}s ({names}), and only one is supported",
            hint=f"make a model with one {what}, for example by concatenating sensors as axes",
        )


def _check_weights(network: Any) -> None:
    for weight in network.weights:
        if not np.isfinite(np.asarray(weight)).all():
            raise ModelError(
                "the weights are not all finite",
                where=str(weight.path),
                hint="the training diverged; use an earlier checkpoint",
            )

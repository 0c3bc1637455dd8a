"""Windows and outputs as they travel: the model's own dtypes, flat, little-endian."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hargen.errors import DataError
from hargen.manifest import Manifest, Tensor

DTYPES: dict[str, np.dtype[Any]] = {"float32": np.dtype("<f4"), "int8": np.dtype("i1")}


def window_and_axes(manifest: Manifest) -> tuple[int, int]:
    """Return the model's window in samples and its number of axes.

    Export held the preprocessing's window equal to the model's; the rest of the input is axes.
    """
    window = int(manifest.preprocessing.spec["window"])
    return window, manifest.model.input.size // window


def quantize(values: NDArray[np.float32], tensor: Tensor) -> NDArray[np.int8]:
    """Return values as int8: x / scale rounded half away from zero, plus zero point, clamped.

    The division is in float32, as TensorFlow Lite's reference QUANTIZE does it.
    """
    ratio = values / np.float32(tensor.scale)
    whole = np.trunc(ratio)
    rounded = whole + np.sign(ratio) * (np.abs(ratio - whole) >= np.float32(0.5))
    # clamped before the addition: a float32 cannot add small integers to huge ones exactly
    low, high = -128 - tensor.zero_point, 127 - tensor.zero_point
    quantized: NDArray[np.int8] = (np.clip(rounded, low, high) + tensor.zero_point).astype(np.int8)
    return quantized


def dequantize(quantized: NDArray[Any], tensor: Tensor) -> NDArray[np.float32]:
    """Return int8 values as floats that quantize gives back."""
    steps = (quantized.astype(np.int32) - tensor.zero_point).astype(np.float32)
    real: NDArray[np.float32] = steps * np.float32(tensor.scale)
    return real


def inputs(windows: NDArray[np.float32], tensor: Tensor) -> NDArray[Any]:
    """Return windows (n, window, axes) as rows in the model's input dtype: float32 or int8.

    Raises:
        DataError: a window does not have as many values as the model takes.
    """
    rows = windows.reshape(len(windows), -1)
    if len(rows) and rows.shape[1] != tensor.size:
        raise DataError(
            f"a window has {rows.shape[1]} values",
            why=f"the model takes {tensor.size} of shape {tensor.shape}",
        )
    if tensor.dtype == "int8":
        return quantize(rows, tensor)
    return rows.astype(DTYPES["float32"])


def outputs(rows: list[bytes], tensor: Tensor) -> NDArray[Any]:
    """Return the output bytes of every window as numbers (n, outputs)."""
    flat = np.frombuffer(b"".join(rows), DTYPES[tensor.dtype])
    return flat.reshape(len(rows), tensor.size)

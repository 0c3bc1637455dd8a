"""Windows of a preprocessing in integers: what their values mean, and what the network sees."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hargen.errors import DataError
from hargen.manifest import Integers


def real(windows: NDArray[np.int32], integers: Integers) -> NDArray[np.float32]:
    """Return windows (n, elements) of the firmware in the network's terms."""
    values = _by_axis(windows, integers).astype(np.float64)
    found = values * np.array(integers.scale) + np.array(integers.offset)
    return np.asarray(found.reshape(windows.shape), np.float32)


def quantized(windows: NDArray[np.int32], integers: Integers) -> NDArray[np.int8]:
    """Return windows (n, elements) of the firmware as the int8 network sees them."""
    values = _by_axis(windows, integers).astype(np.int64)
    sums = values * np.array(integers.multiplier) + np.array(integers.addend)
    steps = np.clip(sums >> integers.shift, -128, 127)
    return np.asarray(steps.reshape(windows.shape), np.int8)


def _by_axis(windows: NDArray[Any], integers: Integers) -> NDArray[Any]:
    axes = len(integers.scale)
    if windows.shape[1] % axes:
        raise DataError(
            f"the manifest has integers of {axes} axes",
            where="hargen.toml: preprocessing.integers",
            why=f"a window has {windows.shape[1]} values",
            hint="run hargen export again with --force to write it anew",
        )
    return windows.reshape(len(windows), -1, axes)

"""The float64 reference of the preprocessing, on the host.

What the firmware computes in float32 is held against this, and what is sent to a board as
preprocessed windows comes from here. Plain Python floats and NumPy: IEEE float64, with the order of
operations written out, so that every machine gives the same bits.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from hargen.preprocessing.spec import Filter, Preprocessing, Section, Unit

Float64 = npt.NDArray[np.float64]
_Value = TypeVar("_Value", float, Float64)


def initial_scale(filter_: Filter, first: float) -> float:
    """Return what the sensor had read before the first sample, for the state of the sections."""
    if filter_.initial == "zero":
        return 0.0
    if filter_.initial == "settled-or-one" and first == 0.0:
        return 1.0  # the zoo's slip: a stream that starts at exactly 0 starts as if it had been 1
    return first


def _run_section(section: Section, samples: Iterable[_Value], scale: _Value) -> list[_Value]:
    """Return the section's output; see Section for the recursion."""
    b0, *b = section.b
    a = section.a[1:]
    z = [value * scale for value in section.settled] + [0.0]  # the last one is always 0
    taps = range(len(a))
    output = []
    for x in samples:
        y = z[0] + b0 * x
        for i in taps:
            z[i] = z[i + 1] + b[i] * x - a[i] * y
        output.append(y)
    return output


def high_pass(samples: Float64, filter_: Filter) -> Float64:
    """Return the dynamic part of a stream.

    Args:
        samples: (n, axes) float64, one continuous stream.
        filter_: its state starts at the first sample.
    """
    result = np.empty_like(samples)
    for axis in range(samples.shape[1]):
        column = samples[:, axis].tolist()
        if column:
            scale = initial_scale(filter_, column[0])
            for section in filter_.sections:
                column = _run_section(section, column, scale)
        result[:, axis] = column
    return result


def rotate_gravity(samples: Float64, dynamic: Float64) -> Float64:
    """Return the dynamic acceleration, turned so that gravity would point to -z.

    Per sample: g = samples - dynamic, normalized; Rodrigues' rotation about (-gy, gx, 0) / sin with
    sin = hypot(gx, gy) and cos = -gz. Where sin is 0 the axis is 0, so that the sample is only
    multiplied by cos (the zoo has it so); where there is no gravity at all it stays as it is.

    Args:
        samples: (n, 3) float64, before the filter.
        dynamic: (n, 3) float64, after it.
    """
    gx, gy, gz = (samples - dynamic).T
    length = np.sqrt(gx * gx + gy * gy + gz * gz)
    known = length > 0.0
    divisor = np.where(known, length, 1.0)
    gx, gy, gz = gx / divisor, gy / divisor, gz / divisor
    sin = np.hypot(gx, gy)
    cos = np.where(known, -gz, 1.0)
    divisor = np.where(sin > 0.0, sin, 1.0)
    ux, uy = -gy / divisor, gx / divisor
    dx, dy, dz = dynamic.T
    along = (ux * dx + uy * dy) * (1.0 - cos)
    return np.stack(
        [
            dx * cos + uy * dz * sin + ux * along,
            dy * cos - ux * dz * sin + uy * along,
            dz * cos + (ux * dy - uy * dx) * sin,
        ],
        axis=1,
    )


def oriented(samples: npt.NDArray[Any], spec: Preprocessing, unit: Unit) -> Float64:
    """Return samples (n, 3) of the sensor in the network's unit and axes, (n, axes)."""
    scaled = np.asarray(samples, dtype=np.float64) * spec.scale_from(unit)
    columns = ["xyz".index(axis[-1]) for axis in spec.axes]
    signs = np.array([-1.0 if axis.startswith("-") else 1.0 for axis in spec.axes])
    values: Float64 = scaled[:, columns] * signs
    return values


def filtered(values: Float64, spec: Preprocessing) -> Float64:
    """Return a stream (n, axes), filtered from its first sample on and turned, as the spec says."""
    if spec.filter is None:
        return values
    dynamic = high_pass(values, spec.filter)
    return rotate_gravity(values, dynamic) if spec.gravity_rotation else dynamic


def filtered_windows(windows: Float64, spec: Preprocessing) -> Float64:
    """Return windows (n, window, axes), each filtered and turned as a stream of its own."""
    filter_ = spec.filter
    if filter_ is None or not len(windows):
        return windows
    # one sample of all windows at a time: the recursion is the same for arrays
    rows = list(windows.transpose(1, 0, 2))
    scale = np.vectorize(lambda first: initial_scale(filter_, first), otypes=[float])(rows[0])
    for section in filter_.sections:
        rows = _run_section(section, rows, scale)
    dynamic = np.stack(rows, axis=1)
    if not spec.gravity_rotation:
        return dynamic
    return rotate_gravity(windows.reshape(-1, 3), dynamic.reshape(-1, 3)).reshape(windows.shape)


def condition(samples: npt.NDArray[Any], spec: Preprocessing, unit: Unit) -> Float64:
    """Return a stream in the network's terms: everything of the spec up to the windows.

    Args:
        samples: (n, 3) of the sensor's x, y, z.
        spec: its filter starts at the first sample.
        unit: the unit of samples.

    Returns:
        (n, len(spec.axes)) float64.
    """
    values = filtered(oriented(samples, spec, unit), spec)
    if spec.normalization is not None and spec.normalization.kind == "fixed":
        values = normalize(values, spec)
    return values


def normalize(windows: Float64, spec: Preprocessing) -> Float64:
    """Return windows (n, window, axes), normalized as the spec says, by whichever kind.

    By fixed means and deviations, also a stream (n, axes).
    """
    if spec.normalization is not None and spec.normalization.kind == "fixed":
        mean, std = np.array(spec.normalization.mean), np.array(spec.normalization.std)
        return np.asarray((windows - mean) / std, np.float64)
    return normalize_windows(windows, spec)


def normalize_windows(windows: Float64, spec: Preprocessing) -> Float64:
    """Return windows (n, window, axes), each by its own mean and std where the spec has it so."""
    if spec.normalization is None or spec.normalization.kind != "window":
        return windows
    centered = windows - windows.mean(axis=1, keepdims=True)
    std = np.sqrt((centered * centered).mean(axis=1, keepdims=True))
    normalized: Float64 = centered / np.maximum(std, spec.scale_from("mg"))
    return normalized


def window_starts(
    count: int, window: int, hop: int, *, drop_exact_last: bool = False
) -> npt.NDArray[np.int64]:
    """Return the first sample of every whole window of a stream of `count` samples.

    drop_exact_last leaves out a window that ends with the stream's last sample, as the zoo does.
    """
    end = count - window + (0 if drop_exact_last else 1)
    return np.arange(0, max(end, 0), hop, dtype=np.int64)


def to_windows(
    samples: npt.NDArray[Any], spec: Preprocessing, unit: Unit, *, drop_exact_last: bool = False
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Return the windows of one continuous stream, and the first sample of each.

    Args:
        samples: (n, 3) of the sensor's x, y, z.
        spec: with filter_state `window`, each window is filtered on its own.
        unit: the unit of samples.
        drop_exact_last: see window_starts.

    Returns:
        float32 (windows, spec.window, len(spec.axes)), int64 (windows,).
    """
    starts = window_starts(len(samples), spec.window, spec.hop, drop_exact_last=drop_exact_last)
    shape = (len(starts), spec.window, len(spec.axes))
    stream = oriented(samples, spec, unit)
    if spec.filter_state == "stream":
        stream = filtered(stream, spec)
    windows = stream[starts[:, None] + np.arange(spec.window)].reshape(shape)
    if spec.filter_state == "window":
        windows = filtered_windows(windows, spec)
    return normalize(windows, spec).astype(np.float32), starts

"""The preprocessing by SciPy in float64, step by step, beside what the C made of the same values.

Each step is computed twice: on the values that the C had in front of it, so that only its own
roundings count and a limit can be told for them, and from the counts on, which says how far float32
has come from float64 by then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hargen.preprocessing import Preprocessing
from hargen.preprocessing.reference import initial_scale, normalize_windows, rotate_gravity
from hargen.preprocessing.rounding import Rounding
from hargen.preprocessing.spec import Filter
from hargen.validate.compare.trace import Stream
from hargen.validate.counts import Counts

Float64 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Step:
    """One step over all windows, (n, window, axes) each.

    ours: what the C gave. exact: float64 on what the C had in front of it. limit: of their
    difference, as far as rounding explains it; broadcasts. from_counts: float64 throughout.
    """

    place: str
    ours: NDArray[Any]
    exact: Float64
    limit: Float64
    from_counts: Float64


def version() -> str:
    """Return SciPy's version."""
    import scipy

    return str(scipy.__version__)


def names(spec: Preprocessing) -> tuple[str, ...]:
    """Return the steps of a preprocessing, from the counts on, with the window as the last."""
    found = ["unit"]
    found += ["filter"] if spec.filter is not None else []
    found += ["rotation"] if spec.gravity_rotation else []
    found += ["normalization"] if spec.normalization is not None else []
    return (*found, "window")


def last_samples(counts: Counts, spec: Preprocessing) -> NDArray[np.int64]:
    """Return the number in its stream of every window's last sample."""
    return np.concatenate(
        [spec.window - 1 + spec.hop * np.arange(n, dtype=np.int64) for n in counts.windows]
    )


def of(counts: Counts, spec: Preprocessing, stream: Stream, rounding: Rounding) -> list[Step]:
    """Return the steps of a preprocessing, the window as the last of them.

    Args:
        counts: what was put in.
        spec: the preprocessing.
        stream: what the C made of the counts; as many windows as there should be.
        rounding: of the C's numbers.
    """
    shape = (-1, spec.window, len(spec.axes))
    theirs = _from_counts(counts, spec)
    ours = {name: values.reshape(shape) for name, values in stream.steps.items()}
    exact = _unit(counts, spec)
    steps = [Step("unit", ours["unit"], exact, rounding.of_unit(exact), theirs["unit"])]
    before = ours["unit"]
    if spec.filter is not None:
        exact, limit = _filter(before.astype(np.float64), spec, counts.windows, rounding)
        steps.append(Step("filter", ours["filter"], exact, limit, theirs["filter"]))
        before = ours["filter"]
    if spec.gravity_rotation:
        sample, dynamic = (ours[name].astype(np.float64) for name in ("unit", "filter"))
        exact = _rotated(sample, dynamic)
        limit = rounding.of_rotation(dynamic)
        steps.append(Step("rotation", ours["rotation"], exact, limit, theirs["rotation"]))
        before = ours["rotation"]
    windows = stream.real.reshape(shape)
    if spec.normalization is not None:
        value = before.astype(np.float64)
        if spec.normalizes_windows:
            exact = normalize_windows(value, spec)
            limit = rounding.of_window(value, exact, spec.scale_from("mg"))
        else:
            mean, std = _mean_and_std(spec)
            exact, limit = (value - mean) / std, rounding.of_fixed(value, mean, std)
        # in its place, where the C normalizes the window as a whole; or with what it means
        in_place = spec.normalizes_windows or stream.windows.dtype != np.float32
        before = windows if in_place else ours["normalization"]
        steps.append(Step("normalization", before, exact, limit, theirs["window"]))
    # the samples in their order, untouched
    same = before.astype(np.float64)
    steps.append(Step("window", windows, same, np.zeros(()), theirs["window"]))
    return steps


def _unit(counts: Counts, spec: Preprocessing) -> Float64:
    pieces = [
        _cut(_in_unit(samples, spec), windows, spec)
        for samples, windows in zip(counts.streams, counts.windows, strict=True)
    ]
    return np.concatenate(pieces)


def _filter(
    unit: Float64, spec: Preprocessing, windows: Sequence[int], rounding: Rounding
) -> tuple[Float64, Float64]:
    """Return the filtered samples, and the limit of each: one for a stream."""
    filter_ = spec.filter
    assert filter_ is not None
    exact, limits = [], []
    for piece in _by_stream(unit, windows):
        if spec.filter_state == "window":
            runs = list(piece)
            exact.append(np.stack([filtered(run, filter_) for run in runs]))
            limits.append(np.stack([rounding.of_filter(run, filter_) for run in runs])[:, None])
        else:
            run = _joined(piece, spec.hop)
            exact.append(_cut(filtered(run, filter_), len(piece), spec))
            limit = np.broadcast_to(rounding.of_filter(run, filter_), (len(piece), 1, run.shape[1]))
            limits.append(limit)
    return np.concatenate(exact), np.concatenate(limits)


def filtered(x: Float64, filter_: Filter) -> Float64:
    """Return what scipy.signal.lfilter makes of a stream (n, axes), section by section."""
    from scipy.signal import lfilter

    history = np.array([initial_scale(filter_, first) for first in x[0]])
    for section in filter_.sections:
        x, _ = lfilter(section.b, section.a, x, axis=0, zi=np.outer(section.settled, history))
    return x


def _rotated(sample: Float64, dynamic: Float64) -> Float64:
    return rotate_gravity(sample.reshape(-1, 3), dynamic.reshape(-1, 3)).reshape(sample.shape)


def _mean_and_std(spec: Preprocessing) -> tuple[Float64, Float64]:
    assert spec.normalization is not None
    return np.array(spec.normalization.mean), np.array(spec.normalization.std)


def _from_counts(counts: Counts, spec: Preprocessing) -> dict[str, Float64]:
    """Return every step in float64 throughout, (n, window, axes)."""
    found: dict[str, list[Float64]] = {}
    for samples, windows in zip(counts.streams, counts.windows, strict=True):
        unit = _in_unit(samples, spec)
        for name, values in _conditioned(unit, windows, spec).items():
            found.setdefault(name, []).append(values)
    joined = {name: np.concatenate(pieces) for name, pieces in found.items()}
    joined["window"] = normalize_windows(joined["window"], spec)
    return joined


def _conditioned(unit: Float64, windows: int, spec: Preprocessing) -> dict[str, Float64]:
    cut = _cut(unit, windows, spec)
    found = {"unit": cut, "window": cut}
    if spec.filter is not None:
        if spec.filter_state == "window":
            found["filter"] = np.stack([filtered(run, spec.filter) for run in cut])
        else:
            found["filter"] = _cut(filtered(unit, spec.filter), windows, spec)
        found["window"] = found["filter"]
    if spec.gravity_rotation:
        found["rotation"] = found["window"] = _rotated(cut, found["filter"])
    if spec.normalization is not None and not spec.normalizes_windows:
        mean, std = _mean_and_std(spec)
        found["window"] = (found["window"] - mean) / std
    return found


def _in_unit(samples: NDArray[np.int16], spec: Preprocessing) -> Float64:
    """Return counts (n, 3) on the network's axes, in its unit."""
    columns = ["xyz".index(axis[-1]) for axis in spec.axes]
    signs = np.array([-1.0 if axis.startswith("-") else 1.0 for axis in spec.axes])
    scale = spec.mg_per_count * spec.scale_from("mg")
    values: Float64 = samples.astype(np.float64)[:, columns] * (signs * scale)
    return values


def _cut(stream: Float64, windows: int, spec: Preprocessing) -> Float64:
    starts = spec.hop * np.arange(windows)
    cut: Float64 = stream[starts[:, None] + np.arange(spec.window)]
    return cut


def _joined(windows: Float64, hop: int) -> Float64:
    """Return the stream that overlapping windows were cut from."""
    rest = windows[1:, windows.shape[1] - hop :]
    return np.concatenate([windows[0], rest.reshape(-1, windows.shape[2])])


def _by_stream(values: Float64, windows: Sequence[int]) -> Iterator[Float64]:
    first = 0
    for count in windows:
        yield values[first : first + count]
        first += count

"""Data as the sensor would have counted it: what stage raw sends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hargen.datasets.windows import Stream
from hargen.errors import DataError
from hargen.preprocessing import Preprocessing, Unit
from hargen.preprocessing.reference import to_windows

LOWEST, HIGHEST = -32768, 32767


@dataclass(frozen=True, eq=False)
class Counts:
    """Streams as int16 (n, 3), no longer than their windows need, and how many each has.

    clipped: samples of which an axis was beyond what the sensor can count.
    """

    streams: tuple[NDArray[np.int16], ...]
    windows: tuple[int, ...]
    clipped: int


def of(streams: Sequence[Stream], spec: Preprocessing) -> Counts:
    """Return streams as counts: round(sample / the size of a count), clipped.

    Raises:
        DataError: there are none, as in windows that were cut elsewhere.
    """
    if not streams:
        raise DataError(
            "the data is windows, not samples as the sensor gives them",
            hint="--stage raw wants recordings, or --synthetic N",
        )
    counted, clipped = [], 0
    for stream in streams:
        end = spec.window + (stream.windows - 1) * spec.hop
        exact = np.rint(stream.samples[:end] * _counts_per(stream.unit, spec))
        limited = np.clip(exact, LOWEST, HIGHEST)
        clipped += int((limited != exact).any(axis=1).sum())
        counted.append(limited.astype(np.int16))
    return Counts(tuple(counted), tuple(stream.windows for stream in streams), clipped)


def windows(counts: Counts, spec: Preprocessing) -> NDArray[np.float32]:
    """Return what the float64 reference makes of the counts: (n, window, axes)."""
    return np.concatenate(
        [
            to_windows(stream * spec.mg_per_count, spec, "mg")[0][:count]
            for stream, count in zip(counts.streams, counts.windows, strict=True)
        ]
    )


def _counts_per(unit: Unit, spec: Preprocessing) -> float:
    return spec.scale_from(unit) / spec.scale_from("mg") / spec.mg_per_count

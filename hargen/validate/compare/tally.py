"""Values of two sides at one place, compared window by window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hargen.validate.compare.report import Match

Array = NDArray[Any]
Number = int | float


@dataclass(frozen=True)
class First:
    """The first value that differs: its window, its index there, what both sides have."""

    window: int
    index: int
    ours: Number
    theirs: Number
    limit: float


class Tally:
    """Counts what differs at a place, and keeps the first.

    exact: values differ where a bit does; otherwise where they are farther apart than a limit.
    """

    def __init__(self, *, exact: bool) -> None:
        self._exact = exact
        self.first: First | None = None
        self._values = self._windows = self._values_differ = self._windows_differ = 0
        self._largest = self._limit = 0.0

    def add(self, window: int, ours: Array, theirs: Array, limit: Array | float = 0.0) -> None:
        """Compare windows (n, values), of which `window` is the first one's number.

        Where two limits are the same in all values of a window, (n, 1) will do for them.
        """
        self._windows += len(ours)
        self._values += ours.size
        with np.errstate(invalid="ignore", over="ignore"):
            apart = np.abs(ours.astype(np.float64) - theirs.astype(np.float64))
        limits = np.broadcast_to(np.asarray(limit, np.float64), apart.shape)
        if self._exact:
            differs = _bits(ours) != _bits(theirs)
        else:
            same = (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
            differs = ~((apart <= limits) | same)
        self._largest = max(self._largest, float(np.nanmax(apart, initial=0.0)))
        self._limit = max(self._limit, float(limits.max(initial=0.0)))
        self._values_differ += int(differs.sum())
        self._windows_differ += int(differs.any(axis=1).sum())
        if self.first is None and differs.any():
            row, index = (int(i) for i in np.argwhere(differs)[0])
            self.first = First(
                window=window + row,
                index=index,
                ours=ours[row, index].item(),
                theirs=theirs[row, index].item(),
                limit=float(limits[row, index]),
            )

    def match(self) -> Match:
        """Return what was found."""
        return Match(
            windows=self._windows,
            windows_differ=self._windows_differ,
            values=self._values,
            values_differ=self._values_differ,
            largest=self._largest,
            limit=None if self._exact else self._limit,
        )


def _bits(values: Array) -> Array:
    """Return floats as the integers of their bits, so that -0 is not 0 and NaN is itself."""
    if values.dtype.kind != "f":
        return values
    return np.ascontiguousarray(values).view(f"u{values.dtype.itemsize}")

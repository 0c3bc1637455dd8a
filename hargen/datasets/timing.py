"""The sample rate that timestamps tell."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

TOLERANCE = 0.02
"""A measured rate may be off from the stated one by this share: sensors' clocks are."""

GAP = 5.0
"""A step of more than this many sample periods is a gap."""


def gaps(times: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Return for each step between two of `times` (n,) whether it is a gap: bool (n - 1,).

    A step that goes back is one too.
    """
    steps = np.diff(times)
    forward = steps[steps > 0]
    if not len(forward):
        return steps < 0
    found: npt.NDArray[np.bool_] = (steps < 0) | (steps > GAP * np.median(forward))
    return found


def pieces(times: npt.NDArray[Any]) -> list[slice]:
    """Return the stretches of samples without a gap between them."""
    ends = [0, *(np.flatnonzero(gaps(times)) + 1).tolist(), len(times)]
    return [slice(start, end) for start, end in pairwise(ends)]


def rate(times: npt.NDArray[Any], unit_s: float = 1e-9) -> float | None:
    """Return the sample rate in Hz: of the mean step, gaps and steps not forward left out.

    Args:
        times: (n,) of one recording.
        unit_s: of times, in seconds; ns if left out.

    Returns:
        None where no step goes forward.
    """
    steps = np.diff(times)
    steps = steps[steps > 0]
    if not len(steps):
        return None
    steps = steps[steps <= GAP * np.median(steps)]
    return 1.0 / (float(steps.mean()) * unit_s)


def median_rate(recordings: Iterable[npt.NDArray[Any]]) -> float | None:
    """Return the median of the rates of several recordings, times in ns; None without any."""
    rates = [found for times in recordings if (found := rate(times)) is not None]
    return float(np.median(rates)) if rates else None


def disagrees(measured: float | None, stated: float) -> bool:
    """Return whether the timestamps are of another rate than the stated one."""
    return measured is not None and abs(measured / stated - 1.0) > TOLERANCE


def notes(measured: float | None, stated: float) -> tuple[str, ...]:
    """Return a note where the timestamps of a published data set are not of its stated rate."""
    if not disagrees(measured, stated):
        return ()
    return (f"warning: its timestamps tell {measured:.4g} Hz, not the stated {stated:g} Hz",)

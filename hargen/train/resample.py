"""Recordings at another sample rate, by SciPy's polyphase filter."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt

from hargen.datasets import timing

METHOD = "polyphase filter (scipy.signal.resample_poly, Kaiser window, its defaults)"
_MAX_FACTOR = 1000


def is_other_rate(recorded_hz: float, wanted_hz: float) -> bool:
    """Return whether a rate differs by more than sensors' clocks do."""
    return timing.disagrees(recorded_hz, wanted_hz)


def resample(
    samples: npt.NDArray[np.float64], recorded_hz: float, wanted_hz: float
) -> npt.NDArray[np.float64]:
    """Return samples (n, axes) float64 as if they had been recorded at another rate.

    Beyond its ends a recording goes on along the line between them: gravity does not stop there.
    """
    from scipy.signal import resample_poly

    ratio = Fraction(wanted_hz / recorded_hz).limit_denominator(_MAX_FACTOR)
    found: npt.NDArray[np.float64] = resample_poly(
        samples, ratio.numerator, ratio.denominator, axis=0, padtype="line"
    )
    return found

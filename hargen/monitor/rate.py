"""The sample rate that really arrives, by the host's clock.

Samples come in blocks, a few a second or fewer, each a little late by the wire, the driver and
whatever else the host does. A line is fitted through (arrival, samples so far): its slope is the
rate, and how far the blocks lie from it says how well that is known.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

from hargen.datasets import timing

SPAN = 60.0
"""Seconds of the past that count: long enough for 0.1 %, short enough to follow the temperature."""
LEAST_SPAN = 5.0
LEAST_BLOCKS = 5
_ERRORS = 3.0  # standard errors by which a rate has to be beyond the tolerance
_WELL_KNOWN = 0.005  # standard error, as a share of the rate


@dataclass(frozen=True)
class Rate:
    """A measured rate in Hz, and its standard error."""

    hz: float
    error: float

    @property
    def is_well_known(self) -> bool:
        """Whether times may be counted by it."""
        return self.error <= _WELL_KNOWN * self.hz

    def is_off(self, nominal_hz: float) -> bool:
        """Return whether it is another rate than that, by more than sensors' clocks differ."""
        difference = abs(self.hz - nominal_hz)
        return difference - _ERRORS * self.error > timing.TOLERANCE * nominal_hz


class RateMeter:
    """Measures over stretches without a gap: what is missing has no arrival."""

    def __init__(self) -> None:
        self._blocks: deque[tuple[float, int]] = deque()
        self._samples = 0

    def restart(self) -> None:
        """Begin anew, behind a gap."""
        self._blocks.clear()
        self._samples = 0

    def add(self, time: float, samples: int) -> None:
        """Take the arrival of so many more samples, in seconds of a clock that never goes back."""
        self._samples += samples
        self._blocks.append((time, self._samples))
        while time - self._blocks[0][0] > SPAN:
            self._blocks.popleft()

    @property
    def rate(self) -> Rate | None:
        """The rate; None before it can be told."""
        blocks = self._blocks
        if len(blocks) < LEAST_BLOCKS or blocks[-1][0] - blocks[0][0] < LEAST_SPAN:
            return None
        count = len(blocks)
        mean_time = sum(time for time, _ in blocks) / count
        mean_samples = sum(samples for _, samples in blocks) / count
        spread = sum((time - mean_time) ** 2 for time, _ in blocks)
        slope = sum((time - mean_time) * (n - mean_samples) for time, n in blocks) / spread
        residuals = sum((n - mean_samples - slope * (time - mean_time)) ** 2 for time, n in blocks)
        return Rate(slope, math.sqrt(residuals / (count - 2) / spread))

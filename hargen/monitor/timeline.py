"""When samples were taken, in the seconds of a recording.

Arrivals come late and in bursts, so that times are counted from sample to sample, with the period
that was measured. What is missing makes a step; `hargen.datasets` cuts a recording where a step is
longer than timing.GAP periods. A filter would not survive a shorter one either, so every gap is
written long enough to be cut at.
"""

from __future__ import annotations

from hargen.datasets import timing
from hargen.monitor.events import Samples

_CUT = timing.GAP + 1.0
"""Periods of the shortest step that is sure to be cut at, whatever the measured period does."""


class Timeline:
    """The times of one recording, of which the first sample's is 0.

    Attributes:
        gaps: places where samples are missing.
    """

    def __init__(self) -> None:
        self.gaps = 0
        self._last: float | None = None
        self._stream: int | None = None
        self._arrival = 0.0

    def times(self, block: Samples, period: float, *, is_new: bool = False) -> list[float]:
        """Return the times of a block's samples.

        Args:
            block: the next one.
            period: seconds from sample to sample.
            is_new: the port was opened anew since the block before.
        """
        first = 0.0 if self._last is None else self._last + self._step(block, period, is_new)
        found = [first + number * period for number in range(len(block.counts))]
        if found:
            self._last = found[-1]
        self._stream = block.stream
        self._arrival = block.time
        return found

    def _step(self, block: Samples, period: float, is_new: bool) -> float:
        """Return the seconds from the last sample to the block's first."""
        is_new = is_new or block.stream != self._stream
        self.gaps += is_new or block.lost > 0
        if is_new:
            passed = block.time - self._arrival - (len(block.counts) - 1) * period
            return max(passed, _CUT * period)
        if block.lost:
            return max(block.lost + 1.0, _CUT) * period
        return period

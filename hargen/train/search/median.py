"""When a training is hopeless: its score is below the median of what costs no more.

The rule is that of Golovin et al., "Google Vizier: A Service for Black-Box Optimization" (2017),
section 3.2.2. Networks are compared with those alone that need neither more bytes nor more
instructions: small networks score less than large ones, and are wanted all the same.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence

FEWEST_PEERS = 4
_WARM_UP = 0.25


def running_best(scores: Sequence[float]) -> list[float]:
    """Return the best score so far, after each epoch."""
    return [max(scores[: i + 1]) for i in range(len(scores))]


class Median:
    """The rule for one network.

    Args:
        peers: for each finished network that costs no more, the best score so far by epoch.
        epochs: that a training has at most; nothing is stopped in the first quarter.
    """

    def __init__(self, peers: Sequence[Sequence[float]], epochs: int) -> None:
        self._peers = [peer for peer in peers if peer]
        self._best = 0.0
        self._first = max(1, round(_WARM_UP * epochs))

    def see(self, score: float) -> None:
        """Take the score after the next epoch."""
        self._best = max(self._best, score)

    def is_hopeless(self, epoch: int) -> bool:
        """Return whether to stop after an epoch, counted from 1."""
        if len(self._peers) < FEWEST_PEERS or epoch < self._first:
            return False
        middle = statistics.median(peer[min(epoch, len(peer)) - 1] for peer in self._peers)
        return self._best < middle

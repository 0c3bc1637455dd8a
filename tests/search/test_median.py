"""What is stopped early, and what is not."""

from __future__ import annotations

import pytest

from hargen.train.search.median import Median, running_best

PEERS = [[0.5, 0.6, 0.7, 0.8]] * 2 + [[0.5, 0.7, 0.8, 0.9]] * 3


def stopped_at(rule: Median, scores: list[float]) -> int | None:
    for epoch, score in enumerate(scores, start=1):
        rule.see(score)
        if rule.is_hopeless(epoch):
            return epoch
    return None


def test_running_best() -> None:
    assert running_best([0.2, 0.5, 0.4, 0.6]) == [0.2, 0.5, 0.5, 0.6]


@pytest.mark.parametrize(
    ("peers", "scores", "expected"),
    [
        (PEERS, [0.5, 0.69, 0.7, 0.7], 2),
        (PEERS, [0.5, 0.7, 0.8, 0.89], 4),
        (PEERS, [0.5, 0.7, 0.8, 0.9], None),
        (PEERS, [0.9, 0.1, 0.1, 0.9], None),  # the best so far counts, not the last
        (PEERS[:3], [0.0, 0.0, 0.0, 0.0], None),  # too few to compare with
        ([[0.5]] * 4, [0.6, 0.4, 0.6, 0.6], None),  # that ended early
        ([[0.5]] * 4, [0.4, 0.4, 0.6, 0.6], 1),
        ([[], [], [], []], [0.0, 0.0, 0.0, 0.0], None),
    ],
)
def test_the_rule(peers: list[list[float]], scores: list[float], expected: int | None) -> None:
    assert stopped_at(Median(peers, epochs=4), scores) == expected


def test_nothing_is_stopped_in_the_first_quarter() -> None:
    peers = [[0.9] * 40] * 5
    assert stopped_at(Median(peers, epochs=40), [0.1] * 40) == 10

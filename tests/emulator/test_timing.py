"""The cycle counter and SysTick, to the instruction."""

from __future__ import annotations

import pytest

SOURCES = ("timing.c", "counted.S")


@pytest.mark.parametrize("python_hook", [False, True])
def test_time_is_exact_to_the_instruction(play, python_hook):
    outcome = play(*SOURCES, python_hook=python_hook)
    off, first, second, conditional, pair, ten_ticks, awake, flagged, current, ticks = (
        outcome.values
    )

    assert off == 0, "a counter that is not enabled stands still"
    loads_and_nops = 1 | (1 + 10) << 8 | (1 + 20) << 16
    assert (first, second) == (loads_and_nops, loads_and_nops)
    assert conditional <= 4, "inside an IT block time is that of its block"
    assert pair == 3, "a load of two words costs three cycles"
    assert 10 * 160_000 <= ten_ticks < 10 * 160_000 + 200
    assert 0 < awake < 2000, "the counter stands still while the core sleeps"
    assert (flagged, current) == (1, 1)
    assert ticks == 20
    assert outcome.violations == []

"""The sample rate by the host's clock."""

from __future__ import annotations

import random

import pytest

from hargen.monitor.rate import LEAST_SPAN, SPAN, RateMeter

HZ = 26.0


def blocks(hz: float, seconds: float, *, late: float = 0.0, seed: int = 1) -> RateMeter:
    """Return a meter that saw blocks of 13 samples, each late by up to so many seconds."""
    dice = random.Random(seed)
    meter = RateMeter()
    for number in range(1, int(seconds * hz / 13) + 1):
        meter.add(100 + number * 13 / hz + late * dice.random(), 13)
    return meter


@pytest.mark.parametrize("hz", [20.0, 26.0, 26.042, 104.0])
def test_a_steady_rate_is_told_exactly(hz: float) -> None:
    rate = blocks(hz, 20).rate
    assert rate is not None
    assert rate.hz == pytest.approx(hz, rel=1e-9)
    assert rate.is_well_known


def test_late_arrivals_cost_little() -> None:
    rate = blocks(HZ, 30, late=0.02).rate
    assert rate is not None
    assert rate.hz == pytest.approx(HZ, rel=2e-3)
    assert 0 < rate.error < 0.05
    assert rate.is_well_known


def test_it_needs_some_time() -> None:
    assert RateMeter().rate is None
    assert blocks(HZ, LEAST_SPAN).rate is None
    assert blocks(HZ, LEAST_SPAN + 1).rate is not None


def test_blocks_that_came_at_one_time_tell_nothing() -> None:
    meter = RateMeter()
    for _ in range(100):
        meter.add(5.0, 13)
    assert meter.rate is None


@pytest.mark.parametrize(
    ("hz", "is_off"), [(26.0, False), (26.4, False), (25.6, False), (26.8, True), (25.2, True)]
)
def test_over_two_percent_is_off(hz: float, is_off: bool) -> None:
    rate = blocks(hz, 60, late=0.01).rate
    assert rate is not None
    assert rate.is_off(HZ) is is_off


def test_what_is_not_known_well_is_not_called_off() -> None:
    """Ten seconds of blocks that are late by up to half a second often look like another rate."""
    rates = [blocks(HZ, 10, late=0.45, seed=seed).rate for seed in range(300)]
    known = [rate for rate in rates if rate is not None]
    assert sum(abs(rate.hz / HZ - 1) > 0.02 for rate in known) > 5, "else this test shows nothing"
    assert not any(rate.is_off(HZ) or rate.is_well_known for rate in known)


def test_the_distant_past_does_not_count() -> None:
    meter = blocks(13.0, 50)
    for number in range(1, 200):
        meter.add(150 + number * 0.5, 13)
    rate = meter.rate
    assert rate is not None
    assert rate.hz == pytest.approx(26.0, rel=1e-6)
    assert SPAN < 0.5 * 199


def test_behind_a_gap_it_begins_anew() -> None:
    meter = blocks(HZ, 20)
    meter.restart()
    assert meter.rate is None
    for number in range(20):
        meter.add(500 + number * 0.5, 13)
    rate = meter.rate
    assert rate is not None
    assert rate.hz == pytest.approx(26.0, rel=1e-9)

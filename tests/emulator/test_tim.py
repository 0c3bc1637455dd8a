"""TIM2's compare match: when it comes, and what it asks for."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from hargen.device.virtual.counter import NEVER
from hargen.device.virtual.peripherals.tim import (
    ARR,
    CC1IE,
    CC1IF,
    CCR1,
    CEN,
    CNT,
    CR1,
    DIER,
    EGR,
    PSC,
    SR,
    UG,
    Tim,
)

HZ = 160_000_000
DIVIDER = 160


@dataclass
class Clock:
    """A time that the test sets."""

    now: int = 0
    hclk_hz: int = HZ
    looks: list[int] = field(default_factory=list)

    def look_soon(self) -> None:
        self.looks.append(self.now)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timer(clock: Clock) -> Tim:
    """Return a timer that counts microseconds from 0."""
    timer = Tim(pytest.fail, clock, lambda: HZ)  # type: ignore[arg-type]
    write = timer.writes
    write[PSC](DIVIDER - 1)
    write[EGR](UG)
    write[CR1](CEN)
    return timer


def arm(timer: Tim, at: int) -> None:
    timer.writes[CCR1](at)
    timer.writes[SR](~CC1IF & 0xFFFF_FFFF)
    timer.writes[DIER](CC1IE)


def test_the_match_comes_with_its_count(timer: Tim, clock: Clock) -> None:
    arm(timer, 1000)
    due = timer.next_interrupt()
    assert due == 1000 * DIVIDER
    clock.now = due - 1
    timer.advance()
    assert not timer.interrupt_line()
    clock.now = due
    timer.advance()
    assert timer.interrupt_line()
    assert timer.reads[CNT]() == 1000
    assert timer.next_interrupt() == NEVER, "it is there until it is cleared"


def test_a_leap_over_it_raises_it_too(timer: Tim, clock: Clock) -> None:
    arm(timer, 1000)
    clock.now = 5000 * DIVIDER
    timer.advance()
    assert timer.interrupt_line()
    timer.writes[SR](~CC1IF & 0xFFFF_FFFF)
    assert not timer.interrupt_line()


def test_it_is_raised_through_the_counters_turn(timer: Tim, clock: Clock) -> None:
    timer.writes[ARR](9_999)
    clock.now = 9_000 * DIVIDER
    arm(timer, 500)
    assert timer.next_interrupt() == 10_500 * DIVIDER
    clock.now = 10_499 * DIVIDER
    timer.advance()
    assert not timer.interrupt_line()
    clock.now = 10_500 * DIVIDER
    timer.advance()
    assert timer.interrupt_line()


def test_a_count_that_is_there_already_waits_for_the_next_turn(timer: Tim, clock: Clock) -> None:
    clock.now = 700 * DIVIDER
    arm(timer, 700)
    assert timer.next_interrupt() == (700 + (1 << 32)) * DIVIDER
    clock.now = 900 * DIVIDER
    timer.advance()
    assert not timer.interrupt_line()


def test_without_its_enable_there_is_a_flag_and_no_interrupt(timer: Tim, clock: Clock) -> None:
    timer.writes[CCR1](100)
    clock.now = 200 * DIVIDER
    assert timer.reads[SR]() & CC1IF
    assert not timer.interrupt_line()
    assert timer.next_interrupt() == NEVER
    timer.writes[DIER](CC1IE)
    assert timer.interrupt_line()


def test_a_match_beyond_the_period_never_comes(timer: Tim, clock: Clock) -> None:
    timer.writes[ARR](99)
    arm(timer, 100)
    assert timer.next_interrupt() == NEVER
    clock.now = 1000 * DIVIDER
    timer.advance()
    assert not timer.interrupt_line()


def test_a_timer_that_stands_has_no_match(timer: Tim, clock: Clock) -> None:
    arm(timer, 100)
    timer.writes[CR1](0)
    assert timer.next_interrupt() == NEVER
    clock.now = 1000 * DIVIDER
    timer.advance()
    assert not timer.interrupt_line()

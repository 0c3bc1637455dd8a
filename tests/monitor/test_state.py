"""What a monitor knows after which events."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hargen.monitor.events import Disconnected, Sensor
from hargen.monitor.state import TRACE_SECONDS, State

from .conftest import DEVICE, connected, result, samples

ROOM = int(TRACE_SECONDS * DEVICE.nominal_hz)
G = 8197  # counts of about one g
STILL = [(0, 0, G)] * 13


def steady(state: State, hz: float, seconds: float, begin: float = 0.0) -> None:
    """Let blocks of 13 samples arrive at that rate."""
    for number in range(1, int(seconds * hz / 13) + 1):
        state.take(samples(begin + number * 13 / hz, STILL))


@pytest.fixture
def state() -> State:
    found = State()
    found.take(connected())
    return found


def test_before_anything_there_is_nothing_to_show() -> None:
    state = State()
    assert (state.activity, state.latency_ms, state.rate, state.rate_warning) == (
        "",
        None,
        None,
        "",
    )
    assert state.trace() == ([], [], [])
    assert not state.is_connected


def test_a_result_has_names_and_milliseconds(state: State) -> None:
    state.take(result(window=3, activity=1))
    assert state.activity == "walking"
    assert state.latency_ms == pytest.approx(1.0)  # 160000 cycles at 160 MHz
    assert (state.results, state.unsettled, state.missed) == (1, 0, 0)


def test_a_class_without_a_name_is_shown_by_its_number(state: State) -> None:
    state.take(result(activity=7))
    assert state.activity == "class 7"


def test_results_are_counted_by_activity(state: State) -> None:
    for window, (activity, settled) in enumerate([(0, False), (1, True), (1, True)]):
        state.take(result(window=window, activity=activity, settled=settled))
    assert state.tally == {"stationary": 1, "walking": 2}
    assert (state.results, state.unsettled) == (3, 1)


def test_windows_that_did_not_arrive_are_missed(state: State) -> None:
    for window in (4, 5, 9):
        state.take(result(window=window))
    assert state.missed == 3
    state.take(result(window=0, stream=2))
    assert state.missed == 3, "a new stream counts from 0"


def test_traces_are_the_last_seconds_in_g(state: State) -> None:
    state.take(samples(0.5, [(n, -n, G) for n in range(13)]))
    x, y, z = state.trace()
    assert [len(x), len(y), len(z)] == [ROOM] * 3
    assert x[: ROOM - 13] == [None] * (ROOM - 13)
    assert x[-13:] == pytest.approx([n * 0.122e-3 for n in range(13)])
    assert y[-1] == pytest.approx(-12 * 0.122e-3)
    assert z[-1] == pytest.approx(1.0, abs=1e-3)
    steady(state, 26.0, 60)
    assert len(state.trace()[0]) == ROOM
    assert None not in state.trace()[0]


def test_a_gap_is_blank_in_the_traces(state: State) -> None:
    state.take(samples(0.5, STILL))
    state.take(samples(1.5, STILL, lost=5))
    z = state.trace()[2]
    assert [value is None for value in z[-31:]] == [False] * 13 + [True] * 5 + [False] * 13


@pytest.mark.parametrize("lost", [1, ROOM - 1, ROOM, (1 << 32) - 1])
def test_a_huge_gap_takes_no_more_room_than_there_is(state: State, lost: int) -> None:
    state.take(samples(0.5, STILL))
    state.take(samples(9.5, STILL, lost=lost))
    assert len(state.trace()[0]) == ROOM
    assert state.lost == lost


def test_losses_add_up(state: State) -> None:
    state.take(samples(0.5, STILL, lost=2))
    state.take(samples(1.0, STILL, lost=7, on_wire=4))
    assert (state.samples, state.lost, state.lost_on_wire) == (26, 9, 4)


def test_the_rate_is_measured_between_gaps(state: State) -> None:
    steady(state, 26.2, 20)
    assert state.rate is not None
    assert state.rate.hz == pytest.approx(26.2)
    state.take(samples(21.0, STILL, lost=13))
    assert state.rate is None
    steady(state, 25.9, 20, begin=21)
    assert state.rate is not None
    assert state.rate.hz == pytest.approx(25.9)
    state.take(samples(60.0, STILL, stream=2))
    assert state.rate is None


@pytest.mark.parametrize(
    ("hz", "words"),
    [(26.4, ""), (25.6, ""), (26.6, "+2.3 % off the 26 Hz"), (24.0, "-7.7 % off the 26 Hz")],
)
def test_over_two_percent_is_warned_of(state: State, hz: float, words: str) -> None:
    steady(state, hz, 30)
    assert words in state.rate_warning
    assert bool(state.rate_warning) is bool(words)
    assert not words or f"{hz:.2f} Hz by this machine's clock" in state.rate_warning


def test_until_it_is_measured_the_board_is_believed(state: State) -> None:
    state.take(Sensor(0.1, "", 26.042))
    assert state.rate_warning == ""
    state.take(Sensor(0.2, "", 27.3))
    assert "27.30 Hz by the board's clock, +5.0 % off" in state.rate_warning
    steady(state, 26.0, 30)
    assert state.rate_warning == "", "the host's clock is the better one"


def test_the_warning_is_of_the_rate_that_the_model_is_for() -> None:
    state = State()
    state.take(connected(device=replace(DEVICE, nominal_hz=20.0)))
    steady(state, 26.0, 30)
    assert "+30.0 % off the 20 Hz" in state.rate_warning


def test_times_are_counted_by_the_measured_period_once_it_is_known(state: State) -> None:
    assert state.period == pytest.approx(1 / 26)
    steady(state, 26.4, 3)
    assert state.period == pytest.approx(1 / 26)
    steady(state, 26.4, 20, begin=6 * 13 / 26.4)
    assert state.period == pytest.approx(1 / 26.4)


def test_until_then_they_are_counted_by_the_boards_clock(state: State) -> None:
    state.take(Sensor(0.1, "", 26.6))
    assert state.period == pytest.approx(1 / 26.6)


def test_the_time_of_a_virtual_board_is_its_own() -> None:
    state = State(is_real=False)
    state.take(connected())
    state.take(Sensor(0.1, "", 26.042))
    steady(state, 27.0, 30)
    assert state.rate is not None
    assert state.rate.hz == pytest.approx(27.0)
    assert state.rate_warning == ""
    assert state.period == pytest.approx(1 / 26.042)
    state.take(Sensor(0.2, "", 27.0))
    assert "27.00 Hz by the board's clock, +3.8 % off" in state.rate_warning


def test_a_disconnection_is_counted_and_says_why(state: State) -> None:
    state.take(Sensor(0.1, "a transfer failed", 30.0))
    state.take(Disconnected(1.0, "the connection broke"))
    assert (state.is_connected, state.absence, state.disconnections) == (
        False,
        "the connection broke",
        1,
    )
    assert state.rate_warning == "", "nobody is there whose rate could be off"
    state.take(Disconnected(2.0, "there is no such port"))
    assert (state.absence, state.disconnections) == ("there is no such port", 1)


def test_who_comes_back_begins_anew(state: State) -> None:
    state.take(Sensor(0.1, "a transfer failed", 26.0))
    state.take(result(window=7))
    steady(state, 26.0, 20)
    state.take(Disconnected(21.0, "gone"))
    state.take(connected(25.0))
    assert (state.is_connected, state.result, state.trouble, state.absence) == (True, None, "", "")
    state.take(samples(26.0, STILL, stream=1))
    assert state.rate is None
    assert state.trace()[0][-14] is None
    state.take(result(window=0))
    assert (state.results, state.missed) == (2, 0), "totals are of the whole watch"


def test_trouble_lasts_until_it_is_over(state: State) -> None:
    state.take(Sensor(0.1, "a transfer failed", 26.0))
    assert state.trouble == "a transfer failed"
    state.take(Sensor(0.2, "", 26.0))
    assert state.trouble == ""

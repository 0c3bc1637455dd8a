"""Whatever befalls the sensor: the board says so, goes on, and no result is wrong unmarked."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest

from hargen.link.live import LiveResult, LiveSamples
from hargen.link.messages import LiveSensor

bench = pytest.importorskip("live.bench", reason="the virtual board needs unicorn")

from live.motion import motion  # noqa: E402

HOST = [(0.01, bench.HELLO), (0.02, bench.live(bench.EVERYTHING))]
SETTLE = 100
"""Samples that the default model's filter takes to settle, and no fewer."""


def settled_from(first: int) -> int:
    """Return the number of the first sample of the first settled window of a piece."""
    return first + SETTLE


def held_against_the_truth(project, feed, heard, *, slack: int = 0) -> int:
    """Check samples and results of stream 1; return how many samples were lost.

    slack: by how many samples the number of a piece may be off, each time that the sensor was
    without power: what passes then is counted by the board's time.
    """
    found = bench.pieces(heard.of(LiveSamples, 1))
    offset = 0
    for first, counts in found:
        shifts = [0] if first == 0 else range(offset - slack, offset + slack + 1)
        fits = [
            s for s in shifts if np.array_equal(counts, bench.felt(feed, first + s, len(counts)))
        ]
        assert fits, f"{len(counts)} samples from {first} on are not those that were felt"
        offset = fits[0]
    results = heard.of(LiveResult, 1)
    assert bench.told(results) == bench.expected(project, found)
    assert [result.window for result in results] == list(range(len(results)))
    following = 0
    lost = 0
    for first, counts in found:
        lost += first - following
        following = first + len(counts)
    for result in results:
        before = [first for first, _ in found if first <= result.last_sample]
        assert result.gaps == len(before) - 1
        if result.last_sample - 23 < settled_from(before[-1]):
            assert not result.settled
    return lost


def play(project, seconds: float, faults: Sequence[object], **how):
    feed = motion()
    heard = bench.play(project, seconds, [*HOST, *faults], feed=feed, **how)
    assert heard.violations == []
    assert heard.board.state()["resets"] == 1
    return feed, heard


def troubles(heard) -> list[LiveSensor]:
    """Return what was told of the sensor, its start aside."""
    return [state.sensor for state in heard.states[1:]]


def test_an_address_that_is_not_acknowledged_costs_nothing(project) -> None:
    feed, heard = play(project, 20, [(8.05, {"kind": "sensor_nack", "count": 3})])
    assert troubles(heard) == [LiveSensor.BUS, LiveSensor.RUNNING]
    assert heard.states[1].text == "a transfer failed: no answer"
    assert heard.states[2].text == ""
    assert heard.states[2].bus_errors == 3
    assert held_against_the_truth(project, feed, heard) == 0
    assert heard.results[-1].gaps == 0
    assert heard.results[-1].settled


def test_a_bus_that_is_held_is_freed(project) -> None:
    feed, heard = play(project, 20, [(8.05, {"kind": "sensor_stuck"})])
    assert troubles(heard) == [LiveSensor.BUS, LiveSensor.RUNNING]
    assert heard.states[1].text == "a transfer failed: the bus is busy or held"
    assert held_against_the_truth(project, feed, heard) == 0


@pytest.mark.parametrize("after", [0.0003, 0.0009, 0.0014, 0.0019])
def test_a_bus_that_is_held_within_a_transfer(project, after) -> None:
    """Words that break off are lost, and counted."""
    faults = [
        (7 + n * 1.7, {"kind": "sensor_stuck", "after_seconds": after + n * 0.02037})
        for n in range(10)
    ]
    feed, heard = play(project, 30, faults)
    assert set(troubles(heard)) == {LiveSensor.BUS, LiveSensor.RUNNING}
    assert heard.states[-1].sensor == LiveSensor.RUNNING
    lost = held_against_the_truth(project, feed, heard)
    assert heard.results[-1].lost == lost


@pytest.mark.parametrize("lost", [1, 5, 300])
def test_what_an_overrun_took_is_counted(project, lost) -> None:
    feed, heard = play(project, 60, [(8.05, {"kind": "sensor_overrun", "lost": lost})])
    assert troubles(heard) == []
    counted = held_against_the_truth(project, feed, heard)
    # the oldest word of a full FIFO is not trusted; and until the next poll more are overwritten
    assert lost + 1 <= counted <= lost + 2 + 0.2 * 26.04
    last = heard.results[-1]
    assert (last.lost, last.gaps, last.settled) == (counted, 1, True)


def test_another_chip_is_told_and_costs_nothing(project) -> None:
    faults = [
        (8, {"kind": "sensor_identity", "value": 0x6C}),
        (15, {"kind": "sensor_identity"}),
    ]
    feed, heard = play(project, 25, faults)
    assert troubles(heard) == [LiveSensor.WRONG_ID, LiveSensor.WRONG_ID, LiveSensor.RUNNING]
    assert heard.states[1].text == "WHO_AM_I is of another chip"
    assert heard.states[1].identity == 0x6C
    reminder = heard.states[2].time_ms - heard.states[1].time_ms
    assert reminder == pytest.approx(5000, abs=250), "trouble that lasts is told again"
    assert not [r for r in heard.results if 8300 < r.time_ms < 15_000]
    assert held_against_the_truth(project, feed, heard) == 0


@pytest.mark.parametrize("seconds", [0, 2.5])
@pytest.mark.parametrize("rate_error", [-0.02, 0.02])
def test_a_sensor_that_was_without_power_is_set_up_again(project, seconds, rate_error) -> None:
    faults = [(12.05, {"kind": "sensor_reset", "seconds": seconds})]
    feed, heard = play(project, 30, faults, rate_error=rate_error)
    told = troubles(heard)
    assert LiveSensor.WAS_RESET in told
    assert told[-1] == LiveSensor.RUNNING
    assert heard.states[-1].resets == 1
    lost = held_against_the_truth(project, feed, heard, slack=1)
    assert lost == pytest.approx((seconds + 0.5) * 26.04, abs=8)
    assert heard.results[-1].gaps == 1


def test_a_sensor_that_is_not_there_is_said_and_taken_when_it_comes(project) -> None:
    feed = motion()
    deeds = [(0.001, {"kind": "sensor_reset", "seconds": 13})]
    heard = bench.play(project, 20, deeds, feed=feed)
    assert heard.trouble == ["a transfer failed: no answer"] * 3 + ["running again"]
    times = [float(line.partition(" s")[0]) for line in heard.lines if "sensor:" in line]
    assert times == pytest.approx([0.02, 5.1, 10.2, 13.1], abs=0.4)
    (first, *_) = heard.printed
    assert float(first["time"]) == pytest.approx(14.1, abs=0.4)


def test_a_red_light_tells_of_trouble(project) -> None:
    red: list[bool] = []
    bench.play(
        project,
        12,
        [(4, {"kind": "sensor_identity", "value": 0}), (8, {"kind": "sensor_identity"})],
        feed=motion(),
        each=lambda board: red.append(board.chip.gpio["H"].drives(bench.RED) is False),
    )
    lit = [n * 0.02 for n, level in enumerate(red) if level]
    assert lit[0] == pytest.approx(4, abs=0.25)
    assert lit[-1] == pytest.approx(8, abs=0.25)
    assert len(lit) == pytest.approx(200, abs=15)


def test_trouble_is_printed(project) -> None:
    faults = [
        (5.05, {"kind": "sensor_nack", "count": 1}),
        (9.05, {"kind": "sensor_stuck"}),
        (13.05, {"kind": "sensor_reset", "seconds": 1}),
        (30.05, {"kind": "sensor_overrun", "lost": 10}),
    ]
    heard = bench.play(project, 45, faults, feed=motion())
    assert heard.violations == []
    assert heard.trouble == [
        *("a transfer failed: no answer", "running again"),
        *("a transfer failed: the bus is busy or held", "running again"),
        *("a transfer failed: no answer", "the sensor was reset", "running again"),
    ]
    lost = [int(line["lost"]) for line in heard.printed]
    assert lost == sorted(lost)
    assert lost[-1] == pytest.approx(1.5 * 26 + 11, abs=10)
    unsettled = [line["settled"] == "not settled" for line in heard.printed]
    # the beginning, and after each of two gaps
    assert sum(a and not b for a, b in pairwise(unsettled)) == 3


def every_minute(minutes: int) -> list[tuple[float, object]]:
    """Return a fault a minute, each kind at ever other moments."""
    kinds: list[dict[str, object]] = [
        {"kind": "sensor_nack", "count": 2},
        {"kind": "sensor_stuck"},
        {"kind": "sensor_overrun", "lost": 5},
        {"kind": "sensor_identity", "value": 0x00},
        {"kind": "sensor_reset", "seconds": 1.5},
    ]
    faults: list[tuple[float, object]] = []
    for minute in range(minutes):
        fault = dict(kinds[minute % len(kinds)])
        at = 60.0 * minute + 20 + minute * 0.01371 % 0.2
        # a leap of the sensor's time within a transfer is nothing that a sensor could do
        if fault["kind"] != "sensor_overrun":
            fault["after_seconds"] = 0.0001 + minute * 0.000371 % 0.02
        faults.append((at, fault))
        if fault["kind"] == "sensor_identity":
            faults.append((at + 5, {"kind": "sensor_identity"}))
    return faults


@pytest.mark.parametrize("minutes", [5, pytest.param(60, marks=pytest.mark.long)])
def test_a_fault_every_minute(project, minutes) -> None:
    feed, heard = play(project, 60 * minutes, every_minute(minutes), rate_error=0.01)
    resets = minutes // 5
    lost = held_against_the_truth(project, feed, heard, slack=1)
    last = heard.states[-1]
    assert last.resets == resets
    assert last.overruns >= resets, "one may be seen by two polls"
    assert heard.results[-1].lost == lost
    assert heard.results[-1].time_ms > 60_000 * minutes - 1500, "it goes on to the end"
    assert set(troubles(heard)) == {
        LiveSensor.RUNNING,
        LiveSensor.BUS,
        LiveSensor.WRONG_ID,
        LiveSensor.WAS_RESET,
    }
    assert len(heard.results) > 60 * minutes

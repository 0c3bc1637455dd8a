"""The drivers of I2C2 and the sensor on the virtual board, against what the sensor was fed.

Every sample that is fed tells its own index, so that the driver's count of what is missing can be
held against the truth, sample by sample.
"""

from __future__ import annotations

from itertools import pairwise

import pytest

bench = pytest.importorskip("sensor.bench", reason="the virtual board needs unicorn")
FEED = bench.ramp(1 << 17)
POLL_US_LIMIT = 120_000  # of 600 samples at most, 160 us each
FAILED_POLL_US_LIMIT = 15_000


def accounted(polls, slack=0):
    """Check the driver's account of all samples; return how often it was off, by slack at most."""
    samples = [sample for poll in polls for sample in poll.samples]
    off = 0
    for before, after in pairwise(samples):
        difference = after.index - before.index - 1 - after.lost
        assert abs(difference) <= slack, f"{after.lost} lost before sample {after.index}"
        off += difference != 0
    assert samples[0].lost == 0
    last = polls[-1].totals
    assert last.samples == len(samples)
    assert last.lost == sum(sample.lost for sample in samples)
    return off


def statuses(polls):
    """Return the polls that were not RUNNING, as (status, error of the bus), the start aside."""
    first = next(n for n, poll in enumerate(polls) if poll.status == bench.RUNNING)
    return [(p.status, p.bus_error) for p in polls[first:] if p.status != bench.RUNNING]


@pytest.mark.parametrize("rate_error", [0.0, 0.03, -0.03])
def test_every_sample_arrives_as_it_was_fed(play, rate_error):
    polls, violations, board = play(60, feed=FEED, rate_error=rate_error)

    assert violations == []
    assert statuses(polls) == []
    assert accounted(polls) == 0
    assert polls[-1].totals.lost == 0
    assert polls[-1].totals.samples == pytest.approx(58.5 * 26.04 * (1 + rate_error), abs=15)
    assert polls[-1].totals.samples <= board.sensor.next_index
    assert polls[-1].rate_mhz == pytest.approx(26_043 * (1 + rate_error), rel=1e-3)
    assert max(poll.microseconds for poll in polls) < 5_000


def test_the_start_waits_for_a_sensor_that_still_boots(play):
    polls, _, _ = play(3, feed=FEED)

    seen = [(poll.status, poll.bus_error) for poll in polls[:4]]
    assert seen[0] == (bench.BUS, bench.NO_ANSWER)
    assert [status for status, _ in seen[1:]] == [bench.STARTING, bench.STARTING, bench.RUNNING]


def test_addresses_that_are_not_acknowledged_cost_no_sample(play):
    polls, violations, _ = play(15, [(5, {"kind": "sensor_nack", "count": 3})], feed=FEED)

    assert violations == []
    assert statuses(polls) == [(bench.BUS, bench.NO_ANSWER)] * 3
    assert accounted(polls) == 0
    assert polls[-1].totals.lost == 0


def test_a_bus_that_is_held_is_freed_by_clocks(play):
    polls, violations, _ = play(15, [(5, {"kind": "sensor_stuck"})], feed=FEED)

    assert violations == []
    assert statuses(polls) == [(bench.BUS, bench.BUS_BUSY)]
    assert accounted(polls) == 0
    assert polls[-1].totals.lost == 0


def test_a_bus_that_is_held_at_any_moment_of_a_poll(play):
    """A transfer that breaks off may take words with it: those are counted."""
    faults = [
        (2 + n, {"kind": "sensor_stuck", "after_seconds": 0.0005 + n * 0.00011}) for n in range(28)
    ]
    polls, violations, _ = play(35, faults, feed=FEED)

    assert violations == []
    assert {bench.ARBITRATION, bench.BUS_BUSY} <= {error for _, error in statuses(polls)}
    assert {status for status, _ in statuses(polls)} == {bench.BUS}
    assert accounted(polls) == 0
    assert polls[-1].totals.lost > 0
    assert polls[-1].status == bench.RUNNING


@pytest.mark.parametrize("lost", [1, 2, 3, 4, 37, 400])
def test_what_an_overrun_took_is_counted_exactly(play, lost):
    polls, violations, _ = play(20, [(7, {"kind": "sensor_overrun", "lost": lost})], feed=FEED)

    assert violations == []
    assert statuses(polls) == []
    assert accounted(polls) == 0
    # the oldest word of a full FIFO is not trusted, and one may come while it is read
    assert lost + 1 <= polls[-1].totals.lost <= lost + 2
    assert polls[-1].totals.overruns == 1


@pytest.mark.parametrize("rate_error", [0.0, 0.02])
def test_a_firmware_that_was_away_knows_what_it_missed(play, rate_error):
    defines = ("PAUSE_AT=10", "PAUSE_TENTHS=400u", "CAPACITY=32u")
    polls, violations, _ = play(60, defines=defines, feed=FEED, rate_error=rate_error)

    assert violations == []
    assert accounted(polls) == 0
    away = 40 * 26.04 * (1 + rate_error) - 512
    assert polls[-1].totals.lost == pytest.approx(away, abs=20)
    assert max(len(poll.samples) for poll in polls) == 32
    assert max(poll.microseconds for poll in polls) < 10_000


def test_another_identity_is_told_and_costs_no_sample(play):
    faults = [
        (5, {"kind": "sensor_identity", "value": 0x6C}),
        (8, {"kind": "sensor_identity"}),
    ]
    polls, violations, _ = play(15, faults, feed=FEED)

    assert violations == []
    wrong = [poll for poll in polls if poll.status == bench.WRONG_ID]
    assert len(wrong) == polls[-1].totals.wrong_ids == 6
    assert {poll.identity for poll in wrong} == {0x6C}
    assert accounted(polls) == 0
    assert polls[-1].totals.lost == 0


@pytest.mark.parametrize(("seconds", "rate_error"), [(0, 0.0), (3, 0.0), (20, 0.025), (20, -0.025)])
def test_a_sensor_without_power_is_set_up_again(play, seconds, rate_error):
    faults = [(7, {"kind": "sensor_reset", "seconds": seconds})]
    polls, violations, _ = play(35, faults, feed=FEED, rate_error=rate_error)

    assert violations == []
    assert bench.WAS_RESET in [status for status, _ in statuses(polls)]
    assert polls[-1].totals.resets == 1
    assert accounted(polls, slack=1) <= 1
    assert polls[-1].status == bench.RUNNING
    assert polls[-1].samples


def test_a_sensor_that_stops_batching_is_reset(play):
    def disturb(board):
        assert board.sensor.start(reads=False)
        board.sensor.write(0x09)
        board.sensor.write(0x00)

    polls, violations, _ = play(20, [(7, disturb)], feed=FEED)

    assert violations == []
    assert bench.SILENT in [status for status, _ in statuses(polls)]
    assert accounted(polls, slack=1) <= 1
    assert polls[-1].samples


def test_a_sensor_that_keeps_no_settings_is_told(play):
    def break_register(board):
        write = board.sensor._write
        board.sensor._write = lambda at, value: None if at == 0x10 else write(at, value)

    polls, _, _ = play(6, [(0.001, break_register)], feed=FEED)

    assert bench.REFUSES in [poll.status for poll in polls]
    assert not any(poll.samples for poll in polls)


def test_words_with_a_wrong_tag_are_not_taken(play):
    def garble(board):
        board.sensor.advance()
        fifo = board.sensor._fifo
        for at in (1, 2, 4):
            fifo._words[at] = bytes([fifo._words[at][0] ^ 1]) + fifo._words[at][1:]

    polls, _, _ = play(10, [(6.45, garble)], feed=FEED)

    assert polls[-1].totals.bad_words == polls[-1].totals.lost == 3
    assert accounted(polls) == 0


def test_a_board_that_is_reset_within_a_transfer_frees_the_bus(play):
    resets = 24  # through the first 2 ms of a poll, and before it sends anything
    faults = [
        (2 + 3 * n, {"kind": "reset_after_cycles", "cycles": 60_000 + 13_700 * n})
        for n in range(resets)
    ]
    polls, violations, board = play(2 + 3 * resets, faults, feed=FEED)

    assert violations == []
    assert board.state()["resets"] == resets + 1
    assert bench.BUS_BUSY not in {poll.bus_error for poll in polls}, "freed before the first poll"
    assert polls[-1].status == bench.RUNNING
    assert polls[-1].samples


def test_a_watermark_keeps_samples_together(play):
    polls, violations, _ = play(15, defines=("WATERMARK=30u",), feed=FEED)

    assert violations == []
    assert accounted(polls) == 0
    assert {len(poll.samples) >= 30 for poll in polls if poll.samples} == {True}


def every_minute(minutes, kinds):
    """Return a fault a minute, each at another moment of a poll."""
    faults = []
    for minute in range(minutes):
        request = dict(kinds[minute % len(kinds)])
        # a leap of the sensor's time within a poll is nothing that a sensor could do
        leaps = request["kind"] == "sensor_overrun"
        request["after_seconds"] = 0.25 if leaps else 0.0001 + minute * 0.000371 % 0.5
        at = 60.0 * minute + 20
        faults.append((at, request))
        if request["kind"] == "sensor_identity":
            faults.append((at + 5, {"kind": "sensor_identity"}))
    return faults


KINDS = [
    {"kind": "sensor_nack", "count": 2},
    {"kind": "sensor_stuck"},
    {"kind": "sensor_overrun", "lost": 5},
    {"kind": "sensor_identity", "value": 0x00},
    {"kind": "sensor_reset", "seconds": 1.5},
]


@pytest.mark.parametrize("minutes", [5, pytest.param(60, marks=pytest.mark.long)])
def test_a_fault_every_minute(play, minutes):
    faults = every_minute(minutes, KINDS)
    polls, violations, board = play(60 * minutes, faults, feed=FEED, rate_error=0.01)

    assert violations == []
    assert board.state()["resets"] == 1
    off = accounted(polls, slack=1)
    assert off <= polls[-1].totals.resets == minutes // 5
    seen = [sample.index for poll in polls for sample in poll.samples]
    assert seen == sorted(set(seen))
    missing = seen[-1] - seen[0] + 1 - len(seen)
    assert polls[-1].totals.lost == pytest.approx(missing, abs=off)
    assert {poll.status for poll in polls} >= {bench.RUNNING, bench.BUS, bench.WRONG_ID}
    assert polls[-1].status == bench.RUNNING
    for poll in polls:
        failed = poll.status != bench.RUNNING
        assert poll.microseconds < (FAILED_POLL_US_LIMIT if failed else POLL_US_LIMIT)
    assert polls[-1].rate_mhz == pytest.approx(26_043 * 1.01, rel=2e-3)

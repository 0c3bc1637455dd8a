"""Baud rates that differ, and faults put on the line on purpose."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("unicorn", reason="the virtual board needs unicorn")

from hargen.device.virtual.inject import inject
from hargen.device.virtual.line import Faults, resample
from hargen.device.virtual.peripherals.usart import FRAMING_ERROR


@given(st.binary(max_size=40), st.floats(0.96, 1.04))
def test_small_differences_of_rate_do_no_harm(data, ratio):
    """A byte alone; without gaps a receiver that is behind would slip in time."""
    for byte in data:
        assert resample([byte], 115200 * ratio, 115200) == [byte]


@given(st.binary(min_size=1, max_size=40))
def test_the_same_rate_changes_nothing(data):
    assert resample(data, 921600, 921600) == list(data)


@given(st.binary(min_size=4, max_size=40), st.sampled_from([0.125, 0.5, 2.0, 8.0]))
def test_another_rate_garbles(data, ratio):
    assert resample(data, 115200 * ratio, 115200) != list(data)


def test_what_an_eight_times_faster_receiver_sees_of_one_byte():
    # 0x00 is nine bits low: 72 of the receiver's, a break of seven characters without stop bit
    received = resample([0x00], 115200, 921600)

    assert received[0] == 0x00 | FRAMING_ERROR
    assert len(received) == 1, "no falling edge comes again before the line is high"


def test_a_sender_of_twice_the_rate_gives_no_start_bit_that_lasts():
    # 0x55: every low level is one of the sender's bits long, half a start bit of the receiver's
    assert resample([0x55], 2, 1) == []


def test_each_fault_hits_the_byte_that_it_names():
    faults = Faults()
    faults.dropped.add(2)
    faults.flipped[3] = 0x10

    assert [faults.apply(byte) for byte in b"abcd"] == [ord("a"), None, ord("c") ^ 0x10, ord("d")]


def test_garbling_is_the_same_for_a_seed_and_as_frequent_as_asked():
    def garbled(seed):
        faults = Faults()
        faults.garble(0.1, seed)
        return [faults.apply(0) for _ in range(1000)]

    assert garbled(1) == garbled(1) != garbled(2)
    assert 60 < sum(byte != 0 for byte in garbled(1)) < 140
    assert all(byte is not None and byte.bit_count() <= 1 for byte in garbled(1))


FIRST_LINE = b"hello\n"


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"kind": "drop", "direction": "tx", "nth": 2}, b"hllo\nabc"),
        ({"kind": "flip", "direction": "tx", "nth": 1, "mask": 0x20}, b"Hello\nabc"),
        ({"kind": "drop", "direction": "rx", "nth": 2}, b"hello\nac"),
        ({"kind": "flip", "direction": "rx", "nth": 3, "mask": 0x20}, b"hello\nabC"),
        ({"kind": "silence", "direction": "tx"}, b""),
        ({"kind": "silence", "direction": "rx"}, b"hello\n"),
        ({"kind": "garble", "direction": "rx", "rate": 0.0}, b"hello\nabc"),
    ],
)
def test_faults_of_the_line_reach_the_firmware(play, fault, expected):
    outcome = play("hello.c", prepare=lambda board: inject(board, fault), send=[b"abc"])

    assert outcome.output == expected


def test_a_reset_after_the_nth_byte_loses_the_rest(play):
    fault = {"kind": "reset_after_tx", "nth": 3}

    outcome = play("hello.c", prepare=lambda board: inject(board, fault))

    assert outcome.output == b"helhello\n"
    assert outcome.resets == ["power", "pin"]


def test_a_flipped_bit_of_the_flash_changes_what_runs(play, firmware):
    from hargen.device.virtual.elf import Elf

    (segment,) = Elf(firmware("hello.c")).segments()
    at = segment.address + segment.data.index(FIRST_LINE)
    fault = {"kind": "flip_bit", "address": at, "bit": 5}

    outcome = play("hello.c", prepare=lambda board: inject(board, fault))

    assert outcome.output == b"Hello\n"


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "nonsense"},
        {"kind": "drop", "direction": "up", "nth": 1},
        {"kind": "drop", "direction": "rx", "nth": 0},
        {"kind": "drop", "direction": "rx"},
        {"kind": "drop", "direction": "rx", "nth": "2"},
        {"kind": "garble", "direction": "rx", "rate": 2},
        {"kind": "flip_bit", "address": 0x60000000, "bit": 0},
        {"kind": "flip_bit", "address": 0x20000000, "bit": 8},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(play, fault):
    def prepare(board):
        with pytest.raises(ValueError, match=r".+"):
            inject(board, fault)

    assert play("hello.c", prepare=prepare).output == FIRST_LINE


@pytest.mark.parametrize("baud", [115200, 9600, 921600])
def test_a_terminal_at_another_rate_reads_garbage(play, baud):
    outcome = play("hello.c", baud=baud)

    assert (outcome.output == FIRST_LINE) == (baud == 115200)
    assert outcome.output

"""USART1: thresholds, idle line, overrun, timing, interrupts."""

from __future__ import annotations

import pytest

BURST = bytes(range(1, 21))
BURSTS = 7


def checksum(data):
    total = 0
    for byte in data:
        total = (total * 31 + byte) & 0xFFFFFFFF
    return total


@pytest.mark.parametrize("python_hook", [False, True])
def test_usart_does_what_the_manual_says(play, python_hook):
    outcome = play("usart.c", send=[BURST] * BURSTS, python_hook=python_hook)
    lines = [line.strip("-.") for line in outcome.lines]
    values = iter(int(line, 16) for line in lines)

    def line():
        return next(values)

    assert outcome.violations == []
    assert line() == 4 << 16 | 20 << 8 | 1, "threshold 6 and idle: four interrupts"
    assert line() == checksum(BURST)
    assert line() == 21 << 16 | 20 << 8 | 1, "each byte and idle"
    assert line() == 4 << 16 | 20 << 8 | 1, "threshold 6 and timeout"
    assert line() == 8 << 8 | 8, "the FIFO keeps the first eight of an overrun"
    assert line() == 0, "the flags are cleared"
    assert line() == 1, "without FIFO there is an overrun too"
    assert line() == 1, "and the first byte is kept"
    assert line() == 0, "the flush leaves nothing"
    assert line() == 1, "eight in the FIFO and one on its way is all"
    assert 9 * 10 * 1389 <= line() <= 9 * 10 * 1389 + 100
    assert line() == 40
    assert line() <= 10, "at least six bytes a time, and the end"
    assert line() == 1
    assert line() == 0, "the reset left nothing"
    assert "USART1 at 115108 baud" in outcome.log
    assert outcome.output.count(b"-") == 9
    assert outcome.output.count(b".") == 40


def test_bytes_before_the_receiver_is_on_are_lost(play):
    outcome = play("hello.c", prepare=lambda board: board.receive(b"too early", None))

    assert outcome.output == b"hello\n"


def test_what_the_host_sends_is_echoed(play):
    outcome = play("hello.c", send=[b"abc", b"", b"\x00\xff"])

    assert outcome.output == b"hello\nabc\x00\xff"

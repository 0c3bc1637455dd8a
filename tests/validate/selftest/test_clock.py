"""The clock checks against devices whose clocks are known, in a time that the test keeps."""

from __future__ import annotations

import random
from types import SimpleNamespace

import pytest

from hargen.link import frames
from hargen.link.frames import Frame
from hargen.link.messages import SELFTEST_REPLY, MessageType
from hargen.link.replies import SelfTest
from hargen.validate.selftest import clock

CLOCK = 160_000_000
CYCLES = 104_000
HELLO = SimpleNamespace(max_payload=296, clock_hz=CLOCK)


class Device:
    """A device on a wire: rate and clock are as they really are, not as it says."""

    def __init__(
        self, rate: float = 115200.0, clock_hz: float = CLOCK, jitter: float = 2e-4, **answer: int
    ) -> None:
        self.baud = 115200
        self.seconds = 0.0
        self._rate, self._clock_hz = rate, clock_hz
        self._random = random.Random(5)
        self._jitter = jitter
        self._answer = {"count": 2, "worst_cycles": CYCLES} | answer

    def now(self) -> float:
        return self.seconds

    def _travel(self, *sizes: int) -> None:
        bits = sum(10 * len(frames.encode(Frame(MessageType.ECHO, 1, b"\1" * n))) for n in sizes)
        self.seconds += bits / self._rate + 1e-3 + self._random.random() * self._jitter

    def echo(self, data: bytes) -> bytes:
        self._travel(len(data), len(data))
        return data

    def selftest(self) -> SelfTest:
        self._travel(0, SELFTEST_REPLY.size)
        self.seconds += self._answer["count"] * CYCLES / self._clock_hz
        none = {"failures": 0, "first_failure": None, "first_offset": 0, "expected": 0, "actual": 0}
        return SelfTest(**none, **self._answer)


@pytest.mark.parametrize(("rate", "status"), [(115200, "ok"), (112000, "ok"), (100000, "wrong")])
def test_the_bit_rate_is_the_wires(rate: float, status: str) -> None:
    device = Device(rate=rate)
    check = clock.bit_rate(device, HELLO, judged=True, now=device.now)
    assert check.status == status
    assert check.values["measured"] == pytest.approx(rate, rel=0.01)


@pytest.mark.parametrize(
    ("clock_hz", "status"), [(CLOCK, "ok"), (CLOCK / 10, "wrong"), (CLOCK * 2, "wrong")]
)
def test_the_cycle_counter_counts_the_devices_clock(clock_hz: float, status: str) -> None:
    device = Device(clock_hz=clock_hz)
    check = clock.cycle_clock(device, HELLO, judged=True, now=device.now)
    assert check.status == status
    assert check.values["measured_hz"] == pytest.approx(clock_hz, rel=0.1)


def test_noise_gives_no_verdict() -> None:
    device = Device(jitter=0.1)
    check = clock.cycle_clock(device, HELLO, judged=True, now=device.now)
    assert check.status == "skipped"
    assert "no verdict" in check.lines[0]


def test_a_counter_that_stands_still_is_wrong() -> None:
    device = Device(worst_cycles=0)
    check = clock.cycle_clock(device, HELLO, judged=True, now=device.now)
    assert (check.status, check.lines) == ("wrong", ["the device counts no cycles"])


def test_an_image_without_known_answers_cannot_tell() -> None:
    device = Device(count=0)
    assert clock.cycle_clock(device, HELLO, judged=True, now=device.now).status == "skipped"


def test_what_is_no_wire_is_measured_and_not_judged() -> None:
    device = Device(rate=100000, clock_hz=CLOCK / 10)
    for check in (
        clock.bit_rate(device, HELLO, judged=False, now=device.now),
        clock.cycle_clock(device, HELLO, judged=False, now=device.now),
    ):
        assert check.status == "skipped"
        assert check.values["ratio"] < 0.9
        assert "not judged" in check.lines[1]


def test_echoes_that_take_no_time() -> None:
    device = Device()
    assert clock.bit_rate(device, HELLO, judged=True, now=lambda: 0.0).status == "skipped"

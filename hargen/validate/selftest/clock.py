"""The board's clock against the host's: by the bit rate of its UART, and by its cycle counter.

Both compare the difference of two exchanges, so that the latency of USB and of the host cancels.
Only a board on a real wire is judged: a pseudo-terminal has no bit rate, and the virtual board's
time is not the host's.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from hargen.link import frames, messages
from hargen.link.frames import Frame
from hargen.link.messages import MessageType
from hargen.link.replies import Hello, SelfTest
from hargen.validate.selftest.report import Check, Status

RATE_TOLERANCE = 0.1
"""Half of it is the device's clock and half the probe's, which nobody has measured."""
CLOCK_TOLERANCE = 0.2
"""The compare loops around the counted cycles cost a little too."""
MOST_NOISE = 0.1
"""Standard error, as a share of the time measured, above which there is no verdict."""
_ECHOES = 7
_LONG_ECHO = 2048  # bytes
_LEAST_PAIRS, _MOST_PAIRS, _PAIR_SECONDS = 20, 200, 3.0
_BITS_PER_BYTE = 10


class Talker(Protocol):
    """The part of hargen.link.client.Client that is needed here."""

    @property
    def baud(self) -> int:
        """The rate in use."""

    def echo(self, data: bytes) -> bytes:
        """Send bytes there and back."""

    def selftest(self) -> SelfTest:
        """Let the device run its known answers."""


@dataclass(frozen=True)
class _Timed:
    """Times of one kind of exchange, in seconds."""

    seconds: Sequence[float]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def error(self) -> float:
        """Standard error of the median, for times that scatter normally."""
        return 1.2533 * statistics.stdev(self.seconds) / math.sqrt(len(self.seconds))


def bit_rate(
    client: Talker, hello: Hello, *, judged: bool, now: Callable[[], float] = time.perf_counter
) -> Check:
    """Compare the time of long and short echoes with what their bytes need on the wire.

    Args:
        client: at the rate to measure.
        hello: what the device said.
        judged: whether the port is a wire.
        now: the host's clock in seconds.
    """
    long = (bytes(range(1, 256)) * 9)[: min(hello.max_payload, _LONG_ECHO)]
    short, times = long[:1], {}
    for data in (short, long):
        # the least of some: whatever disturbs makes it longer
        times[data] = min(_time(partial(client.echo, data), now) for _ in range(_ECHOES))
    extra = _BITS_PER_BYTE * 2 * (_wire_size(long) - _wire_size(short))
    seconds = times[long] - times[short]
    if seconds <= 0:
        return Check(
            name="bit rate", status="skipped", lines=["long echoes take no longer than short ones"]
        )
    measured = extra / seconds
    ratio = measured / client.baud
    line = f"{measured:.0f} bits/s by the host's time, {client.baud} asked for, ratio {ratio:.4f}"
    values = {"asked": client.baud, "measured": measured, "ratio": ratio}
    if not judged:
        return _unjudged("bit rate", line, values)
    status: Status = "ok" if abs(ratio - 1) <= RATE_TOLERANCE else "wrong"
    return Check(name="bit rate", status=status, lines=[line], values=values)


def cycle_clock(
    client: Talker, hello: Hello, *, judged: bool, now: Callable[[], float] = time.perf_counter
) -> Check:
    """Compare the time of the known answers with the cycles that the device counts for them.

    An echo of half the reply's bytes is as long on the wire as a self-test, there and back, so
    that their difference is the work.

    Args:
        client: at any rate.
        hello: what the device said.
        judged: whether the device's time is the host's.
        now: the host's clock in seconds.
    """
    name = "cycle counter"
    first = client.selftest()
    cycles = first.count * first.worst_cycles
    if not first.count:
        return Check(name=name, status="skipped", lines=["the image has no known answers"])
    if not cycles:
        return Check(name=name, status="wrong", lines=["the device counts no cycles"])
    filler = bytes(messages.SELFTEST_REPLY.size // 2)
    work: list[float] = []
    wire: list[float] = []
    started = now()
    while len(work) < _LEAST_PAIRS or (len(work) < _MOST_PAIRS and now() < started + _PAIR_SECONDS):
        work.append(_time(client.selftest, now))
        wire.append(_time(partial(client.echo, filler), now))
    return _judge_cycles(name, cycles, hello.clock_hz, _Timed(work), _Timed(wire), judged)


def _judge_cycles(
    name: str, cycles: int, clock_hz: int, work: _Timed, wire: _Timed, judged: bool
) -> Check:
    seconds = work.median - wire.median
    error = (work.error**2 + wire.error**2) ** 0.5
    if seconds <= 0 or error > MOST_NOISE * seconds:
        line = (
            f"no verdict: {cycles} cycles should take {1e3 * cycles / clock_hz:.3f} ms, "
            f"seen were {1e3 * seconds:.3f} ms, give or take {1e3 * error:.3f} ms"
        )
        return Check(name=name, status="skipped", lines=[line])
    measured = cycles / seconds
    ratio = measured / clock_hz
    line = (
        f"{measured / 1e6:.2f} MHz by the host's time, {clock_hz / 1e6:.2f} MHz by the device's "
        f"word, ratio {ratio:.3f}, give or take {error / seconds:.3f}"
    )
    values = {"told_hz": clock_hz, "measured_hz": measured, "ratio": ratio, "cycles": cycles}
    if not judged:
        return _unjudged(name, line, values)
    status: Status = "ok" if abs(ratio - 1) <= CLOCK_TOLERANCE else "wrong"
    return Check(name=name, status=status, lines=[line], values=values)


def _unjudged(name: str, line: str, values: dict[str, float]) -> Check:
    why = "not judged: the port is no wire of this machine, or the board's time not the host's"
    return Check(name=name, status="skipped", lines=[line, why], values=values)


def _time(call: Callable[[], object], now: Callable[[], float]) -> float:
    started = now()
    call()
    return now() - started


def _wire_size(payload: bytes) -> int:
    return len(frames.encode(Frame(MessageType.ECHO, 1, payload)))

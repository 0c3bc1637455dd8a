"""Requests and replies over an unreliable wire: sequence numbers, pipelining, sending again.

The device answers in the order in which frames reach it. So a reply to a later request says that an
earlier one was lost, and it is sent again at once; when nothing comes, time decides. Every request
may be sent again: the device answers the same number with the same reply.
"""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from hargen.errors import DeviceError
from hargen.link import frames
from hargen.link.frames import BadFrame, Frame
from hargen.link.live import LiveEvent, is_live, parse_live
from hargen.link.messages import UNSOLICITED, MessageType, NakReason
from hargen.link.replies import LinkCounters, describe_fault, describe_nak, request_name
from hargen.link.transport import Transport

_BITS_PER_BYTE = 10  # start, eight of data, stop
_MAX_SEQUENCE = 0xFFFF
_RTT_FACTOR = 10
_LEAST_SHARE = 0.2  # of the time-out, however fast the device has been
_NOISE_KEPT = 512  # bytes
_EVENTS_KEPT = 1024  # some minutes; the oldest go first


class OutOfOrderError(DeviceError):
    """The device waits for other samples of the stream than these."""


@dataclass(frozen=True)
class Request:
    """A request and the time that the device may take over it."""

    type: MessageType
    payload: bytes = b""
    allowance: float = 0.0
    """Seconds of work on the device."""


@dataclass
class _Pending:
    request: Request
    position: int
    frame: bytes
    attempts: int = 0
    order: int = 0
    sent: float = 0.0
    deadline: float = 0.0


@dataclass
class Exchange:
    """One conversation over one transport."""

    transport: Transport
    port: str
    baud: int
    timeout: float
    retries: int
    counters: LinkCounters = field(default_factory=LinkCounters)
    noise: bytearray = field(default_factory=bytearray)
    """The last bytes that were no frames: what another firmware or a wrong rate sounds like."""
    events: deque[LiveEvent] = field(default_factory=lambda: deque(maxlen=_EVENTS_KEPT))
    """What the device said unasked, in order."""

    def __post_init__(self) -> None:
        self._decoder = frames.Decoder()
        # A new session must not take an old one's late reply for its own.
        self._sequence = random.randint(1, _MAX_SEQUENCE)
        self._order = 0
        self._slowest_reply = 0.0

    def set_baud(self, baud: int) -> None:
        """Change this side's rate and forget what came at the old one."""
        self.transport.set_baud(baud)
        self.baud = baud
        self.clear()

    def clear(self) -> None:
        """Drop what has arrived."""
        self.transport.flush_input()
        self._decoder.clear()

    def ask(self, request: Request, wait: float, *, even_crashed: bool = False) -> Frame | None:
        """Send a request once; return its reply or NAK, or None if neither comes in time.

        Args:
            request: what to send.
            wait: seconds beyond the device's own work.
            even_crashed: expect an answer of a device that reports a FAULT too.

        Raises:
            DeviceError: the device has crashed, or the wire is gone.
        """
        sequence = self._next_sequence()
        self.transport.write(frames.encode(Frame(request.type, sequence, request.payload)))
        deadline = time.monotonic() + wait + request.allowance
        while (left := deadline - time.monotonic()) > 0:
            for frame in self._receive(left, even_crashed):
                if isinstance(frame, Frame) and frame.sequence == sequence:
                    return frame
        return None

    def call(self, request: Request, recover: Callable[[], None]) -> bytes:
        """Send a request until it is answered; return the reply's payload.

        Raises:
            DeviceError: refused, crashed, or no answer.
        """
        return next(self.pipeline([request], 1, recover))

    def pipeline(
        self, requests: Iterable[Request], slots: int, recover: Callable[[], None]
    ) -> Iterator[bytes]:
        """Yield the replies' payloads in the order of the requests, up to slots on their way.

        recover is called when the device is silent or was reset; it returns when the device is
        ready again and raises when it is not.

        Raises:
            DeviceError: refused, crashed, or no answer.
        """
        state = _Pipeline(self, slots, recover)
        try:
            yield from state.replies(enumerate(requests))
        except DeviceError:
            self.counters.lost += state.unanswered_windows
            raise

    def transmit(self, pending: _Pending, backlog: float) -> None:
        """Send a pending request (again) and set the time at which its answer is late."""
        pending.attempts += 1
        pending.order = self._order = self._order + 1
        pending.sent = time.monotonic()
        pending.deadline = pending.sent + backlog + self._patience()
        self.transport.write(pending.frame)

    def prepare(self, request: Request, position: int) -> tuple[int, _Pending]:
        """Give a request its sequence number and its bytes."""
        sequence = self._next_sequence()
        frame = frames.encode(Frame(request.type, sequence, request.payload))
        return sequence, _Pending(request, position, frame)

    def receive(self, until: float) -> Iterator[Frame | BadFrame]:
        """Yield what arrives until the first frame or until that time."""
        yield from self._receive(until - time.monotonic())

    def overhear(self, wait: float) -> list[LiveEvent]:
        """Take the events, after up to so many seconds for the first one.

        Raises:
            DeviceError: the device has crashed, or the wire is gone.
        """
        deadline = time.monotonic() + wait
        while not self.events and (left := deadline - time.monotonic()) > 0:
            for _ in self._receive(left):
                pass  # a late reply to a request that was given up
        heard = list(self.events)
        self.events.clear()
        return heard

    def note_reply(self, seconds: float) -> None:
        """Learn how long replies take."""
        self._slowest_reply = max(self._slowest_reply * 0.99, seconds)

    def wire_time(self, pending: Iterable[_Pending]) -> float:
        """Return the seconds that those frames need on the wire, the device's work included."""
        return sum(
            2 * len(one.frame) * _BITS_PER_BYTE / self.baud + one.request.allowance
            for one in pending
        )

    def _patience(self) -> float:
        if not self._slowest_reply:
            return self.timeout
        return min(
            self.timeout, max(_LEAST_SHARE * self.timeout, _RTT_FACTOR * self._slowest_reply)
        )

    def _next_sequence(self) -> int:
        self._sequence = self._sequence % _MAX_SEQUENCE + 1
        return self._sequence

    def _receive(self, wait: float, even_crashed: bool = False) -> Iterator[Frame | BadFrame]:
        data = self.transport.read(wait)
        complete = list(self._decoder.feed(data))
        if not any(isinstance(frame, Frame) for frame in complete):
            self.noise += data
            del self.noise[:-_NOISE_KEPT]
        for frame in complete:
            if frame is BadFrame.TEXT:
                continue  # a line for people that the device was sending when it was greeted
            if isinstance(frame, BadFrame):
                self.counters.crc_errors += 1
            elif frame.type == MessageType.FAULT and not even_crashed:
                raise crashed(self.port, frame.payload)
            elif is_live(frame):
                self._note_event(frame)
                continue
            yield frame

    def _note_event(self, frame: Frame) -> None:
        try:
            self.events.append(parse_live(frame))
        except ValueError:
            self.counters.crc_errors += 1


class _Pipeline:
    """The requests on their way, and the replies that came early."""

    def __init__(self, exchange: Exchange, slots: int, recover: Callable[[], None]) -> None:
        self._exchange = exchange
        self._slots = slots
        self._recover = recover
        self._recoveries = 0  # since the last reply
        self._pending: dict[int, _Pending] = {}  # by sequence number
        self._early: dict[int, bytes] = {}  # by position

    @property
    def unanswered_windows(self) -> int:
        return sum(one.request.type == MessageType.RUN for one in self._pending.values())

    def replies(self, requests: Iterator[tuple[int, Request]]) -> Iterator[bytes]:
        position = 0
        while True:
            self._fill(requests)
            if not self._pending and not self._early:
                return
            while position in self._early:
                yield self._early.pop(position)
                position += 1
                self._fill(requests)
            if self._pending:
                self._wait()

    def _fill(self, requests: Iterator[tuple[int, Request]]) -> None:
        # Early replies count too: what waits for a lost window must not grow without bound.
        while len(self._pending) + len(self._early) < self._slots:
            following = next(requests, None)
            if following is None:
                return
            sequence, pending = self._exchange.prepare(following[1], following[0])
            self._pending[sequence] = pending
            self._transmit(pending)

    def _transmit(self, pending: _Pending) -> None:
        self._exchange.transmit(pending, self._exchange.wire_time(self._pending.values()))

    def _oldest(self) -> _Pending:
        return min(self._pending.values(), key=lambda one: one.order)

    def _wait(self) -> None:
        oldest = self._oldest()
        for frame in self._exchange.receive(oldest.deadline):
            self._handle(frame)
        if self._pending and time.monotonic() >= (oldest := self._oldest()).deadline:
            self._exchange.counters.retries += 1
            self._again(oldest, silent=True)

    def _handle(self, frame: Frame | BadFrame) -> None:
        if isinstance(frame, BadFrame):
            self._again_oldest()
            return
        pending = self._pending.get(frame.sequence)
        if frame.type == MessageType.NAK:
            self._handle_nak(frame, pending)
        elif pending is not None and frame.type == pending.request.type | MessageType.REPLY:
            self._recoveries = 0
            self._exchange.note_reply(time.monotonic() - pending.sent)
            del self._pending[frame.sequence]
            self._early[pending.position] = frame.payload
            for other in list(self._pending.values()):
                if other.order < pending.order:
                    self._again(other)

    def _handle_nak(self, frame: Frame, pending: _Pending | None) -> None:
        reason, text = describe_nak(frame.payload)
        if frame.sequence == UNSOLICITED:
            self._exchange.counters.crc_errors += 1
            self._again_oldest()
        elif pending is not None and reason == NakReason.NO_HELLO:
            self._start_over()
        elif pending is not None and reason == NakReason.ORDER:
            raise OutOfOrderError(
                "the device has lost the stream", where=self._exchange.port, why=text
            )
        elif pending is not None:
            raise DeviceError(
                f"the device refuses {request_name(pending.request.type)}",
                where=self._exchange.port,
                why=text,
                hint="is the firmware on the board built from this project?",
            )

    def _again_oldest(self) -> None:
        if self._pending:
            self._again(self._oldest())

    def _again(self, pending: _Pending, silent: bool = False) -> None:
        """Send a request again; after two silences, or too often, look after the device first."""
        if pending.attempts > self._exchange.retries or (silent and pending.attempts > 1):
            self._start_over()
            return
        self._exchange.counters.resent += 1
        self._transmit(pending)

    def _start_over(self) -> None:
        if self._recoveries > self._exchange.retries:
            slowest = self._oldest()
            raise DeviceError(
                f"no answer to {request_name(slowest.request.type)}",
                where=self._exchange.port,
                why=f"the device says HELLO, but did not answer in {self._exchange.timeout:g} s",
                hint="reset the board; if it is only slow, allow it more time",
            )
        self._recoveries += 1
        self._recover()
        for pending in sorted(self._pending.values(), key=lambda one: one.order):
            pending.attempts = 0
            self._exchange.counters.resent += 1
            self._transmit(pending)


def crashed(port: str, payload: bytes) -> DeviceError:
    """Return the error of a device that reports a FAULT."""
    try:
        registers = describe_fault(payload)
    except ValueError:
        registers = "its report is cut off"
    return DeviceError(
        "the firmware has crashed",
        where=port,
        why=registers,
        hint="arm-none-eabi-addr2line -f -e build/release/*.elf PC names the function; "
        "reset the board to go on",
    )

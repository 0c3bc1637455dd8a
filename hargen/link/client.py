"""The host's side of the link: what a user of it calls."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import TypeVar

from hargen.errors import DeviceError
from hargen.link import messages
from hargen.link.exchange import Exchange, Request
from hargen.link.live import LiveEvent, LiveState, parse_state
from hargen.link.messages import LiveSend, MessageType, NakReason, Stage
from hargen.link.probe import find
from hargen.link.replies import (
    DeviceStats,
    Hello,
    LinkCounters,
    RunResult,
    SelfTest,
    StreamWindow,
    describe_nak,
    parse_run,
    parse_samples,
    parse_selftest,
    parse_stats,
)
from hargen.link.transport import open_transport

FAST_BAUDS = (921600,)
"""Rates at which an earlier session may have left the device."""

_ALLOWANCE = 4.0
"""How much longer than the longest inference so far one may take."""
_UNKNOWN_INFERENCE = 0.25  # seconds, before the device has run anything
_BAUD_ECHO = b"\x00\x55\xaa\xff hargen"
_BAUD_TRIES = 3
_SETTLE = 0.05  # seconds for both UARTs to change their rate, a slowly emulated one too


_T = TypeVar("_T")


class Client:
    """A conversation with the firmware on one port, which is opened exclusively.

    Args:
        port: a serial device's name, or socket://host:port.
        baud: the rate at which a device that was just reset speaks.
        timeout: seconds of patience beyond the time on the wire and the device's own work.
        retries: how often a request is sent again before the device is looked after.

    Raises:
        DeviceError: the port is missing, busy, or not permitted.
    """

    def __init__(
        self, port: str, *, baud: int = 115200, timeout: float = 2.0, retries: int = 3
    ) -> None:
        self._first_baud = baud
        self._fast_baud: int | None = None  # as asked for by set_baud
        self._hello: Hello | None = None
        self._worst_cycles = 0
        self._exchange = Exchange(open_transport(port, baud), port, baud, timeout, retries)

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def port(self) -> str:
        """The port's name, as given."""
        return self._exchange.port

    @property
    def baud(self) -> int:
        """The rate in use."""
        return self._exchange.baud

    @property
    def retries(self) -> int:
        """How often a request is sent again before the device is looked after."""
        return self._exchange.retries

    @property
    def max_payload(self) -> int:
        """Bytes of the largest payload that the device takes."""
        return self._known().max_payload

    @property
    def counters(self) -> LinkCounters:
        """What the link went through so far."""
        return self._exchange.counters

    def hello(self) -> Hello:
        """Find the device and return who it is.

        Raises:
            DeviceError: no answer, not our firmware, wrong baud rate, another protocol, or crashed.
        """
        self._hello = find(self._exchange, self._bauds())
        self._worst_cycles = max(self._worst_cycles, self._hello.worst_cycles)
        return self._hello

    def classes(self) -> list[str]:
        """Return the names of the model's classes.

        Raises:
            DeviceError: see call in exchange.py; so for every method below.
        """
        names: list[str] = []
        while len(names) < self._known().class_count:
            request = messages.CLASSES_REQUEST.pack(first=len(names))
            reply = self._call(Request(MessageType.CLASSES, request))
            count = self._parse(messages.CLASSES_REPLY.unpack, reply)["count"]
            found = reply[messages.CLASSES_REPLY.size :].split(b"\0")[:count]
            if not found:
                raise self._misunderstood("CLASSES", "no name in the reply")
            names += [name.decode("utf-8", "replace") for name in found]
        return names

    def set_baud(self, baud: int) -> None:
        """Change both sides to another rate, or return to the first one and say so.

        Raises:
            DeviceError: the device cannot make the rate, or does not answer at it.
        """
        hello = self._known()
        self._fast_baud = None
        for _ in range(self._exchange.retries + 1):
            if self._try_baud(baud):
                self._fast_baud = baud if baud != self._first_baud else None
                return
            # The device goes back by itself when it hears nothing at the new rate.
            time.sleep(hello.fallback_ms / 1000)
            self._check_identity(find(self._exchange, self._bauds()))
        raise DeviceError(
            f"the device does not answer at {baud} baud",
            where=self.port,
            hint="use a lower rate: cable, hub or driver may not carry this one",
        )

    def run(
        self, stage: Stage, payloads: Iterable[bytes], *, first_index: int = 0
    ) -> Iterator[RunResult]:
        """Yield every window's answer, in order, each once.

        Windows travel while others run. A device that was reset is greeted again, brought back to
        its rate, and given the windows that it had not answered.

        Args:
            stage: what the payloads are.
            payloads: one window each, in the bytes that the stage asks for.
            first_index: number of the first window, for its result.

        Raises:
            DeviceError: refused, crashed, another firmware after a reset, or no answer.
        """
        slots = self._known().slots
        requests = self._run_requests(stage, payloads, first_index)
        replies = self._exchange.pipeline(requests, slots, self._recover)
        for index, reply in enumerate(replies, first_index):
            result = self._parse(parse_run, reply)
            if result.index != index:
                raise self._misunderstood("RUN", f"window {result.index} instead of {index}")
            self._worst_cycles = max(self._worst_cycles, result.cycles_inference)
            yield result

    def run_samples(self, first: int, samples: bytes) -> tuple[int, StreamWindow | None]:
        """Send the next samples of a stream; see stream.py, which sends whole ones.

        Args:
            first: number of the first sample in the stream; 0 begins a stream.
            samples: x, y, z of each as int16, at most a hop of them.

        Returns:
            The cycles of their preprocessing, and the window that got full with them.

        Raises:
            OutOfOrderError: the device waits for other samples; it may have been reset.
        """
        head = messages.RUN_REQUEST.pack(index=first, stage=Stage.RAW)
        self._check_size(len(head) + len(samples))
        request = Request(MessageType.RUN, head + samples, self._inference_time())
        cycles, window = self._parse(parse_samples, self._call(request))
        if window is not None:
            self._worst_cycles = max(self._worst_cycles, window.run.cycles_inference)
        return cycles, window

    def profile(self) -> list[int]:
        """Return the cycles of each layer for the last window that ran."""
        reply = self._call(Request(MessageType.PROFILE, b"", self._inference_time()))
        count = self._parse(messages.PROFILE_REPLY.unpack, reply)["layer_count"]
        cycles = memoryview(reply)[messages.PROFILE_REPLY.size :]
        if len(cycles) != 4 * count:
            raise self._misunderstood("PROFILE", "not one number a layer")
        result = [int.from_bytes(cycles[4 * i : 4 * i + 4], "little") for i in range(count)]
        if messages.NO_CYCLES in result:
            raise DeviceError(
                "a layer failed while it was timed",
                where=f"{self.port}: layer {result.index(messages.NO_CYCLES)}",
            )
        return result

    def selftest(self) -> SelfTest:
        """Let the device run the known answers in its image and compare."""
        work = self._known().known_answer_count * self._inference_time()
        reply = self._call(Request(MessageType.SELFTEST, b"", work))
        return self._parse(parse_selftest, reply)

    def read_layer(self, index: int) -> bytes:
        """Return the bytes of a layer's result for the last window that ran."""
        return self._read(index)

    def read_window(self) -> bytes:
        """Return the stream's last full window as the network saw it, float32; before more samples.

        Raises:
            DeviceError: the firmware takes no samples, or none since its reset.
        """
        return self._read(messages.READ_WINDOW)

    def _read(self, index: int) -> bytes:
        data = b""
        size = 1
        while len(data) < size:
            request = messages.READ_LAYER_REQUEST.pack(index=index, offset=len(data))
            reply = self._call(Request(MessageType.READ_LAYER, request, self._inference_time()))
            size = self._parse(messages.READ_LAYER_REPLY.unpack, reply)["size"]
            piece = reply[messages.READ_LAYER_REPLY.size :]
            if not piece:
                raise self._misunderstood("READ_LAYER", "no bytes in the reply")
            data += piece
        return data

    def stats(self) -> DeviceStats:
        """Return the device's own counters."""
        return self._parse(parse_stats, self._call(Request(MessageType.STATS)))

    def live(self, send: LiveSend = LiveSend.RESULTS) -> LiveState:
        """Let the device sample its own sensor from now on and send this; LiveSend(0) ends it.

        The state says whether it can: that a board has no sensor is no error here.
        """
        request = messages.LIVE_REQUEST.pack(send=send)
        return self._parse(parse_state, self._call(Request(MessageType.LIVE, request)))

    def pause(self) -> None:
        """Have the model left to this side from now on, until it is silent or asks for live."""
        self.echo(b"")

    def listen(self, wait: float) -> list[LiveEvent]:
        """Return what the device said unasked since the last time, also while it was asked.

        A device that was reset says nothing until live is called again, which greets it.

        Args:
            wait: seconds, less if something comes.

        Raises:
            DeviceError: the device has crashed, or the port is gone.
        """
        return self._exchange.overhear(wait)

    def echo(self, data: bytes) -> bytes:
        """Send bytes there and back."""
        self._check_size(len(data))
        return self._call(Request(MessageType.ECHO, data))

    def reset(self) -> None:
        """Reset the device, crashed or not, and wait until it says HELLO at its first rate.

        Raises:
            DeviceError: it does not answer, or is crashed still or again.
        """
        request, wait = Request(MessageType.RESET), self._exchange.timeout / 2
        for baud in (self.baud, *self._bauds()):
            self._exchange.set_baud(baud)
            if self._exchange.ask(request, wait, even_crashed=True):
                break
        self._fast_baud = None
        self._hello = find(self._exchange, (self._first_baud,))

    def close(self) -> None:
        """Give the port back, and leave the device at its first rate."""
        try:
            if self.baud != self._first_baud:
                request = messages.SET_BAUD_REQUEST.pack(baud=self._first_baud)
                self._exchange.ask(Request(MessageType.SET_BAUD, request), _UNKNOWN_INFERENCE)
        except DeviceError:
            pass  # it is being left; the next HELLO looks for it at both rates
        finally:
            self._exchange.transport.close()

    def _bauds(self) -> tuple[int, ...]:
        """Return the rates at which the device may be, the likeliest first."""
        likely = [self._first_baud, *([self._fast_baud] if self._fast_baud else []), *FAST_BAUDS]
        return tuple(dict.fromkeys(likely))

    def _known(self) -> Hello:
        return self._hello or self.hello()

    def _call(self, request: Request) -> bytes:
        self._known()
        return self._exchange.call(request, self._recover)

    def _run_requests(
        self, stage: Stage, payloads: Iterable[bytes], first_index: int
    ) -> Iterator[Request]:
        for index, payload in enumerate(payloads, first_index):
            head = messages.RUN_REQUEST.pack(index=index, stage=stage)
            self._check_size(len(head) + len(payload))
            yield Request(MessageType.RUN, head + payload, self._inference_time())

    def _check_size(self, size: int) -> None:
        most = self._known().max_payload
        if size > most:
            raise DeviceError(
                f"a payload of {size} bytes is too long",
                where=self.port,
                why=f"the firmware takes {most}",
                hint="is the firmware on the board built from this project?",
            )

    def _inference_time(self) -> float:
        """Return the seconds that an inference may take."""
        if not self._worst_cycles:
            return _UNKNOWN_INFERENCE
        return _ALLOWANCE * self._worst_cycles / self._known().clock_hz

    def _try_baud(self, baud: int) -> bool:
        """Ask for a rate and go there; return whether the device is there too."""
        request = messages.SET_BAUD_REQUEST.pack(baud=baud)
        # Without a reply the device may still have heard the request.
        reply = self._exchange.ask(
            Request(MessageType.SET_BAUD, request), self._exchange.timeout / 2
        )
        if reply is not None and reply.type == MessageType.NAK:
            reason, text = describe_nak(reply.payload)
            if reason == NakReason.BAUD:
                rates = ", ".join(map(str, self._known().bauds))
                raise DeviceError(
                    f"the device cannot make {baud} baud",
                    where=self.port,
                    hint=f"it can make {rates}",
                )
            raise DeviceError("the device refuses SET_BAUD", where=self.port, why=text)
        time.sleep(_SETTLE)
        self._exchange.set_baud(baud)
        wait = self._known().fallback_ms / 1000 / _BAUD_TRIES
        for _ in range(_BAUD_TRIES):
            echo = self._exchange.ask(Request(MessageType.ECHO, _BAUD_ECHO), wait)
            if echo is not None and echo.payload == _BAUD_ECHO:
                return True
        return False

    def _recover(self) -> None:
        """Get in touch again with a device that was silent, or was reset.

        Raises:
            DeviceError: it cannot be found, or it is another firmware now.
        """
        exchange = self._exchange
        rate = exchange.baud
        alive = exchange.ask(Request(MessageType.STATS), exchange.timeout / 2)
        if alive is not None and alive.type != MessageType.NAK:
            return
        fast = self._fast_baud
        self._check_identity(find(exchange, self._bauds()))
        if alive is not None or exchange.baud != rate:
            # It asked for a HELLO, or was back at its first rate: it must have been reset.
            self.counters.resets += 1
        if fast is not None and exchange.baud != fast:
            self.set_baud(fast)

    def _check_identity(self, now: Hello) -> None:
        """Check that a device that was found again is the one that was lost."""
        before = self._known()
        if (now.build_id, now.model_sha256) != (before.build_id, before.model_sha256):
            raise DeviceError(
                "another firmware answers now",
                where=self.port,
                why=f"it was model {before.name!r}, build {before.build_id.hex()}; "
                f"it is model {now.name!r}, build {now.build_id.hex()}",
                hint="was the board flashed or exchanged meanwhile? Start again",
            )
        self._hello = now

    def _misunderstood(self, request: str, why: str) -> DeviceError:
        return DeviceError(
            f"the device's answer to {request} makes no sense",
            where=self.port,
            why=why,
            hint="flash the firmware that this version of hargen builds",
        )

    def _parse(self, parse: Callable[[bytes], _T], reply: bytes) -> _T:
        """Return a reply's meaning.

        Raises:
            DeviceError: it has none.
        """
        try:
            return parse(reply)
        except ValueError as error:
            raise self._misunderstood("a request", str(error)) from error

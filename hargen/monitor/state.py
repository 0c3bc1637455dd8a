"""What a monitor knows: events in, what there is to show out. No port, no screen, no clock."""

from __future__ import annotations

from collections import Counter, deque

from hargen.monitor.events import Connected, Device, Disconnected, Event, Result, Samples, Sensor
from hargen.monitor.rate import Rate, RateMeter

TRACE_SECONDS = 10.0


class State:
    """Everything since the monitor began.

    Args:
        is_real: whether the board's time is the host's. A virtual board's is not: there the rate by
            the board's own clock counts.

    Attributes:
        device: who is at the other end, or was; None before the first connection.
        is_connected: whether somebody is there now.
        absence: why nobody is.
        result: the last one of this connection.
        trouble: what the device says is wrong with its sensor, "" while all is well.
        claimed_hz: the sensor's rate by the board's clock; 0.0 before it is told.
        results: windows answered.
        unsettled: of them, those before the filter had settled.
        missed: windows whose result did not arrive.
        samples: arrived.
        lost: samples known to be missing.
        lost_on_wire: of them, those that the device did send.
        disconnections: times that the port or the device went away.
        tally: windows of each activity, by its name.
    """

    def __init__(self, *, is_real: bool = True) -> None:
        self.is_real = is_real
        self.device: Device | None = None
        self.is_connected = False
        self.absence = ""
        self.result: Result | None = None
        self.trouble = ""
        self.claimed_hz = 0.0
        self.results = self.unsettled = self.missed = 0
        self.samples = self.lost = self.lost_on_wire = 0
        self.disconnections = 0
        self.tally: Counter[str] = Counter()
        self._meter = RateMeter()
        self._stream: int | None = None
        self._trace: deque[tuple[float, float, float] | None] = deque()

    def take(self, event: Event) -> None:
        """Let something have happened."""
        match event:
            case Connected():
                self._connect(event)
            case Disconnected():
                self.disconnections += self.is_connected
                self.is_connected = False
                self.absence = event.why
            case Samples():
                self._take_samples(event)
            case Result():
                self._take_result(event)
            case Sensor():
                self.trouble = event.trouble
                self.claimed_hz = event.rate_hz

    @property
    def rate(self) -> Rate | None:
        """The sample rate by the host's clock; None before it can be told."""
        return self._meter.rate

    @property
    def period(self) -> float:
        """Seconds from sample to sample, as well as they are known; a board was connected."""
        assert self.device is not None, "nobody has said any rate yet"
        rate = self.rate
        if self.is_real and rate is not None and rate.is_well_known:
            return 1 / rate.hz
        return 1 / (self.claimed_hz or self.device.nominal_hz)

    @property
    def rate_warning(self) -> str:
        """What is wrong with the sample rate, "" while nothing is."""
        if self.device is None or not self.is_connected:
            return ""
        measured = self.rate if self.is_real else None
        rate = measured or Rate(self.claimed_hz, 0.0)
        nominal = self.device.nominal_hz
        if not rate.hz or not rate.is_off(nominal):
            return ""
        clock = "this machine's clock" if measured else "the board's clock"
        share = 100 * (rate.hz / nominal - 1)
        return (
            f"the sensor gives {rate.hz:.2f} Hz by {clock}, {share:+.1f} % off the "
            f"{nominal:g} Hz that the model was trained for"
        )

    @property
    def activity(self) -> str:
        """The name of the last result's activity, "" without one."""
        return "" if self.result is None else self.name_of(self.result.activity)

    @property
    def latency_ms(self) -> float | None:
        """What the last window's network took."""
        if self.result is None or self.device is None:
            return None
        return 1000 * self.result.cycles_inference / self.device.clock_hz

    def trace(self) -> tuple[list[float | None], list[float | None], list[float | None]]:
        """Return x, y and z of the last TRACE_SECONDS in g, the newest last, None in gaps."""
        room = self._room()
        found: list[tuple[float, float, float] | None] = [None] * (room - len(self._trace))
        found += self._trace
        x, y, z = (
            [None if sample is None else sample[axis] for sample in found] for axis in range(3)
        )
        return x, y, z

    def _room(self) -> int:
        return 0 if self.device is None else max(1, round(TRACE_SECONDS * self.device.nominal_hz))

    def name_of(self, index: int) -> str:
        """Return the name of a class."""
        classes = () if self.device is None else self.device.classes
        return classes[index] if index < len(classes) else f"class {index}"

    def _connect(self, event: Connected) -> None:
        self.device = event.device
        self.is_connected = True
        self.absence = self.trouble = ""
        self.result = None
        self.claimed_hz = 0.0
        self._stream = None

    def _take_samples(self, event: Samples) -> None:
        if self.device is None:
            return
        self.samples += len(event.counts)
        self.lost += event.lost
        self.lost_on_wire += event.lost_on_wire
        is_new = event.stream != self._stream
        self._stream = event.stream
        if is_new or event.lost:
            self._meter.restart()
            self._extend([None] * (min(max(1, event.lost), self._room()) if self._trace else 0))
        self._meter.add(event.time, len(event.counts))
        scale = self.device.mg_per_count / 1000
        self._extend([(x * scale, y * scale, z * scale) for x, y, z in event.counts])

    def _extend(self, samples: list[tuple[float, float, float]] | list[None]) -> None:
        self._trace.extend(samples[-self._room() :])
        while len(self._trace) > self._room():
            self._trace.popleft()

    def _take_result(self, event: Result) -> None:
        before = self.result
        if before is not None and before.stream == event.stream:
            self.missed += max(0, event.window - before.window - 1)
        self.result = event
        self.results += 1
        self.unsettled += not event.settled
        self.tally[self.name_of(event.activity)] += 1

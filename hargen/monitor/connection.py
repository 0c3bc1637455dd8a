"""Keeps hold of a board: what it says becomes events, and when it goes, it is waited for.

The device says nothing of its own reset. What gives it away is silence: then it is asked to go on,
and the link greets it anew where it must.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress

from hargen.errors import DeviceError
from hargen.link.live import LiveEvent, LiveResult, LiveSamples, LiveState
from hargen.link.messages import LiveSend, LiveSensor
from hargen.monitor import decode
from hargen.monitor.events import Connected, Device, Disconnected, Event, Result, Samples, Sensor
from hargen.monitor.opening import SEND, FinalError, Link, Opened

SILENCE = 2.0
"""Seconds without a word, after which the device is asked."""
RETRY = 0.5
"""Seconds from one attempt to open a port to the next."""


class Connection:
    """Events from a board that may come and go.

    Args:
        opener: opens the port and has the board stream.
        check: called now and then; raises what ends the watch.
        clock: seconds that never go back.
        sleep: waits.
    """

    def __init__(
        self,
        opener: Callable[[], Opened],
        *,
        check: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._opener = opener
        self._check = check
        self._clock = clock
        self._sleep = sleep
        self._opened: Opened | None = None
        self._device: Device | None = None
        self._why = ""
        self._next_try = 0.0
        self._heard = 0.0
        self._resets = 0
        self._stream: int | None = None
        self._next_sample = 0

    @property
    def device(self) -> Device:
        """Who is at the other end, or was; after connect."""
        assert self._device is not None, "nobody was ever there"
        return self._device

    def connect(self) -> list[Event]:
        """Get hold of the board for the first time.

        Raises:
            DeviceError: it is not there, or cannot sample.
        """
        return self._take(self._opener())

    def poll(self, wait: float) -> list[Event]:
        """Return what happened, after up to so many seconds.

        Raises:
            FinalError: it is another board now, or it can no longer sample.
            HargenError: the virtual board cannot be started again.
        """
        if self._opened is None:
            return self._try_again(wait)
        try:
            self._check()
            return self._listen(self._opened, wait)
        except FinalError:
            raise
        except DeviceError as error:
            self._check()  # of all causes, a broken rule of the virtual board is the first
            self._drop()
            return [self._lost(error)]

    def close(self) -> None:
        """Give the port back, and let the board send results alone, as it did before."""
        if self._opened is None:
            return
        if self._clock() - self._heard < SILENCE:  # else it would have to be waited for
            with suppress(DeviceError):  # it is being left anyway
                self._opened.link.live(LiveSend.RESULTS)
        self._drop()

    @property
    def _link(self) -> Link | None:
        return None if self._opened is None else self._opened.link

    def _take(self, opened: Opened) -> list[Event]:
        now = self._clock()
        self._opened = opened
        self._device = opened.device
        self._why = ""
        self._heard = now
        self._resets = opened.link.counters.resets
        self._stream = None
        return [
            Connected(now, opened.link.port, opened.device),
            *self._translate(opened, now, opened.state),
        ]

    def _try_again(self, wait: float) -> list[Event]:
        now = self._clock()
        if now < self._next_try:
            self._sleep(min(wait, self._next_try - now))
            return []
        try:
            opened = self._opener()
        except FinalError:
            raise
        except DeviceError as error:
            self._next_try = self._clock() + RETRY
            return [self._lost(error)] if str(error) != self._why else []
        if self._device is not None and opened.device != self._device:
            opened.link.close()
            raise _another(opened, self._device)
        return self._take(opened)

    def _listen(self, opened: Opened, wait: float) -> list[Event]:
        said: list[LiveEvent] = opened.link.listen(wait)
        now = self._clock()
        if not said and now - self._heard >= SILENCE:
            said = [opened.link.live(SEND), *opened.link.listen(0)]
            now = self._clock()
        events: list[Event] = []
        resets = opened.link.counters.resets
        if resets != self._resets:
            self._resets = resets
            self._stream = None
            events += [
                Disconnected(now, "the board was reset"),
                Connected(now, opened.link.port, opened.device),
            ]
        if said:
            self._heard = now
        for one in said:
            events += self._translate(opened, now, one)
        return events

    def _translate(self, opened: Opened, now: float, said: LiveEvent) -> Iterator[Event]:
        match said:
            case LiveState():
                yield Sensor(now, _trouble(said.sensor, said.text), said.rate_mhz / 1000)
            case LiveSamples():
                yield self._samples(now, said)
            case LiveResult():
                yield Sensor(now, _trouble(said.sensor, ""), said.rate_mhz / 1000)
                yield Result(
                    time=now,
                    stream=said.stream,
                    window=said.window,
                    class_index=said.class_index,
                    activity=said.activity,
                    settled=said.settled,
                    outputs=decode.outputs(said.output, opened.output),
                    cycles_preprocess=said.cycles_preprocess,
                    cycles_inference=said.cycles_inference,
                )

    def _samples(self, now: float, said: LiveSamples) -> Samples:
        """Tell what is missing: the device counts what it lost, the numbers say the rest."""
        if self._stream is None:
            missing = 0  # whatever came before this watch began
        elif said.stream == self._stream:
            missing = max(0, said.first - self._next_sample)
        else:
            missing = said.first
        self._stream = said.stream
        self._next_sample = said.first + said.count
        return Samples(
            time=now,
            stream=said.stream,
            lost=missing,
            lost_on_wire=max(0, missing - said.lost),
            counts=decode.counts(said.counts),
        )

    def _lost(self, error: DeviceError) -> Disconnected:
        self._why = str(error)
        return Disconnected(self._clock(), self._why)

    def _drop(self) -> None:
        link, self._opened = self._link, None
        self._next_try = self._clock() + RETRY
        if link is not None:
            link.close()


def _trouble(sensor: LiveSensor, text: str) -> str:
    """Return what is wrong with the sensor, "" where nothing is."""
    return "" if sensor == LiveSensor.RUNNING else text or _WORDS[sensor]


_WORDS = {
    LiveSensor.STARTING: "the sensor is being set up",
    LiveSensor.BUS: "a transfer on the sensor's bus failed",
    LiveSensor.WRONG_ID: "another chip answers in the sensor's place",
    LiveSensor.WAS_RESET: "the sensor lost its settings",
    LiveSensor.REFUSES: "the sensor does not keep its settings",
    LiveSensor.SILENT: "the sensor gives no samples",
}


def _another(opened: Opened, before: Device) -> FinalError:
    now = opened.device
    return FinalError(
        "another firmware answers now",
        where=opened.link.port,
        why=f"it was model {before.name!r}, build {before.build_id.hex()[:12]}; "
        f"it is model {now.name!r}, build {now.build_id.hex()[:12]}",
        hint="was the board flashed or exchanged meanwhile? Start again",
    )

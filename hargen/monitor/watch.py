"""The watch itself: what the board says goes to the state, the recording and whoever shows it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from hargen.errors import DeviceError
from hargen.monitor.connection import Connection
from hargen.monitor.events import Disconnected, Event, Samples
from hargen.monitor.labels import Labels
from hargen.monitor.recorder import Recorder
from hargen.monitor.state import State

_WAIT = 0.1
"""Seconds between two looks at the keyboard, and between two pictures."""
_ENDS = "q"


class Display(Protocol):
    """Shows a watch."""

    def begin(self) -> None:
        """Let there be a picture."""

    def tell(self, event: Event, state: State) -> None:
        """Show that something happened, which the state knows already."""

    def label(self, labels: Labels, /) -> None:
        """Show that another label is on."""

    def refresh(self, state: State, labels: Labels, recorder: Recorder | None, now: float) -> None:
        """Show how it is."""


@dataclass(frozen=True)
class Until:
    """When a watch ends by itself: after so many seconds or windows; None: never."""

    seconds: float | None = None
    windows: int | None = None


@dataclass(frozen=True)
class Watched:
    """What a watch is left with."""

    state: State
    seconds: float


def watch(
    connection: Connection,
    first: list[Event],
    display: Display,
    keys: Callable[[], str],
    labels: Labels,
    recorder: Recorder | None,
    until: Until,
    *,
    is_real: bool = True,
    clock: Callable[[], float] = time.monotonic,
) -> Watched:
    """Watch a board until Ctrl-C, a pressed q, or what `until` says.

    Args:
        connection: connected.
        first: what that brought.
        display: shows it.
        keys: returns what was typed since the last call.
        labels: what keys mean, for the recorder.
        recorder: takes the samples; None: nothing is recorded.
        until: when it ends by itself.
        is_real: whether the board's time is the host's: not a virtual one's.
        clock: seconds that never go back; the connection's.

    Raises:
        DeviceError: another board answers, or the virtual one broke a rule; the watch ended by
            itself without one sample.
        UsageError: the recording cannot be written.
    """
    state = State(is_real=is_real)
    began = clock()

    def is_over() -> bool:
        return (until.seconds is not None and clock() - began >= until.seconds) or (
            until.windows is not None and state.results >= until.windows
        )

    def happen(events: list[Event]) -> None:
        for event in events:
            if is_over():
                return
            state.take(event)
            if recorder is not None:
                _record(recorder, event, state)
            display.tell(event, state)

    with suppress(KeyboardInterrupt):
        happen(first)
        display.begin()
        while not is_over():
            happen(connection.poll(_WAIT))
            for key in keys():
                if key == _ENDS:
                    return Watched(state, clock() - began)
                if recorder is not None and labels.press(clock(), key):
                    display.label(labels)
            display.refresh(state, labels, recorder, clock())
        if not state.samples:
            raise _silent(state)
    return Watched(state, clock() - began)


def _record(recorder: Recorder, event: Event, state: State) -> None:
    if isinstance(event, Disconnected):
        recorder.interrupt()
    elif isinstance(event, Samples) and state.device is not None:
        recorder.take(event, mg_per_count=state.device.mg_per_count, period=state.period)


def _silent(state: State) -> DeviceError:
    return DeviceError(
        "the board gave no sample",
        why=state.trouble or state.absence,
        hint="allow it more time: samples come once a window is full"
        if not state.trouble and state.is_connected
        else "",
    )

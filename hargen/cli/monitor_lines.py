"""A monitor where there is no terminal: a line of text for each result, or JSON objects."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from hargen.cli import console, monitor_text

if TYPE_CHECKING:
    from hargen.monitor.events import Event, Result
    from hargen.monitor.labels import Labels
    from hargen.monitor.recorder import Recorder
    from hargen.monitor.state import State

SCHEMA = 1


class Lines:
    """A line on standard output for each result; all else on standard error."""

    def __init__(self) -> None:
        self._trouble = self._warned = ""

    def begin(self) -> None:
        """Do nothing: lines come as they come."""

    def tell(self, event: Event, state: State) -> None:
        """Print what an event is worth."""
        from hargen.monitor.events import Connected, Disconnected, Result, Samples

        match event:
            case Connected():
                console.progress(f"{event.device.name} on {event.port}")
            case Disconnected():
                console.warn(f"{event.why}; waiting for it")
            case Samples() if event.lost:
                console.warn(f"{event.lost} samples lost, {event.lost_on_wire} of them on the line")
            case Result():
                print(console.printable(_line(event, state)), flush=True)
        if state.trouble != self._trouble:
            self._trouble = state.trouble
            console.warn(f"sensor: {state.trouble or 'fine again'}")
        self._warn_of_rate(state.rate_warning)

    def label(self, labels: Labels) -> None:
        """Say which label is on."""
        console.progress(f"label: {labels.current or 'none'}")

    def refresh(self, state: State, labels: Labels, recorder: Recorder | None, now: float) -> None:
        """Do nothing: there is no picture."""

    def _warn_of_rate(self, warning: str) -> None:
        if warning and not self._warned:  # once, not with each of its digits
            console.warn(warning)
        self._warned = warning


class JsonLines:
    """A JSON object a line on standard output; docs/monitor.md has the fields."""

    def __init__(self, *, estimated: bool) -> None:
        self._estimated = estimated
        self._trouble = self._warned = ""
        self._began: float | None = None

    def begin(self) -> None:
        """Do nothing: objects come as they come."""

    def tell(self, event: Event, state: State) -> None:
        """Print what an event is worth."""
        from hargen.monitor.events import Connected, Disconnected, Result, Samples

        if self._began is None:
            self._began = event.time
        seconds = round(event.time - self._began, 3)
        match event:
            case Connected():
                _print("connected", seconds=seconds, **_device(event, self._estimated))
            case Disconnected():
                _print("disconnected", seconds=seconds, why=event.why)
            case Samples() if event.lost:
                _print("gap", seconds=seconds, lost=event.lost, lost_on_wire=event.lost_on_wire)
            case Result():
                _print("result", seconds=seconds, **_result(event, state))
        if state.trouble != self._trouble:
            self._trouble = state.trouble
            _print("sensor", seconds=seconds, trouble=state.trouble)
        warning = state.rate_warning
        if bool(warning) != bool(self._warned):
            _print("rate", seconds=seconds, warning=warning)
        self._warned = warning

    def label(self, labels: Labels) -> None:
        """Say which label is on."""
        _print("label", label=labels.current)

    def refresh(self, state: State, labels: Labels, recorder: Recorder | None, now: float) -> None:
        """Do nothing: there is no picture."""


def print_summary(state: State, seconds: float, recorder: Recorder | None) -> None:
    """Print the last JSON object."""
    recording: dict[str, Any] | None = None
    if recorder is not None:
        recording = {
            "file": str(recorder.path),
            "samples": recorder.samples,
            "labelled": recorder.labelled,
            "gaps": recorder.gaps,
        }
    rate = state.rate
    _print(
        "summary",
        seconds=round(seconds, 3),
        results=state.results,
        unsettled=state.unsettled,
        activities=dict(state.tally),
        samples=state.samples,
        lost=state.lost,
        lost_on_wire=state.lost_on_wire,
        missed=state.missed,
        disconnections=state.disconnections,
        rate_hz=None if rate is None else round(rate.hz, 4),
        recording=recording,
    )


def _print(event: str, **fields: Any) -> None:
    sys.stdout.write(json.dumps({"schema": SCHEMA, "event": event, **fields}) + "\n")
    sys.stdout.flush()


def _device(event: Any, estimated: bool) -> dict[str, Any]:
    device = event.device
    return {
        "port": event.port,
        "name": device.name,
        "model": device.model_sha256.hex(),
        "build_id": device.build_id.hex(),
        "classes": list(device.classes),
        "nominal_hz": device.nominal_hz,
        "mg_per_count": device.mg_per_count,
        "window": device.window,
        "hop": device.hop,
        "clock_hz": device.clock_hz,
        "estimated": estimated,
    }


def _result(event: Result, state: State) -> dict[str, Any]:
    rate = state.rate
    return {
        "stream": event.stream,
        "window": event.window,
        "activity": state.activity,
        "class": state.name_of(event.class_index),
        "settled": event.settled,
        "outputs": [round(value, 6) for value in event.outputs],
        "cycles_preprocess": event.cycles_preprocess,
        "cycles": event.cycles_inference,
        "latency_ms": None if state.latency_ms is None else round(state.latency_ms, 4),
        "rate_hz": None if rate is None else round(rate.hz, 4),
        "board_rate_hz": state.claimed_hz or None,
        "samples": state.samples,
        "lost": state.lost,
    }


def _line(event: Result, state: State) -> str:
    shares = monitor_text.are_shares(event.outputs)
    value = ""
    if event.activity < len(event.outputs):
        value = f"  {monitor_text.output(event.outputs[event.activity], shares):>7}"
    classes = () if state.device is None else state.device.classes
    width = max((len(name) for name in classes), default=0)
    settled = "settled  " if event.settled else "unsettled"
    return (
        f"window {event.window:<5} {state.activity:<{width}}{value}  {settled}  "
        f"{monitor_text.rate(state)}  {state.latency_ms or 0:.3f} ms  {monitor_text.lost(state)}"
    )

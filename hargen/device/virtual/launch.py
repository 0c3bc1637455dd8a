"""Starts the virtual board as a process of its own and talks to it over its control channel.

The board ends with its launcher, whatever ends that: its commands come on its standard input, and
the end of those ends it.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import queue
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from hargen.errors import DataError, DeviceError, HargenError, MissingExtraError

START_SECONDS = 30.0
REPLY_SECONDS = 10.0
END_SECONDS = 5.0
LAST_WORDS = 20  # lines

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RunCount:
    """What one call of the counted function took: exact instructions, estimated cycles."""

    instructions: int
    cycles: int


class VirtualBoard:
    """A running virtual board; a context manager that ends it.

    Args:
        project_dir: the exported project whose virtual flash was written (flash.program).
        count: name of the function whose calls are counted, None for none.
        python_hook: count in Python even where the compiled hook could be had; the same numbers,
            some fifty times slower.
        with_pty: open a pseudo-terminal beside the TCP port, where the platform has them.
        port: the TCP port, 0 for any free one.
        sensor: what the motion sensor feels: a recording's file, `synthetic`, or None for a board
            that lies still (see sensor/feed.py).
        sensor_rate_error: by how much the sensor's oscillator is fast, 0.02 for 2 %.
        fast: let time leap while the core sleeps, in place of waiting for it. For firmware that
            talks by itself: a host that is slower than the board's time-outs loses it.
        on_event: called with every event, from another thread (see control.py).

    Attributes:
        pty: path of the pseudo-terminal, None where there is none.
        url: what pyserial's serial_for_url opens, socket://127.0.0.1:PORT.
        hook: what counts instructions, "c" or "python".
        pid: the process.

    Raises:
        MissingExtraError: Unicorn is not installed.
        DeviceError: the flash is blank or damaged, the function is not in it, or the process died.
        DataError: the recording cannot be read.
    """

    def __init__(
        self,
        project_dir: Path,
        *,
        count: str | None = None,
        python_hook: bool = False,
        with_pty: bool = True,
        port: int = 0,
        sensor: str | None = None,
        sensor_rate_error: float = 0.0,
        fast: bool = False,
        on_event: Callable[[Event], None] | None = None,
    ) -> None:
        if importlib.util.find_spec("unicorn") is None:
            raise MissingExtraError("unicorn", "virtual", "the virtual board")
        self._project_dir = project_dir
        self._on_event = on_event
        self._violations: list[str] = []
        self._log: list[str] = []
        self._resets: list[str] = []
        self._last_words: deque[str] = deque(maxlen=LAST_WORDS)
        self._error: Event | None = None
        self._ready: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._replies: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._next_id = 1
        command = [sys.executable, "-m", "hargen.device.virtual", str(project_dir)]
        command += ["--port", str(port)]
        command += ["--count", count] if count is not None else []
        command += ["--python-hook"] if python_hook else []
        command += [] if with_pty else ["--no-pty"]
        command += ["--sensor", sensor] if sensor is not None else []
        command += [f"--sensor-rate-error={sensor_rate_error}"] if sensor_rate_error else []
        command += ["--fast"] if fast else []
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._readers = [
            threading.Thread(target=self._read_events, daemon=True),
            threading.Thread(target=self._read_errors, daemon=True),
        ]
        for reader in self._readers:
            reader.start()
        try:
            ready = self._wait(self._ready, START_SECONDS)
        except BaseException:
            self.close()
            raise
        self.pty: str | None = ready["pty"]
        self.url: str = ready["url"]
        self.hook: str = ready["hook"]
        self.pid = self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def drain_runs(self) -> list[RunCount]:
        """Return the counted calls that have ended since the last time, in order."""
        return [RunCount(*run) for run in self._ask("drain")["runs"]]

    def count(self, *functions: str) -> None:
        """Count the calls of these functions from now on, and of no others.

        A call from within a counted call is a part of that one.

        Raises:
            DeviceError: one of them is not in the firmware.
        """
        self._ask("count", functions=list(functions))

    def state(self) -> dict[str, int]:
        """Return totals since power-up: cycles, instructions, resets, bytes received and sent."""
        answer = self._ask("state")
        return {name: value for name, value in answer.items() if name not in ("event", "id")}

    def reset(self) -> None:
        """Press the reset button."""
        self._ask("reset")

    def inject(self, kind: str, **fields: object) -> None:
        """Put a fault into the board; inject.py lists the kinds and their fields.

        Raises:
            DeviceError: there is no such fault.
        """
        self._ask("inject", kind=kind, **fields)

    def violations(self) -> list[str]:
        """Return what the firmware did that silicon would not have served, so far."""
        return list(self._violations)

    def log(self) -> list[str]:
        """Return what the board said of itself, so far."""
        return list(self._log)

    def resets(self) -> list[str]:
        """Return the causes of all resets so far, that of power-up first."""
        return list(self._resets)

    def is_running(self) -> bool:
        """Tell whether the board's process lives."""
        return self._process.poll() is None

    def close(self) -> None:
        """End the board."""
        process = self._process
        if process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for reader in self._readers:
            reader.join(END_SECONDS)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()

    def _ask(self, command: str, **fields: object) -> Event:
        number = self._next_id
        self._next_id += 1
        line = json.dumps({"id": number, "command": command, **fields})
        try:
            if self._process.stdin is None:
                raise self._death()
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except (OSError, ValueError) as error:
            raise self._death() from error
        answer = self._wait(self._replies, REPLY_SECONDS)
        if "error" in answer:
            raise DeviceError(f"the virtual board did not do {command!r}", why=str(answer["error"]))
        return answer

    def _wait(self, source: queue.SimpleQueue[Event | None], seconds: float) -> Event:
        try:
            event = source.get(timeout=seconds)
        except queue.Empty:
            raise DeviceError(
                "the virtual board does not answer", where=str(self._project_dir)
            ) from None
        if event is None:
            raise self._death()
        return event

    def _death(self) -> HargenError:
        """Return why the process is no more."""
        if self._error is not None:
            kind = DataError if self._error["kind"] == DataError.__name__ else DeviceError
            return kind(
                self._error["what"],
                where=self._error["where"],
                why=self._error["why"],
                hint=self._error["hint"],
            )
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(END_SECONDS)
        self._readers[1].join(END_SECONDS)
        words = "\n".join(self._last_words) or f"exit code {self._process.returncode}"
        return DeviceError("the virtual board died", where=str(self._project_dir), why=words)

    def _read_events(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            try:
                event = json.loads(line)
            except ValueError:
                self._last_words.append(line.rstrip())
                continue
            self._take(event)
        self._ready.put(None)
        self._replies.put(None)

    def _take(self, event: Event) -> None:
        match event["event"]:
            case "ready":
                self._ready.put(event)
            case "reply":
                self._replies.put(event)
            case "violation":
                self._violations.append(event["text"])
            case "log":
                self._log.append(event["text"])
            case "reset":
                self._resets.append(event["cause"])
            case "error":
                self._error = event
        if self._on_event is not None:
            self._on_event(event)

    def _read_errors(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._last_words.append(line.rstrip())


def run_foreground(
    project_dir: Path,
    *,
    count: str | None = None,
    python_hook: bool = False,
    with_pty: bool = True,
    port: int = 0,
    sensor: str | None = None,
    fast: bool = False,
    keep_going: bool = False,
    say: Callable[[str], None] = print,
) -> None:
    """Run the board until Ctrl-C, for any other program to talk to; say where and what happens.

    Args:
        project_dir: the exported project whose virtual flash was written.
        count: name of a function whose calls are counted.
        python_hook: count in Python.
        with_pty: open a pseudo-terminal where the platform has them.
        port: the TCP port, 0 for any free one.
        sensor: what the motion sensor feels, as for VirtualBoard.
        fast: let time leap while the core sleeps.
        keep_going: go on after a broken rule, as silicon would in its way.
        say: takes each line of text.

    Raises:
        DeviceError: a rule was broken, or the board died.
        DataError: the recording cannot be read.
    """
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    with VirtualBoard(
        project_dir,
        count=count,
        python_hook=python_hook,
        with_pty=with_pty,
        port=port,
        sensor=sensor,
        fast=fast,
        on_event=events.put,
    ) as board:
        if board.pty is not None:
            say(f"pty     {board.pty}")
        say(f"socket  {board.url}")
        say("Ctrl-C ends it")
        with contextlib.suppress(KeyboardInterrupt):
            while board.is_running() and (keep_going or not board.violations()):
                with contextlib.suppress(queue.Empty):
                    _tell(events.get(timeout=0.2), say)
        broken = board.violations()
        ended_alone = not board.is_running()
        if ended_alone and not broken:
            board.state()  # raises with the board's last words
    if broken:
        raise DeviceError(
            "the firmware did what silicon would not serve",
            where=str(project_dir),
            why=broken[0] + (f" (and {len(broken) - 1} more)" if len(broken) > 1 else ""),
            hint="docs/virtual-board.md explains each rule",
        )


def _tell(event: Event, say: Callable[[str], None]) -> None:
    match event["event"]:
        case "log":
            say(event["text"])
        case "reset":
            say(f"reset {event['count']} ({event['cause']})")
        case "violation":
            say(event["text"])

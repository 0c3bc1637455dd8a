"""The board's control channel: commands in and events out, one JSON object a line.

It is the board's way to its launcher (launch.py), beside the serial port; no firmware sees it.

Commands, each answered by an event `reply` with the same `id`:
    {"id": 1, "command": "drain"}                    -> "runs": [[instructions, cycles], ...]
    {"id": 2, "command": "count", "functions": [..]} count calls of these from now on, by name
    {"id": 3, "command": "state"}                    -> "cycles", "instructions", "resets", ...
    {"id": 4, "command": "reset"}                    the reset pin
    {"id": 5, "command": "inject", "kind": ..., ...} a fault (inject.py); "error" where it is none
    {"id": 6, "command": "stop"}                     end the process
Events: ready, log, violation, reset, error, exit. The end of the commands' stream ends the process,
so that the board never outlives its launcher.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import TextIO

from hargen.device.virtual.host import Host

Command = dict[str, object]
Answer = dict[str, object]
CHUNK = 1 << 16


class Control:
    """Reads commands and writes events.

    Args:
        host: what waits for the host.
        commands: descriptor that commands are read from.
        events: where events are written.
        on_command: carries a command out and returns what to answer.
        on_end: called when the launcher is gone.
    """

    def __init__(
        self,
        host: Host,
        commands: int,
        events: TextIO,
        on_command: Callable[[Command], Answer],
        on_end: Callable[[], None],
    ) -> None:
        self._host = host
        self._commands = commands
        self._events = events
        self._on_command = on_command
        self._on_end = on_end
        self._begun = b""
        host.watch(commands, self._read)

    def event(self, name: str, **fields: object) -> None:
        """Write an event."""
        try:
            self._events.write(json.dumps({"event": name, **fields}) + "\n")
            self._events.flush()
        except BrokenPipeError:  # the launcher is gone
            self._on_end()

    def _read(self) -> None:
        data = os.read(self._commands, CHUNK)
        if not data:
            self._host.forget(self._commands)
            self._on_end()
            return
        *lines, self._begun = (self._begun + data).split(b"\n")
        for line in lines:
            self._serve(line)

    def _serve(self, line: bytes) -> None:
        try:
            command = json.loads(line)
        except ValueError:
            self.event("reply", id=None, error="not a JSON object")
            return
        if not isinstance(command, dict):
            self.event("reply", id=None, error="not a JSON object")
            return
        self.event("reply", id=command.get("id"), **self._on_command(command))

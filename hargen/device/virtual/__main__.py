"""The board's own process: `python -m hargen.device.virtual PROJECT_DIR`.

Started by launch.py; can be started by hand too. Speaks control.py's protocol on stdin and stdout.
"""

from __future__ import annotations

import argparse
import ctypes
import signal
import sys
from pathlib import Path

from hargen.device.virtual import flash as flash_on_disk
from hargen.device.virtual import hook_build
from hargen.device.virtual.board import Board, Reports
from hargen.device.virtual.bridge import Bridge
from hargen.device.virtual.control import Answer, Command, Control
from hargen.device.virtual.host import Host
from hargen.device.virtual.inject import inject
from hargen.device.virtual.sensor.feed import load as load_feed
from hargen.device.virtual.violations import Violation
from hargen.errors import DeviceError, HargenError


class Process:
    """A board, its serial port and its control channel."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self._project: Path = arguments.project_dir
        self._host = Host(fast=arguments.fast)
        self._control = Control(
            self._host, sys.stdin.fileno(), sys.stdout, self._serve, on_end=self.end
        )
        self._board: Board | None = None
        self._is_over = False
        self._arguments = arguments

    def run(self) -> int:
        """Run the board until it is told to end; return the exit code."""
        try:
            with flash_on_disk.locked(self._project, exclusive=False):
                return self._run()
        except HargenError as error:
            self._control.event(
                "error",
                kind=type(error).__name__,
                what=error.what,
                where=error.where,
                why=error.why,
                hint=error.hint,
            )
            return error.exit_code

    def end(self) -> None:
        """End the process at the next occasion."""
        self._is_over = True
        if self._board is not None:
            self._board.end()

    def _run(self) -> int:
        arguments = self._arguments
        flash = flash_on_disk.read(self._project)
        names = () if arguments.count is None else (arguments.count,)
        count = flash_on_disk.function_addresses(self._project, names, flash)
        feed = None if arguments.sensor is None else load_feed(arguments.sensor)
        library = self._hook()
        bridge = Bridge(
            self._host,
            with_pty=not arguments.no_pty,
            port=arguments.port,
            on_data=lambda data, baud: board.receive(data, baud),
        )
        reports = Reports(
            log=lambda text: self._control.event("log", text=text),
            violation=self._tell_violation,
            reset=lambda cause, nth: self._control.event("reset", cause=cause, count=nth),
            flash_written=lambda offset, data: flash_on_disk.keep(self._project, offset, data),
        )
        board = Board(
            flash,
            reports,
            self._host,
            bridge,
            library,
            count,
            feed=feed,
            rate_error=arguments.sensor_rate_error,
        )
        self._board = board
        hook = "python" if library is None else "c"
        self._control.event("ready", pty=bridge.pty_path, url=bridge.url, hook=hook)
        if not self._is_over:
            board.run()
        bridge.close()
        violations = board.state()["violations"]
        self._control.event("exit", violations=violations)
        return DeviceError.exit_code if violations else 0

    def _hook(self) -> ctypes.CDLL | None:
        if self._arguments.python_hook:
            return None
        try:
            return hook_build.load()
        except hook_build.NoHookError as error:
            self._control.event(
                "log",
                text="the compiled instruction counter is not available, the one in Python is "
                f"some fifty times slower: {error}",
            )
            return None

    def _tell_violation(self, violation: Violation) -> None:
        self._control.event(
            "violation",
            rule=violation.rule.value,
            text=str(violation),
            pc=violation.pc,
            address=violation.address,
        )

    def _serve(self, command: Command) -> Answer:
        board = self._board
        if board is None:
            return {"error": "the board is not running yet"}
        match command.get("command"):
            case "drain":
                return {"runs": board.drain_runs()}
            case "state":
                return dict(board.state())
            case "count":
                return self._count(board, command.get("functions"))
            case "reset":
                board.reset()
            case "inject":
                try:
                    inject(board, command)
                except ValueError as error:
                    return {"error": str(error)}
            case "stop":
                self.end()
            case unknown:
                return {"error": f"no command {unknown!r}"}
        return {}

    def _count(self, board: Board, names: object) -> Answer:
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            return {"error": "functions is not a list of names"}
        try:
            flash = flash_on_disk.read(self._project)
            board.count(flash_on_disk.function_addresses(self._project, names, flash))
        except HargenError as error:
            return {"error": error.why or error.what}
        return {}


def main() -> int:
    """Parse the command line and run the board."""
    parser = argparse.ArgumentParser(prog="python -m hargen.device.virtual", description=__doc__)
    parser.add_argument("project_dir", type=Path, help="exported project that was flashed")
    parser.add_argument("--count", metavar="SYMBOL", help="count the calls of this function")
    parser.add_argument("--python-hook", action="store_true", help="count in Python, not in C")
    parser.add_argument("--no-pty", action="store_true", help="open the TCP port only")
    parser.add_argument("--port", type=int, default=0, help="TCP port, 0 for any free one")
    parser.add_argument("--sensor", metavar="FILE", help="recording, or `synthetic`, that it feels")
    parser.add_argument(
        "--sensor-rate-error", type=float, default=0.0, help="share by which the sensor is fast"
    )
    parser.add_argument("--fast", action="store_true", help="let time leap where nothing happens")
    arguments = parser.parse_args()
    # Ctrl-C in a terminal goes to all its processes: the launcher decides what it means
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return Process(arguments).run()


if __name__ == "__main__":
    sys.exit(main())

"""Runs a test firmware on the virtual board inside the test's own process.

The host is a script: bytes to send, and an end when the firmware has gone to sleep for good.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from hargen.device.virtual import flash, hook_build
from hargen.device.virtual.board import Board, Reports
from hargen.device.virtual.host import Host
from hargen.device.virtual.violations import Rule, Violation

LIMIT_CYCLES = 20_000_000
VAIN_WAITS = 100  # of a firmware that polls for bytes that never come


class ScriptedHost(Host):
    """Sends chunks of bytes, the next one whenever the board waits; ends it when none is left."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        super().__init__()
        self._chunks = list(chunks)
        self._is_due = False
        self._waits = 0
        self.board: Board | None = None

    def poll(self) -> None:
        assert self.board is not None
        if self._is_due:
            self._is_due = False
            self.board.receive(self._chunks.pop(0), None)
        if self.board.state()["cycles"] > LIMIT_CYCLES:
            self.board.end()

    def wait(self, seconds: float | None) -> bool:
        assert self.board is not None
        if self._chunks:
            self._is_due = True
            return True
        self._waits += 1
        if seconds is None or self._waits > VAIN_WAITS:
            self.board.end()
        return False


class RecordingBridge:
    """Keeps what the board sends; its terminal may be set to a baud rate."""

    def __init__(self, baud: int | None = None) -> None:
        self.to_tcp = b""
        self.to_pty = b""
        self._baud = baud

    def send(self, to_pty: bytes, to_tcp: bytes) -> None:
        self.to_pty += to_pty
        self.to_tcp += to_tcp

    def retry(self) -> bool:
        return False

    def pty_baud(self) -> int | None:
        return self._baud


@dataclass
class Outcome:
    """What a run led to."""

    output: bytes = b""
    violations: list[Violation] = field(default_factory=list)
    resets: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    runs: list[tuple[int, int]] = field(default_factory=list)
    written: list[tuple[int, bytes]] = field(default_factory=list)
    state: dict[str, int] = field(default_factory=dict)

    @property
    def lines(self) -> list[str]:
        return self.output.decode("ascii", errors="replace").splitlines()

    @property
    def values(self) -> list[int]:
        """The lines, each a hexadecimal number."""
        return [int(line, 16) for line in self.lines]

    @property
    def work(self) -> tuple[int, int]:
        """Instructions, and cycles that the core was awake; how long it then slept is chance."""
        return self.state["instructions"], self.state["cycles"] - self.state["asleep"]

    @property
    def rules(self) -> list[Rule]:
        return [violation.rule for violation in self.violations]


def run(
    project: Path,
    elf: Path,
    *,
    send: Iterable[bytes] = (),
    count: Iterable[str] = (),
    python_hook: bool = False,
    baud: int | None = None,
    prepare: Callable[[Board], None] | None = None,
) -> Outcome:
    """Flash an ELF, run it until it sleeps for good, and return what came of it."""
    flash.program(project, elf)
    content = flash.read(project)
    outcome = Outcome()
    host = ScriptedHost(send)
    bridge = RecordingBridge(baud)
    reports = Reports(
        log=outcome.log.append,
        violation=outcome.violations.append,
        reset=lambda cause, _nth: outcome.resets.append(cause),
        flash_written=lambda offset, data: outcome.written.append((offset, data)),
    )
    counted = flash.function_addresses(project, count, content)
    library = None if python_hook else hook_build.load()
    board = Board(content, reports, host, bridge, library, counted)  # type: ignore[arg-type]
    host.board = board
    if prepare is not None:
        prepare(board)
    board.run()
    board.line.flush()
    outcome.output = bridge.to_tcp if baud is None else bridge.to_pty
    outcome.runs = board.drain_runs()
    outcome.state = board.state()
    return outcome

"""The drivers in a small firmware on the virtual board, in virtual time alone."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from emulator.firmware_build import SOURCES
from emulator.harness import RecordingBridge

from hargen.device.virtual import flash, hook_build
from hargen.device.virtual.board import Board, Reports
from hargen.device.virtual.host import Host
from hargen.device.virtual.inject import inject
from hargen.device.virtual.sensor.feed import Feed
from hargen.device.virtual.violations import Violation
from hargen.emit.build_options import WARNINGS

ROOT = Path(__file__).parents[2]
SENSOR, PORT = ROOT / "firmware/sensor", ROOT / "firmware/port/stm32u5"
MG_PER_COUNT = 0.122
INDEX_BITS = 15
HEADER = struct.Struct("<7I")
TOTALS = struct.Struct("<7I")
SAMPLE = struct.Struct("<3hI")

RUNNING, STARTING, BUS, WRONG_ID, WAS_RESET, REFUSES, SILENT = range(7)
NO_ANSWER, TIMEOUT, ARBITRATION, _MISPLACED, BUS_BUSY, STUCK = range(1, 7)


def build(folder: Path, *defines: str) -> Path:
    """Compile the drivers with all warnings, and the firmware around them; return the ELF."""
    elf = folder / f"{'-'.join(('sensor', *defines)).replace('=', '_')}.elf"
    gcc = ["arm-none-eabi-gcc", "-mcpu=cortex-m33", "-mthumb", "-mfpu=fpv5-sp-d16"]
    gcc += ["-mfloat-abi=hard", "-std=c11", "-Os", "-g", "-Werror"]
    gcc += [
        "-DHG_CLOCK_HZ=160000000u",
        f"-I{SENSOR}",
        f"-I{SENSOR / 'ism330dhcx'}",
        f"-I{PORT}",
        f"-I{SOURCES}",
    ]
    objects = []
    for source in (SENSOR / "ism330dhcx/hg_ism330dhcx.c", PORT / "hg_i2c.c", PORT / "hg_time.c"):
        objects.append(elf.with_name(f"{elf.stem}-{source.stem}.o"))
        _run([*gcc, *WARNINGS, "-c", source, "-o", objects[-1]])
    files = [SOURCES / "startup.c", SOURCES / "system.c", Path(__file__).parent / "firmware.c"]
    link = [
        "-Wall",
        "-Wextra",
        "--specs=nano.specs",
        "-nostartfiles",
        f"-T{SOURCES / 'firmware.ld'}",
    ]
    _run([*gcc, *(f"-D{define}" for define in defines), *link, *files, *objects, "-o", elf])
    return elf


def _run(command: list[object]) -> None:
    done = subprocess.run(list(map(str, command)), check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def ramp(length: int = 1 << 20) -> Feed:
    """Return samples that tell their own index."""
    low = (1 << INDEX_BITS) - 1

    def sample(n: int) -> tuple[float, float, float]:
        counts = n & low, n >> INDEX_BITS, check(n)
        x, y, z = (value * MG_PER_COUNT for value in counts)
        return x, y, z

    return Feed([sample(n) for n in range(length)], "ramp")


def check(index: int) -> int:
    """Return a number that the other two axes determine."""
    return (index * 7919 + 1234) % 40009 - 20000


Fault = Mapping[str, object] | Callable[[Board], None]
"""A request to inject, or what to do with the board."""


@dataclass(frozen=True)
class Sample:
    """A sample as the driver gave it, and how many it says are missing before it."""

    counts: tuple[int, int, int]
    lost: int

    @property
    def index(self) -> int:
        x, y, z = self.counts
        assert z == check(x | y << INDEX_BITS), "the sample is none that was fed"
        return x | y << INDEX_BITS


@dataclass(frozen=True)
class Totals:
    """hg_sensor_totals_t."""

    samples: int
    lost: int
    overruns: int
    bad_words: int
    bus_errors: int
    resets: int
    wrong_ids: int


@dataclass(frozen=True)
class Poll:
    """What one poll came to."""

    status: int
    bus_error: int
    identity: int
    microseconds: int
    rate_mhz: int
    totals: Totals
    samples: list[Sample]


class TimedHost(Host):
    """Never waits; does things at times, in seconds, and ends the board at last."""

    def __init__(self, seconds: float, events: list[tuple[float, Callable[[Board], None]]]) -> None:
        super().__init__()
        self._events = sorted([*events, (seconds, Board.end)], key=lambda event: event[0])
        self.board: Board | None = None

    def poll(self) -> None:
        assert self.board is not None
        now = self.board.state()["cycles"] / 160e6
        while self._events and self._events[0][0] <= now:
            self._events.pop(0)[1](self.board)

    def wait(self, seconds: float | None) -> bool:
        assert self.board is not None
        if seconds is None:
            self.board.end()  # it sleeps for good
        return False


def play(
    project: Path,
    elf: Path,
    seconds: float,
    faults: Sequence[tuple[float, Fault]] = (),
    *,
    feed: Feed,
    rate_error: float = 0.0,
) -> tuple[list[Poll], list[Violation], Board]:
    """Run the firmware for so many virtual seconds; return its polls and what it broke."""
    flash.program(project, elf)
    violations: list[Violation] = []

    def injecting(fault: Fault) -> Callable[[Board], None]:
        return fault if callable(fault) else lambda board: inject(board, fault)

    host = TimedHost(seconds, [(at, injecting(request)) for at, request in faults])
    bridge = RecordingBridge()
    reports = Reports(
        log=lambda _text: None,
        violation=violations.append,
        reset=lambda _cause, _nth: None,
        flash_written=lambda _offset, _data: None,
    )
    board = Board(
        flash.read(project),
        reports,
        host,
        bridge,  # type: ignore[arg-type]
        hook_build.load(),
        feed=feed,
        rate_error=rate_error,
    )
    host.board = board
    board.run()
    board.line.flush()
    return parse(bridge.to_tcp), violations, board


def parse(data: bytes) -> list[Poll]:
    """Return the records; one that had not been sent when the board ended is left out."""
    polls, at = [], 0
    while at + HEADER.size + TOTALS.size <= len(data):
        mark, status, bus_error, identity, count, took, rate = HEADER.unpack_from(data, at)
        assert mark == 0xA5
        at += HEADER.size
        totals = Totals(*TOTALS.unpack_from(data, at))
        at += TOTALS.size
        end = at + count * SAMPLE.size
        if end > len(data):
            break
        samples = [Sample((x, y, z), lost) for x, y, z, lost in SAMPLE.iter_unpack(data[at:end])]
        at = end
        polls.append(Poll(status, bus_error, identity, took, rate, totals, samples))
    return polls

"""The image that a user flashes on the virtual board, in virtual time; host and faults are timed.

What the sensor felt is known sample by sample, and what the network must make of it is told by the
same C on this machine: so every result can be held against the truth, bit by bit.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from emulator.harness import RecordingBridge
from sensor.bench import MG_PER_COUNT

from hargen import manifest
from hargen.device.virtual import flash, hook_build
from hargen.device.virtual.board import Board, Reports
from hargen.device.virtual.host import Host
from hargen.device.virtual.inject import inject
from hargen.device.virtual.sensor.feed import Feed
from hargen.device.virtual.violations import Violation
from hargen.link import messages
from hargen.link.frames import BadFrame, Frame, decode, encode
from hargen.link.live import LiveEvent, LiveResult, LiveSamples, LiveState, is_live, parse_live
from hargen.link.messages import LiveSend, MessageType
from hargen.validate import twin

EVERYTHING = LiveSend.RESULTS | LiveSend.SAMPLES
HCLK_HZ = 160_000_000
GREEN, RED = 7, 6  # of port H, low when lit

LINE = re.compile(
    r"(?P<time>\d+\.\d{3}) s  (?P<activity>[^:]+): (?P<values>.*);"
    r" (?P<settled>settled|not settled); (?P<rate>\d+\.\d{3}) Hz; (?P<lost>\d+) lost"
)

Deed = Mapping[str, object] | Frame | bytes | Callable[[Board], None]
"""A fault, something that a host says, or what to do with the board."""


def ask(kind: MessageType, payload: bytes = b"", sequence: int = 7) -> Frame:
    """Return a request."""
    return Frame(kind, sequence, payload)


def live(send: LiveSend, sequence: int = 7) -> Frame:
    """Return a LIVE request."""
    return ask(MessageType.LIVE, messages.LIVE_REQUEST.pack(send=send), sequence)


HELLO = ask(MessageType.HELLO)


class TimedHost(Host):
    """Never waits, and ends the board at last; the deeds come to the cycle, asleep or awake."""

    def __init__(self, seconds: float, deeds: Sequence[tuple[float, Callable[[], None]]]) -> None:
        super().__init__()
        self._seconds = seconds
        self._deeds = sorted(deeds, key=lambda deed: deed[0])
        self._is_planned = False
        self.board: Board | None = None

    def poll(self) -> None:
        """Plan the deeds as soon as the clock has its rate: they are planned in cycles."""
        board = self.board
        assert board is not None
        if not self._is_planned and board.state()["hclk_hz"] == HCLK_HZ:
            self._is_planned = True
            now = board.state()["cycles"] / HCLK_HZ
            for at, deed in [*self._deeds, (self._seconds, board.end)]:
                board.at(max(0.0, at - now), deed)

    def wait(self, seconds: float | None) -> bool:
        """Let the time leap."""
        assert self.board is not None
        if seconds is None and self._is_planned:
            self.board.end()  # it sleeps for good
        self.poll()
        return False


@dataclass(frozen=True)
class Heard:
    """What the board said in frames and in text, what it broke, and the board as it ended."""

    frames: list[Frame]
    lines: list[str]
    violations: list[Violation]
    board: Board

    @property
    def events(self) -> list[LiveEvent]:
        return [parse_live(frame) for frame in self.frames if is_live(frame)]

    @property
    def replies(self) -> list[Frame]:
        return [frame for frame in self.frames if not is_live(frame)]

    def of(self, kind: type[LiveState | LiveSamples | LiveResult], stream: int) -> list[LiveEvent]:
        return [e for e in self.events if isinstance(e, kind) and e.stream == stream]

    @property
    def results(self) -> list[LiveResult]:
        return [event for event in self.events if isinstance(event, LiveResult)]

    @property
    def states(self) -> list[LiveState]:
        return [event for event in self.events if isinstance(event, LiveState)]

    @property
    def printed(self) -> list[re.Match[str]]:
        """The lines that tell of a window."""
        return [found for line in self.lines if (found := LINE.fullmatch(line))]

    @property
    def trouble(self) -> list[str]:
        """What lines say of the sensor."""
        return [line.partition("sensor: ")[2] for line in self.lines if " s  sensor: " in line]


def play(
    project: Path,
    seconds: float,
    deeds: Sequence[tuple[float, Deed]] = (),
    *,
    feed: Feed,
    rate_error: float = 0.0,
    each: Callable[[Board], None] | None = None,
) -> Heard:
    """Run the project's image for so many virtual seconds.

    Args:
        project: it was built.
        seconds: of the board's life.
        deeds: what happens, and when.
        feed: what the sensor feels.
        rate_error: by how much it is fast.
        each: called every 20 ms.
    """
    flash.program(project, project / "build/release/har.elf")
    violations: list[Violation] = []

    def do(deed: Deed) -> None:
        if isinstance(deed, Frame):
            board.receive(encode(deed), None)
        elif isinstance(deed, bytes):
            board.receive(deed, None)
        elif callable(deed):
            deed(board)
        else:
            inject(board, deed)

    planned = [(at, partial(do, deed)) for at, deed in deeds]
    if each is not None:
        planned += [(n * 0.02, partial(do, each)) for n in range(int(seconds / 0.02))]
    host = TimedHost(seconds, planned)
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
        (),
        feed=feed,
        rate_error=rate_error,
    )
    host.board = board
    board.run()
    board.line.flush()
    frames, text = [], b""
    for piece in bridge.to_tcp.split(b"\0"):
        found = decode(piece) if piece else BadFrame.TEXT
        if isinstance(found, Frame):
            frames.append(found)
        else:
            assert found is BadFrame.TEXT or piece == bridge.to_tcp.rpartition(b"\0")[2], piece
            text += piece
    return Heard(frames, text.decode().splitlines(), violations, board)


def felt(feed: Feed, first: int, count: int) -> np.ndarray:
    """Return the counts that a feed makes of its samples (count, 3)."""
    samples = [feed.counts(first + n, MG_PER_COUNT) for n in range(count)]
    return np.array(samples, np.int16).reshape(-1, 3)


@dataclass(frozen=True)
class Window:
    """What the network must make of a window."""

    crc: int
    output: bytes
    class_index: int
    activity: int
    settled: bool
    last_sample: int


def expected(project: Path, pieces: Sequence[tuple[int, np.ndarray]]) -> list[Window]:
    """Return the windows of streams without gaps, by the same C on this machine.

    Args:
        project: its C.
        pieces: number of the first sample, and counts; each is a stream of its own.
    """
    found = manifest.read(project)
    spec = found.preprocessing.spec
    window, hop = int(spec["window"]), int(spec["hop"])
    last = [first + end for first, counts in pieces for end in range(window - 1, len(counts), hop)]
    streams = [counts for _, counts in pieces if len(counts)]
    run = twin.run_streams(project, found, streams, len(last))
    assert run.windows is not None and run.activities is not None and run.settled is not None
    return [
        Window(
            zlib.crc32(run.windows[n].astype("<f4").tobytes()),
            run.outputs[n].tobytes(),
            int(run.classes[n]),
            int(run.activities[n]),
            bool(run.settled[n]),
            last[n],
        )
        for n in range(len(last))
    ]


def told(results: Sequence[LiveResult]) -> list[Window]:
    """Return what frames say of windows."""
    return [
        Window(r.window_crc, r.output, r.class_index, r.activity, r.settled, r.last_sample)
        for r in results
    ]


def pieces(samples: Sequence[LiveSamples]) -> list[tuple[int, np.ndarray]]:
    """Join the samples of one stream between its gaps; check their numbers."""
    found: list[tuple[int, list[bytes]]] = []
    following = 0
    for block in samples:
        assert block.first == following + block.lost
        if block.lost or not found:
            found.append((block.first, []))
        found[-1][1].append(block.counts)
        following = block.first + block.count
    return [
        (first, np.frombuffer(b"".join(blocks), "<i2").reshape(-1, 3)) for first, blocks in found
    ]

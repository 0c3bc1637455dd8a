"""The app on this machine, under the sanitizers, with a sensor and a clock that follow a script."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from support import firmware, tally

from hargen.link.frames import Frame, decode, encode
from hargen.link.live import LiveEvent, LiveResult, LiveSamples, LiveState, is_live, parse_live
from hargen.link.messages import LIVE_REQUEST, LivePhase, LiveSensor, MessageType

WINDOW, HOP = 8, 3
"""Of the tally model."""

HELLO = Frame(MessageType.HELLO, 1, b"")
EVERYTHING = Frame(MessageType.LIVE, 2, LIVE_REQUEST.pack(send=3))
PLAIN = (0, 1, 2, 3)
"""A sample before which none is lost."""


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return firmware.compile_c(
        tmp_path_factory.mktemp("scripted") / "scripted",
        [firmware.ROOT / "tests/c/live/scripted.c", *firmware.app_sources(sensor=None)],
        flags=firmware.SANITIZERS,
        includes=(firmware.MODEL,),
    )


def wait(microseconds: int) -> str:
    return f"w {microseconds}"


def poll(*samples: tuple[int, int, int, int], status: LiveSensor = LiveSensor.RUNNING) -> str:
    numbers = " ".join(str(number) for sample in samples for number in sample)
    return f"{wait(200_000)} p {int(status)} {len(samples)} {numbers}"


def send(frame: Frame) -> str:
    data = encode(frame)
    return f"b {len(data)} {' '.join(map(str, data))}"


def play(program: Path, script: Sequence[str]) -> tuple[list[LiveEvent], list[str]]:
    """Return the events of frames, and the lines of text."""
    done = subprocess.run(
        [program], input=" ".join(script).encode(), capture_output=True, check=False, timeout=30
    )
    assert done.returncode == 0, done.stderr.decode()
    pieces = [piece for piece in done.stdout.split(b"\0") if piece]
    frames = [found for piece in pieces if isinstance(found := decode(piece), Frame)]
    text = b"".join(piece for piece in pieces if not isinstance(decode(piece), Frame))
    return [parse_live(frame) for frame in frames if is_live(frame)], text.decode().splitlines()


def of(kind: type, events: list[LiveEvent]) -> list:
    return [event for event in events if isinstance(event, kind)]


def test_samples_around_a_new_start_of_the_sensor_are_apart(program: Path) -> None:
    """Even where, by the clock, none is missing between them."""
    events, _ = play(
        program,
        [
            send(HELLO),
            send(EVERYTHING),
            poll(*[PLAIN] * WINDOW),
            poll(*[PLAIN] * 2),
            poll(status=LiveSensor.WAS_RESET),
            poll(status=LiveSensor.STARTING),
            poll(*[PLAIN] * WINDOW),
        ],
    )
    results = of(LiveResult, events)
    assert [(r.last_sample, r.gaps, r.lost) for r in results] == [(7, 0, 0), (17, 1, 0)]
    assert [s.sensor for s in of(LiveState, events)] == [
        LiveSensor.RUNNING,
        LiveSensor.WAS_RESET,
        LiveSensor.RUNNING,
    ]


def test_a_gap_between_two_samples_of_one_poll(program: Path) -> None:
    events, _ = play(
        program,
        [
            *(send(HELLO), send(EVERYTHING)),
            poll(*[PLAIN] * 5, (40, 7, 8, 9), *[PLAIN] * 9),
        ],
    )
    blocks = of(LiveSamples, events)
    assert [(b.first, b.lost, b.count) for b in blocks] == [(0, 0, 5), (45, 40, 8), (53, 0, 2)]
    (result,) = of(LiveResult, events)
    assert (result.last_sample, result.lost, result.gaps) == (52, 40, 1)


def test_more_than_one_poll_takes_in_one_turn(program: Path) -> None:
    many = [(0, n, -n, 0) for n in range(100)]
    events, _ = play(program, [send(HELLO), send(EVERYTHING), poll(*many)])
    counts = b"".join(block.counts for block in of(LiveSamples, events))
    assert counts[::6] == bytes(range(100))
    assert len(of(LiveResult, events)) == (100 - WINDOW) // HOP + 1


def test_the_time_goes_on_when_the_boards_microseconds_begin_anew(program: Path) -> None:
    """They do after 71 minutes."""
    script = [send(HELLO), *[poll(*[PLAIN] * 8), wait(599_800_000)] * 24, poll(*[PLAIN] * 9)]
    events, _ = play(program, script)
    times = [result.time_ms for result in of(LiveResult, events)]
    assert times == sorted(times)
    assert times[-1] == pytest.approx(24 * 600_000, abs=1000)


def test_a_model_that_fails_ends_it_and_says_so(program: Path) -> None:
    bad = (0, tally.MAGIC + 3, tally.FAIL + 3, 0)  # 3 below is what the network sees
    events, lines = play(program, [send(HELLO), poll(bad, *[PLAIN] * 7), poll(*[PLAIN] * 9)])
    state = of(LiveState, events)[-1]
    assert (state.phase, state.text) == (
        LivePhase.UNAVAILABLE,
        "the model has returned an error",
    )
    assert of(LiveResult, events) == []
    assert lines == ["sensor   scripted, windows of 8 samples, one every 3"]


def test_trouble_is_told_once_and_then_every_five_seconds(program: Path) -> None:
    script = [poll(status=LiveSensor.BUS)] * 60 + [poll(status=LiveSensor.STARTING)] * 3
    script += [poll(*[PLAIN] * 4)]
    _, lines = play(program, script)
    told = [line.partition("sensor: ")[2] for line in lines[1:]]
    assert told == ["the bus is: on fire"] * 3 + ["running again"]
    times = [float(line.partition(" s")[0]) for line in lines[1:]]
    assert times == pytest.approx([0.2, 5.2, 10.2, 12.8], abs=0.01)

"""hargen's own client and a board that samples, both in real time."""

from __future__ import annotations

import time

import numpy as np
import pytest

from hargen import manifest
from hargen.datasets.motion import accelerometer
from hargen.device.virtual import VirtualBoard, program
from hargen.link import stream
from hargen.link.client import Client
from hargen.link.live import LiveResult, LiveSamples, LiveState
from hargen.link.messages import LivePhase, LiveSend, Stage
from hargen.validate import twin

bench = pytest.importorskip("live.bench", reason="the virtual board needs unicorn")


@pytest.fixture
def board(project):
    program(project, project / "build/release/har.elf")
    with VirtualBoard(project, sensor="synthetic") as running:
        yield running
        assert running.violations() == []


def results_within(client: Client, seconds: float) -> list[LiveResult]:
    found = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found += [event for event in client.listen(0.1) if isinstance(event, LiveResult)]
    return found


def next_result(client: Client, seconds: float) -> LiveResult:
    """Return the next one as soon as it is here: then the line is quiet for most of a window."""
    client.listen(0)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for event in client.listen(0.1):
            if isinstance(event, LiveResult):
                return event
    raise AssertionError("no result came")


def made_up(count: int) -> np.ndarray:
    generator = np.random.Generator(np.random.PCG64(5))
    return np.round(accelerometer("running", count, generator) / 0.122).astype("<i2")


def test_a_host_measures_undisturbed_and_then_listens_again(project, board) -> None:
    """Windows and samples of the host, at the fast rate, on a board that was live until then."""
    found = manifest.read(project)
    counts = made_up(24 * 40)
    rows = np.random.Generator(np.random.PCG64(6)).normal(0, 3, (60, 72)).astype("<f4")
    with Client(board.url) as client:
        assert client.live().phase == LivePhase.RUNNING
        assert len(results_within(client, 3.0)) >= 2

        client.set_baud(921600)
        windows = list(client.run(Stage.WINDOW, [row.tobytes() for row in rows]))
        answers = list(stream.send(client, counts.tobytes(), window=24, hop=24))
        profile, layers = client.profile(), client.hello().layer_count
        said = client.listen(0)
        assert not [e for e in said if isinstance(e, LiveResult) and e.stream > 1]
        assert [e.phase for e in said if isinstance(e, LiveState)] == [LivePhase.PAUSED]

        state = client.live(LiveSend.RESULTS | LiveSend.SAMPLES)
        assert (state.phase, state.stream) == (LivePhase.RUNNING, 2)
        again = client.listen(1.0)
        while not any(isinstance(event, LiveResult) for event in again):
            again += client.listen(1.0)
        counters = client.counters
        assert (counters.retries, counters.resets, counters.lost) == (0, 0, 0)
        assert counters.crc_errors == 0

    run = twin.run(project, found, rows)
    assert [w.output for w in windows] == [output.tobytes() for output in run.outputs]
    streamed = twin.run_streams(project, found, [counts], len(answers))
    assert [a.window.run.output for a in answers] == [o.tobytes() for o in streamed.outputs]
    assert len(profile) == layers
    blocks = [event for event in again if isinstance(event, LiveSamples)]
    assert blocks[0].first == 0
    assert {block.stream for block in blocks} == {2}


def test_a_board_that_was_reset_streams_again_when_asked(board) -> None:
    with Client(board.url, timeout=1.0) as client:
        client.live()
        next_result(client, 4.0)
        board.reset()  # between two frames: one that it cut would count as broken
        time.sleep(0.2)
        client.listen(0)
        assert results_within(client, 1.5) == [], "it prints text now"
        state = client.live()
        assert (state.phase, state.stream) == (LivePhase.RUNNING, 1)
        assert client.counters.resets == 1
        assert results_within(client, 2.5)
        assert client.counters.crc_errors == 0

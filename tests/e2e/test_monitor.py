"""From the registers of the sensor to what hargen monitor says, with the ELF of a real board."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from hargen import datasets
from hargen.build.compile import find_image
from hargen.device.virtual import VirtualBoard

from .conftest import BOARD, Hargen, command, environment

ROWS = [(n, 4000 - n, 8000 - 3 * n) for n in range(1500)]
"""No two samples are alike: each says where in the recording it was."""
SECONDS = 60.0
MG = 0.122


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a recording for the virtual sensor, in its own counts."""
    path = tmp_path_factory.mktemp("walk") / "walk.csv"
    lines = ["x [counts],y [counts],z [counts]", *(",".join(map(str, row)) for row in ROWS)]
    path.write_text("\n".join(lines) + "\n")
    return path


def counts_of(path: Path) -> list[list[tuple[int, ...]]]:
    """Return the counts of each recording of a file, as `--data` reads it."""
    return [
        [tuple(round(value / MG) for value in sample) for sample in one.samples]
        for one in datasets.recordings(path).recordings
    ]


def are_played(samples: list[tuple[int, ...]]) -> bool:
    """Return whether samples follow each other as the recording was played."""
    first = ROWS.index((samples[0][0], samples[0][1], samples[0][2]))
    return samples == ROWS[first : first + len(samples)]


class Monitor:
    """hargen monitor --json as a process of its own, read line by line."""

    def __init__(self, *arguments: object) -> None:
        self.process = subprocess.Popen(
            command("monitor", *arguments, "--json"),
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.told: list[dict[str, Any]] = []

    def __enter__(self) -> Monitor:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def wait_for(self, event: str, count: int = 1) -> dict[str, Any]:
        """Return the last of so many more such events."""
        assert self.process.stdout
        end = time.monotonic() + SECONDS
        for line in self.process.stdout:
            self.told.append(json.loads(line))
            if self.told[-1]["event"] == event:
                count -= 1
                if not count:
                    return self.told[-1]
            assert time.monotonic() < end, self.told
        assert self.process.stderr
        pytest.fail(f"it ended: {self.process.stderr.read()}")

    def end(self) -> dict[str, Any]:
        """Press Ctrl-C and return the summary."""
        self.process.send_signal(signal.SIGINT)
        out, err = self.process.communicate(timeout=SECONDS)
        assert (self.process.returncode, "Traceback" in err) == (0, False), err
        self.told += [json.loads(line) for line in out.splitlines()]
        assert self.told[-1]["event"] == "summary"
        return self.told[-1]

    def all(self, event: str) -> list[dict[str, Any]]:
        """Return all such events so far."""
        return [one for one in self.told if one["event"] == event]


@pytest.fixture
def board(flashed: Path, walk: Path) -> Iterator[VirtualBoard]:
    with VirtualBoard(flashed, sensor=str(walk)) as running:
        yield running


def test_what_the_sensor_felt_is_what_is_recorded(
    hargen: Hargen, flashed: Path, walk: Path, tmp_path: Path
) -> None:
    path = tmp_path / "mine.csv"
    done = hargen(
        *("monitor", "--virtual", "--sensor", walk, "--windows", 12, "--json"),
        *("--record", path, "--label", "walking"),
        cwd=flashed,
    )
    assert done.code == 0, done
    told = [json.loads(line) for line in done.out.splitlines()]
    first, summary = told[0], told[-1]
    assert first["build_id"] == find_image(flashed).build_id.hex()
    assert first["classes"] == ["stationary", "walking", "running"]
    assert (first["nominal_hz"], first["mg_per_count"], first["estimated"]) == (26.0, MG, True)
    results = [one for one in told if one["event"] == "result"]
    assert [one["window"] for one in results] == list(range(12))
    assert not results[0]["settled"]
    assert all(sum(one["outputs"]) == pytest.approx(1.0, abs=0.02) for one in results)
    assert all(one["cycles"] > 10_000 and one["cycles_preprocess"] > 0 for one in results)
    assert (summary["lost"], summary["lost_on_wire"], summary["missed"]) == (0, 0, 0)
    (samples,) = counts_of(path)
    assert len(samples) >= 12 * first["hop"] - first["hop"]
    assert are_played(samples)
    assert summary["recording"]["labelled"] == summary["recording"]["samples"] == len(samples)


def test_a_sensor_that_is_fast_is_warned_of(flashed: Path) -> None:
    with (
        VirtualBoard(flashed, sensor="synthetic", sensor_rate_error=0.06) as board,
        Monitor("--port", board.pty or board.url, "--seconds", 40) as monitor,
    ):
        told = monitor.wait_for("rate")
        assert "off the 26 Hz" in told["warning"]
        assert "+6." in told["warning"]
        # the host's own clock says so too, once it has heard enough
        while (result := monitor.wait_for("result"))["rate_hz"] is None:
            pass
        assert result["rate_hz"] == pytest.approx(26.042 * 1.06, rel=0.1)


def test_lost_samples_cut_the_recording(flashed: Path, board: VirtualBoard, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    with Monitor(flashed, "--port", board.pty, "--record", path) as monitor:
        monitor.wait_for("result", 2)
        board.inject("sensor_overrun", lost=3)
        gap = monitor.wait_for("gap")
        monitor.wait_for("result", 2)
        summary = monitor.end()
    assert gap["lost"] >= 3
    assert gap["lost_on_wire"] == 0
    assert summary["lost"] == sum(one["lost"] for one in monitor.all("gap"))
    assert summary["missed"] == 0, "a window that was dropped for a gap has no number"
    pieces = counts_of(path)
    assert all(are_played(piece) for piece in pieces)
    skipped = [
        (ROWS.index(later[0]) - ROWS.index(earlier[-1]) - 1) % len(ROWS)  # type: ignore[arg-type]
        for earlier, later in pairwise(pieces)
    ]
    assert skipped == [one["lost"] for one in monitor.all("gap")], "not one more or less"


def test_trouble_with_the_sensor_is_told_and_gets_over(flashed: Path, board: VirtualBoard) -> None:
    with Monitor("--port", board.pty) as monitor:
        monitor.wait_for("result")
        board.inject("sensor_reset", seconds=2)
        assert monitor.wait_for("sensor")["trouble"]
        while monitor.wait_for("sensor")["trouble"]:
            pass
        monitor.wait_for("result")
        assert monitor.end()["disconnections"] == 0


def test_a_reset_board_goes_on_by_itself(
    flashed: Path, board: VirtualBoard, tmp_path: Path
) -> None:
    path = tmp_path / "mine.csv"
    with Monitor(flashed, "--port", board.pty, "--record", path) as monitor:
        monitor.wait_for("result", 2)
        board.reset()
        assert monitor.wait_for("disconnected")["why"] == "the board was reset"
        monitor.wait_for("result", 2)
        assert monitor.end()["disconnections"] == 1
    before, after = counts_of(path)
    assert are_played(before)
    assert are_played(after)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.mark.parametrize("kind", ["socket", "pty"])
def test_a_board_that_is_killed_and_comes_back(
    flashed: Path, walk: Path, tmp_path: Path, kind: str
) -> None:
    """The port is a socket of the same number, or a link that names whichever pty there is."""
    number, link, path = free_port(), tmp_path / "board", tmp_path / "mine.csv"

    def start() -> VirtualBoard:
        running = VirtualBoard(flashed, sensor=str(walk), port=number)
        link.unlink(missing_ok=True)
        link.symlink_to(running.pty or "")
        return running

    port = f"socket://127.0.0.1:{number}" if kind == "socket" else str(link)
    with start() as board, Monitor("--port", port, "--record", path) as monitor:
        monitor.wait_for("result", 2)
        link.unlink()  # the number of a pty that is gone goes to whoever asks next
        os.kill(board.pid, signal.SIGKILL)
        monitor.wait_for("disconnected")
        time.sleep(1.0)
        with start():
            monitor.wait_for("connected")
            monitor.wait_for("result", 2)
            assert monitor.end()["disconnections"] == 1
    before, after = counts_of(path)
    assert are_played(before)
    assert are_played(after)


def test_another_projects_board_is_refused(hargen: Hargen, flashed: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    export = hargen(
        *("export", "default", "-o", other, "--board", BOARD, "--preprocessing", "st-zoo")
    )
    assert export.code == 0, export
    with VirtualBoard(flashed) as board:
        done = hargen("monitor", other, "--port", board.pty, "--windows", 1)
    assert done.code == 5
    assert "another preprocessing" in done.err

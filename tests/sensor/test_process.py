"""The sensor of a board that runs as a process of its own."""

from __future__ import annotations

import time

import pytest
import serial

from hargen.device.virtual import VirtualBoard, program
from hargen.errors import DataError, DeviceError

bench = pytest.importorskip("sensor.bench", reason="the virtual board needs unicorn")

ROWS = [(n, -n, 8000 - 3 * n) for n in range(700)]


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "walk.csv"
    lines = [",".join(map(str, row)) for row in ROWS]
    path.write_text("\n".join(["x [counts],y [counts],z [counts]", *lines, ""]))
    return path


@pytest.fixture
def project(tmp_path, drivers):
    program(tmp_path, drivers())
    return tmp_path


def collect(board, count, seconds=20.0):
    """Return the polls that a board sends, until they hold so many samples."""
    data = b""
    with serial.serial_for_url(board.url, timeout=0.2) as port:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            data += port.read(4096)
            start = data.find((0xA5).to_bytes(4, "little"))
            polls = bench.parse(data[start:]) if start >= 0 else []
            if sum(len(poll.samples) for poll in polls) >= count:
                return polls
    pytest.fail(f"only {len(data)} bytes came")


def test_a_recording_comes_out_as_it_was_fed(project, recording):
    began = time.monotonic()
    with VirtualBoard(project, sensor=str(recording), fast=True) as board:
        polls = collect(board, 800)
        lived = board.state()["cycles"] / 160e6
        violations = board.violations()
    counts = [sample.counts for poll in polls for sample in poll.samples]

    assert violations == []
    first = ROWS.index(counts[0])
    assert counts == [ROWS[(first + n) % len(ROWS)] for n in range(len(counts))]
    assert lived > 20
    assert lived > time.monotonic() - began, "time leapt"


def test_faults_reach_the_sensor(project):
    with VirtualBoard(project, fast=True) as board:
        board.inject("sensor_identity", value=0x11)
        polls = collect(board, 0)
        while polls[-1].status != bench.WRONG_ID:
            polls = collect(board, 0)
        assert polls[-1].identity == 0x11
        board.inject("sensor_identity")
        still = [sample.counts for poll in collect(board, 20) for sample in poll.samples]

    assert set(still) == {(0, 0, 8197)}


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        ("sensor_smoke", {}, "sensor_smoke"),
        ("sensor_nack", {"count": 0}, "count is 0"),
        ("sensor_reset", {"seconds": -1}, "seconds is -1"),
        ("sensor_stuck", {"after_seconds": "soon"}, "after_seconds is 'soon'"),
        ("sensor_identity", {"value": 1.5}, "value is 1.5"),
    ],
)
def test_a_fault_that_cannot_be_is_refused(project, kind, fields, words):
    with VirtualBoard(project) as board, pytest.raises(DeviceError) as caught:
        board.inject(kind, **fields)

    assert words in str(caught.value.why)


@pytest.mark.parametrize("text", [None, "", "1,2\n", "x,y,z\n1,2,3\n"])
def test_a_recording_that_cannot_be_played_is_an_error_of_data(project, tmp_path, text):
    path = tmp_path / "broken.csv"
    if text is not None:
        path.write_text(text)

    with pytest.raises(DataError) as caught:
        VirtualBoard(project, sensor=str(path))
    assert caught.value.exit_code == 3
    assert "broken.csv" in str(caught.value.where)

"""Recordings, read back by hargen.datasets, which shares nothing with what wrote them."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from hargen import datasets
from hargen.errors import UsageError
from hargen.monitor.events import Counts
from hargen.monitor.labels import Labels
from hargen.monitor.recorder import HEADER, Recorder, check_target

from .conftest import samples

MG = 0.122
HZ = 26.0
EXTREMES: list[Counts] = [(-32768, 32767, 0), (1, -1, 2), (8197, -8197, 3)]


def ramp(first: int, count: int) -> list[Counts]:
    return [(n, -n, 8000 + n) for n in range(first, first + count)]


@pytest.fixture
def labels() -> Labels:
    return Labels(("walking", "running", 'stairs, "up"'))


@pytest.fixture
def recorder(tmp_path: Path, labels: Labels) -> Recorder:
    return Recorder(tmp_path / "mine.csv", labels, force=False)


def write(
    recorder: Recorder, blocks: list[list[Counts]], *, begin: float = 0.0, lost: int = 0
) -> float:
    """Write blocks that arrive one after the other, and return when the last one did."""
    now = begin
    for block in blocks:
        now += len(block) / HZ
        recorder.take(samples(now, block, lost=lost), mg_per_count=MG, period=1 / HZ)
        lost = 0
    return now


def counts_of(path: Path) -> list[list[tuple[int, ...]]]:
    """Return the counts of each recording of a file, as hargen reads it."""
    found = datasets.recordings(path)
    assert found.unit == "mg"
    return [
        [tuple(round(value / MG) for value in sample) for sample in one.samples]
        for one in found.recordings
    ]


def test_samples_come_back_equal(recorder: Recorder) -> None:
    given = [*EXTREMES, *ramp(-500, 1000)]
    write(recorder, [given[n : n + 13] for n in range(0, len(given), 13)])
    recorder.close()
    found = datasets.recordings(recorder.path)
    assert counts_of(recorder.path) == [given]
    assert found.sample_rate_hz == pytest.approx(HZ, rel=1e-4)
    assert recorder.samples == len(given)
    assert found.recordings[0].label == -1


@pytest.mark.parametrize("scale", [0.061, 0.122, 0.244, 0.488, 1 / 3, 1e-3, 0.12199999392032623])
def test_every_count_comes_back_at_any_scale(tmp_path: Path, labels: Labels, scale: float) -> None:
    recorder = Recorder(tmp_path / "all.csv", labels, force=False)
    every = np.arange(-32768, 32767, dtype=np.int64)[: 65535 // 3 * 3].reshape(-1, 3)
    block = [(int(x), int(y), int(z)) for x, y, z in every]
    recorder.take(samples(1.0, block), mg_per_count=scale, period=1 / HZ)
    recorder.close()
    (found,) = datasets.recordings(recorder.path).recordings
    np.testing.assert_array_equal(np.round(found.samples / scale), every)


def test_labels_cut_recordings_where_the_key_was_pressed(
    recorder: Recorder, labels: Labels
) -> None:
    labels.press(0.0, "1")
    write(recorder, [ramp(0, 26), ramp(26, 26)])
    # a second and a half in: the block that arrives at 2.0 s was begun without it
    labels.press(2.5, "3")
    write(recorder, [ramp(52, 26), ramp(78, 26)], begin=2.0)
    labels.press(4.0, "0")
    write(recorder, [ramp(104, 26)], begin=4.0)
    recorder.close()
    found = datasets.recordings(recorder.path)
    told = [
        (found.classes[one.label] if one.label >= 0 else "", len(one.samples))
        for one in found.recordings
    ]
    assert told == [("walking", 64), ('stairs, "up"', 40), ("", 26)]
    assert recorder.labelled == 104
    flat = [sample for one in counts_of(recorder.path) for sample in one]
    assert flat == ramp(0, 130)


def test_a_burst_of_blocks_does_not_make_labels_flicker(recorder: Recorder, labels: Labels) -> None:
    labels.press(9.5, "1")
    for number in range(4):  # all at once, as after a machine that stood still
        block = samples(10.0, ramp(26 * number, 26))
        recorder.take(block, mg_per_count=MG, period=1 / HZ)
    recorder.close()
    assert [len(one) for one in counts_of(recorder.path)] == [12, 92]


@pytest.mark.parametrize("lost", [1, 4, 5, 6, 100])
def test_a_gap_cuts_the_recording_however_short(recorder: Recorder, lost: int) -> None:
    write(recorder, [ramp(0, 40)])
    write(recorder, [ramp(40, 40)], begin=4.0, lost=lost)
    recorder.close()
    assert counts_of(recorder.path) == [ramp(0, 40), ramp(40, 40)]
    assert recorder.gaps == 1
    rows = [line.split(",") for line in recorder.path.read_text().splitlines()[1:]]
    step = float(rows[40][0]) - float(rows[39][0])
    assert step == pytest.approx(max(lost + 1, 6) / HZ, abs=2e-4)
    assert datasets.recordings(recorder.path).sample_rate_hz == pytest.approx(HZ, rel=1e-3)


def test_a_port_that_was_gone_is_a_gap_as_long_as_it_was(recorder: Recorder) -> None:
    end = write(recorder, [ramp(0, 26)])
    recorder.interrupt()
    write(recorder, [ramp(26, 26)], begin=end + 10.0)
    recorder.close()
    assert counts_of(recorder.path) == [ramp(0, 26), ramp(26, 26)]
    rows = [line.split(",") for line in recorder.path.read_text().splitlines()[1:]]
    assert float(rows[26][0]) - float(rows[25][0]) == pytest.approx(10 + 1 / HZ, abs=1e-3)
    assert recorder.gaps == 1


def test_a_new_stream_is_a_gap(recorder: Recorder) -> None:
    write(recorder, [ramp(0, 26)])
    recorder.take(samples(2.0, ramp(26, 26), stream=2), mg_per_count=MG, period=1 / HZ)
    recorder.close()
    assert counts_of(recorder.path) == [ramp(0, 26), ramp(26, 26)]
    assert recorder.gaps == 1


def test_what_went_before_the_first_sample_is_no_gap(recorder: Recorder) -> None:
    recorder.interrupt()
    write(recorder, [ramp(0, 26)], lost=9)
    recorder.close()
    assert recorder.gaps == 0
    assert recorder.path.read_text().splitlines()[1].startswith("0.0000,")


def test_the_times_tell_the_rate_that_was_measured(recorder: Recorder) -> None:
    for number in range(40):
        block = samples(number * 0.5, ramp(13 * number, 13))
        recorder.take(block, mg_per_count=MG, period=1 / 26.3)
    recorder.close()
    assert datasets.recordings(recorder.path).sample_rate_hz == pytest.approx(26.3, rel=1e-4)


def test_a_block_is_on_the_disk_as_soon_as_it_was_taken(recorder: Recorder) -> None:
    assert not recorder.path.exists(), "nothing before the first sample"
    write(recorder, [ramp(0, 13)])
    text = recorder.path.read_text()
    assert text.startswith(HEADER)
    assert len(text.splitlines()) == 14
    assert text.endswith("\n")
    write(recorder, [ramp(13, 13)], begin=0.5)
    assert len(recorder.path.read_text().splitlines()) == 27
    assert [path.name for path in recorder.path.parent.iterdir()] == ["mine.csv"]


KILLED = """
import sys
from pathlib import Path
from hargen.monitor.events import Samples
from hargen.monitor.labels import Labels
from hargen.monitor.recorder import Recorder
recorder = Recorder(Path(sys.argv[1]), Labels(("walking",), "walking"), force=False)
first = 0
while True:
    block = tuple((n % 1000, -n % 1000, 8000) for n in range(first, first + 13))
    recorder.take(Samples(first / 26, 1, 0, 0, block), mg_per_count=0.122, period=1 / 26)
    first += 13
    print(first, flush=True)
"""


def test_whatever_kills_it_whole_lines_are_left(tmp_path: Path) -> None:
    """Kill a recording process; what it said it wrote is there, and nothing half."""
    path = tmp_path / "killed.csv"
    for _ in range(3):
        path.unlink(missing_ok=True)
        with subprocess.Popen(
            [sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout
            said = [int(process.stdout.readline()) for _ in range(20)]
            time.sleep(0.01)
            process.send_signal(signal.SIGKILL)
            said += [int(line) for line in process.stdout if line.strip()]
        text = path.read_text()
        assert text.endswith("walking\n")
        assert all(line.count(",") == 4 for line in text.splitlines())
        written = len(text.splitlines()) - 1
        assert written in (said[-1], said[-1] + 13)
        assert sum(len(one) for one in counts_of(path)) == written


def test_a_full_disk_leaves_whole_lines(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(recorder, [ramp(0, 13)])
    before = recorder.path.read_text()
    real = os.write
    taken: list[int] = []

    def full(descriptor: int, data: bytes) -> int:
        if taken:
            raise OSError(errno.ENOSPC, "No space left on device")
        taken.append(1)
        return real(descriptor, bytes(data)[:100])

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(UsageError, match="No space left") as caught:
        write(recorder, [ramp(13, 13)], begin=0.5)
    assert caught.value.exit_code == 2
    recorder.close()
    assert recorder.path.read_text() == before


def test_a_first_block_that_fails_leaves_nothing(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(UsageError, match="Input/output error"):
        write(recorder, [ramp(0, 13)])
    assert list(recorder.path.parent.iterdir()) == []


def test_a_file_that_is_there_stays_until_the_first_sample(tmp_path: Path, labels: Labels) -> None:
    path = tmp_path / "old.csv"
    path.write_text("precious\n")
    recorder = Recorder(path, labels, force=True)
    assert path.read_text() == "precious\n"
    write(recorder, [ramp(0, 13)])
    recorder.close()
    assert counts_of(path) == [ramp(0, 13)]


def test_a_file_that_came_meanwhile_is_not_replaced(recorder: Recorder) -> None:
    recorder.path.write_text("precious\n")
    with pytest.raises(UsageError, match="it exists"):
        write(recorder, [ramp(0, 13)])
    assert recorder.path.read_text() == "precious\n"
    assert [path.name for path in recorder.path.parent.iterdir()] == ["mine.csv"]


def test_targets_that_cannot_be_are_refused(tmp_path: Path) -> None:
    there = tmp_path / "there.csv"
    there.write_text("precious\n")
    for path, force, words in [
        (there, False, "it exists"),
        (tmp_path, True, "it is no file"),
        (Path("/dev/null"), True, "it is no file"),
        (tmp_path / "no" / "such.csv", False, "there is no folder"),
    ]:
        with pytest.raises(UsageError, match=words):
            check_target(path, force=force)
    check_target(there, force=True)
    check_target(tmp_path / "new.csv", force=False)

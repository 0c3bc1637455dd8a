"""Counts, windows and int8: the three places where data can be put in."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hargen.datasets import Windows
from hargen.datasets.windows import Stream
from hargen.errors import DataError, UsageError
from hargen.preprocessing import Preprocessing, preset
from hargen.validate import counts
from hargen.validate.report import Report
from hargen.validate.validation import Request, validate

from .conftest import export

Start = Callable[[Path], str]
TEXT = """[preprocessing]
preset = "default"
window = 24
hop = 6
smoothing = {kind = "majority", windows = 5}
"""


def run(folder: Path, **fields: object) -> Report:
    return validate(Request(folder, **fields), lambda *_: None, lambda _: None)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def overlapping(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from hargen import models

    folder = tmp_path_factory.mktemp("overlap")
    (folder / "own.toml").write_text(TEXT)
    options = {"preprocessing": str(folder / "own.toml")}
    return export(folder / "har", models.default().tflite, **options)


def test_counts_go_through_the_boards_own_preprocessing(demo: Path, start: Start) -> None:
    report = run(demo, port=start(demo), synthetic=90, stage="raw")
    assert (report.stage, report.windows, report.lost) == ("raw", 90, 0)
    assert (report.bit_exact, report.twin_exact) == (90, 90)
    distance = report.preprocessing_distance
    assert distance is not None
    assert 0.0 < distance.rms < distance.max < 1e-4
    assert (distance.inputs, distance.inputs_differ, distance.classes_differ) == (6480, 0, 0)
    assert report.accuracy == report.reference_accuracy
    # six recordings of up to 16 windows, of which 6 begin before sample 125
    assert report.unsettled == 36
    assert report.clipped == 0
    assert report.cycles_preprocess is not None
    assert (report.smoothing, report.smoothed_accuracy) == (None, None)


def test_overlapping_windows_and_smoothing(overlapping: Path, start: Start) -> None:
    report = run(overlapping, port=start(overlapping), synthetic=120, stage="raw")
    assert (report.windows, report.bit_exact, report.twin_exact) == (120, 120, 120)
    assert report.smoothing == "majority of 5"
    assert report.smoothed_accuracy is not None
    assert report.smoothed_accuracy >= 0.9


def test_int8_windows(demo: Path, start: Start) -> None:
    report = run(demo, port=start(demo), synthetic=30, stage="int8")
    assert (report.stage, report.windows) == ("int8", 30)
    assert (report.bit_exact, report.twin_exact, report.labels_equal) == (30, 30, 30)
    as_windows = run(demo, port=start(demo), synthetic=30)
    assert as_windows.confusion == report.confusion
    assert (as_windows.twin_exact, as_windows.preprocessing_distance) == (30, None)


def test_a_board_that_filters_differently_is_seen(demo: Path, start: Start, tmp_path: Path) -> None:
    """The firmware of a project whose kernel was edited after it was built here."""
    folder = tmp_path / "edited"
    shutil.copytree(demo, folder)
    port = start(folder)
    source = folder / "Model/har_stream.c"
    text = source.read_text(encoding="utf-8")
    assert ".scale = {0.00119" in text
    source.write_text(text.replace(".scale = {0.00119", ".scale = {0.00118", 1), encoding="utf-8")
    report = run(folder, port=port, synthetic=30, stage="raw")
    assert report.twin_exact == 0


def test_windows_have_no_counts(demo: Path, start: Start, tmp_path: Path) -> None:
    np.savez(tmp_path / "windows.npz", x=np.ones((4, 24, 3), np.float32), y=np.zeros(4, np.int64))
    with pytest.raises(DataError, match="not samples as the sensor gives them"):
        run(demo, port=start(demo), data=tmp_path / "windows.npz", stage="raw")


def test_a_model_without_preprocessing_takes_windows_only(tmp_path: Path) -> None:
    from hargen import models

    folder = export(tmp_path / "har", models.default().tflite, preprocessing="none")
    with pytest.raises(UsageError, match="takes windows only"):
        run(folder, port="/dev/none", synthetic=3, stage="raw")


# --- counts


def stream(samples: np.ndarray, windows: int) -> Stream:
    return Stream(np.asarray(samples, np.float64), "g", windows)


def test_counts_are_rounded_and_clipped_samples_counted() -> None:
    spec = preset("st-zoo", window=2)
    found = counts.of([stream([[0.0, 1.0, -1.0], [5.0, -5.0, 0.0001]], 1)], spec)
    assert found.streams[0].tolist() == [[0, 8197, -8197], [32767, -32768, 1]]
    assert found.clipped == 1
    finer = Preprocessing.from_table(spec.to_table() | {"mg_per_count": 0.061})
    assert counts.of([stream([[0.0, 1.0, -1.0]] * 2, 1)], finer).streams[0][0, 1] == 16393


def test_no_sample_is_sent_behind_the_last_window() -> None:
    spec = preset("none", window=4, hop=3)
    found = counts.of([stream(np.zeros((20, 3)), 2), stream(np.zeros((4, 3)), 1)], spec)
    assert [len(one) for one in found.streams] == [7, 4]
    assert counts.windows(found, spec).shape == (3, 4, 3)


def test_the_first_windows_keep_their_streams() -> None:
    streams = (stream(np.zeros((9, 3)), 3), stream(np.zeros((9, 3)), 2))
    windows = Windows(
        x=np.zeros((5, 3, 3), np.float32),
        y=np.zeros(5, np.int64),
        classes=("a",),
        source="made by hand",
        streams=streams,
    )
    assert [one.windows for one in windows.first(4).streams] == [3, 1]
    assert [one.windows for one in windows.first(2).streams] == [2]
    assert windows.first(9) is windows
    assert windows.take(np.array([4, 0])).streams == ()
    with pytest.raises(ValueError, match="as many windows"):
        Windows(windows.x, windows.y, ("a",), "made by hand", streams=streams[:1])


@pytest.mark.parametrize("source", ["mobility_v1#test", "mobility_v1#train", "st_har_26hz"])
def test_streams_give_the_windows_that_the_reader_cut(shared: Path, source: str) -> None:
    from hargen import datasets
    from hargen.preprocessing.reference import to_windows

    spec = preset("none", window=24, hop=20)
    found = datasets.load(shared / "data" / source, window=24, preprocessing=spec)
    pieces = [to_windows(s.samples, spec, s.unit)[0][: s.windows] for s in found.streams]
    assert np.array_equal(np.concatenate(pieces), found.x)

"""Which preprocessing an export takes, and what it says and refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from hargen import board, models
from hargen.emit.project import ExportResult, export
from hargen.errors import DataError, ModelError
from hargen.validate import reference

MODEL = models.default().tflite


def run(folder: Path, **options: object) -> ExportResult:
    target = board.load("B-U585I-IOT02A")
    return export(MODEL, folder / "har", board=target, reference=reference.run, **options)  # type: ignore[arg-type]


def card(folder: Path, text: str) -> str:
    path = folder / "mine.toml"
    path.write_text(f"[preprocessing]\n{text}")
    return str(path)


def test_the_cards_is_taken_and_nothing_is_said(tmp_path: Path) -> None:
    result = run(tmp_path)
    assert result.notes == ()
    assert result.manifest.preprocessing.spec["preset"] == "default"
    assert (tmp_path / "har/Model/har_stream.c").is_file()


def test_another_one_is_warned_of(tmp_path: Path) -> None:
    result = run(tmp_path, preprocessing="st-zoo")
    assert result.manifest.preprocessing.spec["gravity"] == 9.8
    (note,) = result.notes
    assert "trained with the preprocessing 'default'" in note
    assert "st-zoo" in note


def test_what_the_network_does_not_see_may_change(tmp_path: Path) -> None:
    text = 'preset = "default"\nwindow = 24\nhop = 6\nsmoothing = {kind = "mean", windows = 4}\n'
    result = run(tmp_path, preprocessing=card(tmp_path, text))
    assert result.notes == ()
    header = (tmp_path / "har/Model/har.h").read_text()
    assert "#define HAR_HOP 6" in header
    assert "largest mean output of the last 4 windows" in header


def test_a_preprocessing_that_does_nothing_takes_no_samples(tmp_path: Path) -> None:
    run(tmp_path, preprocessing="none")
    assert not (tmp_path / "har/Model/har_stream.c").exists()
    assert "push_sample" not in (tmp_path / "har/Model/har.h").read_text()
    assert ".stream = NULL" in (tmp_path / "har/Model/hg_model.c").read_text()


@pytest.mark.parametrize(
    ("text", "error", "why"),
    [
        ('preset = "default"\nwindow = 25\n', ModelError, "25 samples and 3 axes do not fit"),
        ('preset = "none"\nwindow = 24\naxes = ["x", "y"]\n', ModelError, "2 axes do not fit"),
        ('preset = "default"\nwindow = 24\nhop = 0\n', DataError, "hop"),
        ('preset = "default"\nwindow = 24\nhop = 25\n', DataError, "hop is longer than the window"),
        (
            "window = 24\nhop = 24\nsample_rate_hz = 26.0\nfilter = {order = 1, cutoff_hz = 14.0,"
            " sections = [{b = [1.0, -1.0], a = [1.0, -0.5], settled = [-1.0]}]}\n",
            DataError,
            "half of the sample rate",
        ),
        (
            "window = 24\nhop = 24\nsample_rate_hz = 26.0\nfilter = {order = 1, cutoff_hz = 0.1,"
            " sections = [{b = [1.0, -1.0], a = [1.0, -1.5], settled = [-1.0]}]}\n",
            DataError,
            "not stable",
        ),
        (
            "window = 24\nhop = 24\nsample_rate_hz = 26.0\nfilter = {order = 1, cutoff_hz = 0.1,"
            " sections = [{b = [1.0, -1.0], a = [1.0, -0.99999], settled = [-1.0]}]}\n",
            DataError,
            "samples to settle",
        ),
    ],
)
def test_what_contradicts_the_model_or_itself_is_refused(
    tmp_path: Path, text: str, error: type[Exception], why: str
) -> None:
    with pytest.raises(error, match=why):
        run(tmp_path, preprocessing=card(tmp_path, text))
    assert not (tmp_path / "har").exists()


def test_neither_a_preset_nor_a_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no preset and no file 'st-zo'"):
        run(tmp_path, preprocessing="st-zo")
    (tmp_path / "other.toml").write_text("[model]\n")
    with pytest.raises(DataError, match="no table"):
        run(tmp_path, preprocessing=str(tmp_path / "other.toml"))

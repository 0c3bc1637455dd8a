"""The embedded default model: complete, and scoring what its card says."""

from __future__ import annotations

import runpy
import zipfile
from pathlib import Path

import numpy as np
import pytest

from hargen import models
from hargen.datasets import labels_for, load, synthetic
from hargen.errors import DataError
from hargen.preprocessing import preset
from hargen.validate import reference


def test_the_package_has_all_its_parts() -> None:
    model = models.default()
    assert model.card.classes == ("stationary", "walking", "running")
    assert model.card.preprocessing == preset("default", window=24)
    assert set(model.card.model.sha256) == {"keras", "tflite"}
    assert model.tflite.stat().st_size < 10_000
    assert zipfile.is_zipfile(model.keras)
    assert "BSD 3-Clause License" in (models.FOLDER / "README.md").read_text()


def test_the_keras_file_is_the_cards_too() -> None:
    model = models.default()
    assert models.read_card(model.keras) == model.card


def test_the_model_takes_and_gives_float32() -> None:
    answers = reference.run(models.default().tflite.read_bytes(), np.zeros((1, 72), np.float32))
    assert answers.shape == (1, 3)
    assert answers.dtype == np.float32


def test_the_card_adds_up() -> None:
    model = models.default()
    accuracy, data = model.card.accuracy, model.card.data
    assert tuple(data["held_out"]) == model.held_out
    assert not set(data["held_out"]) & set(data["trained_on"])
    rows = accuracy["per_recording"]
    assert {row["name"] for row in rows} == set(model.held_out)
    assert sum(row["windows"] for row in rows) == accuracy["windows"]
    assert sum(row["correct_int8"] for row in rows) == accuracy["correct_int8"]
    confusion = np.array(accuracy["confusion_int8"])
    assert confusion.sum() == accuracy["windows"]
    assert np.trace(confusion) == accuracy["correct_int8"]
    assert accuracy["int8"] == round(accuracy["correct_int8"] / accuracy["windows"], 4)


def test_it_scores_on_the_held_out_recordings_what_the_card_says(shared: Path) -> None:
    model = models.default()
    spec = model.card.preprocessing
    assert spec is not None and model.card.classes is not None
    folder = shared / "data" / "st_har_26hz"
    windows = load(folder, window=24, preprocessing=spec, recordings=model.held_out)
    answers = reference.run(model.tflite.read_bytes(), windows.x.reshape(len(windows), -1))
    y = labels_for(windows, model.card.classes).y
    found = answers.argmax(axis=1)
    confusion = np.zeros((3, 3), dtype=int)
    np.add.at(confusion, (y, found), 1)
    assert confusion.tolist() == model.card.accuracy["confusion_int8"]
    assert windows.recording is not None
    for row in model.card.accuracy["per_recording"]:
        mask = windows.recording == windows.recordings.index(row["name"])
        assert int(mask.sum()) == row["windows"]
        assert int((found == y)[mask].sum()) == row["correct_int8"]
    assert accuracy_of(found, y) > 0.95
    used = set(windows.recordings)  # every recording of the folder is on one side of the split
    assert used == set(model.held_out) | set(model.card.data["trained_on"])


def accuracy_of(found: np.ndarray, y: np.ndarray) -> float:
    return float((found == y).mean())


def test_synthetic_motion_makes_a_meaningful_demo() -> None:
    model = models.default()
    spec = model.card.preprocessing
    assert spec is not None
    windows = synthetic(300, window=24, preprocessing=spec, classes=model.card.classes)
    answers = reference.run(model.tflite.read_bytes(), windows.x.reshape(len(windows), -1))
    assert accuracy_of(answers.argmax(axis=1), windows.y) > 0.9


def test_the_held_out_list_is_what_the_script_draws(shared: Path) -> None:
    script = models.FOLDER.parents[1] / "tools" / "choose_held_out.py"
    choose_held_out = runpy.run_path(str(script))["choose_held_out"]
    assert tuple(choose_held_out(shared / "data" / "st_har_26hz")) == models.default().held_out


def test_a_damaged_installation_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "FOLDER", tmp_path)
    with pytest.raises(DataError, match="embedded model is missing"):
        models.default()


def test_lists_of_recordings(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("# held out\na/b\n\n  c/d \n")
    assert models.read_list(path) == ("a/b", "c/d")
    path.write_bytes(b"\xff\xff")
    with pytest.raises(DataError, match="list of recordings"):
        models.read_list(path)

"""hargen train from the command line to the files, and what it refuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from hargen.errors import ModelError
from hargen.files import sha256
from hargen.importers import model_file
from hargen.importers.keras.model import load
from hargen.preprocessing import preset, read_card
from hargen.train import loop, state

PARAMETERS = ("--set", "filters=[4, 6]")
SMALL = (*PARAMETERS, "--epochs", 3, "--batch", 32)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a training of two seeds on made-up motion."""
    from hargen.cli import main

    folder = tmp_path_factory.mktemp("trained")
    words = ["train", "tcnn", "--synthetic", 500, "--seeds", 2, *SMALL]
    words += ["-o", folder / "m.tflite", "--json", folder / "m.json"]
    assert main.run([str(word) for word in words]) == 0
    return folder


def test_network_card_and_curves_are_there(trained: Path) -> None:
    assert {path.name for path in trained.iterdir()} == {
        "m.keras",
        "m.tflite",
        "m.toml",
        "m.png",
        "m.json",
    }
    assert (trained / "m.png").read_bytes().startswith(b"\x89PNG")
    assert load(trained / "m.keras").outputs == 3
    assert model_file.read(trained / "m.tflite").graph.operators


def test_the_card_is_one_and_says_how_it_came_to_be(trained: Path) -> None:
    for name in ("m.keras", "m.tflite"):
        card = read_card(trained / name)
        assert card is not None
        assert card.model.sha256[name[2:]] == sha256(trained / name)
    assert card.classes == ("stationary", "walking", "running")
    assert card.preprocessing == preset("default", window=24)
    training, accuracy = card.training, card.accuracy
    assert training["family"] == "tcnn" and training["parameters"]["filters"] == [4, 6]
    split = training["split"]
    assert split["by"] == "recording" and len(split["sha256"]) == 64
    lists = [set(split[part]) for part in ("train", "validation", "test")]
    assert all(lists) and sum(map(len, lists)) == len(set.union(*lists))
    confusion = np.array(accuracy["confusion_int8"])
    assert confusion.sum() == accuracy["windows"]
    assert np.trace(confusion) == accuracy["correct_int8"]
    assert sum(row["windows"] for row in accuracy["per_group"]["each"]) == accuracy["windows"]
    assert {row["name"] for row in accuracy["per_group"]["each"]} == lists[2]
    each = [row["int8"] for row in accuracy["seeds"]["each"]]
    assert len(each) == 2
    assert accuracy["seeds"]["int8"]["mean"] == pytest.approx(np.mean(each), abs=1e-4)
    assert accuracy["seeds"]["int8"]["std"] == pytest.approx(np.std(each, ddof=1), abs=1e-4)
    assert training["weights_bytes"] > 0 and "keras" in training["versions"]


def test_the_json_has_every_network(trained: Path) -> None:
    found = json.loads((trained / "m.json").read_text())
    assert found["schema"] == 1
    rows = found["networks"]
    assert [row["seed"] for row in rows] == [0, 1]
    kept = next(row for row in rows if row["seed"] == found["training"]["seed"])
    assert kept["int8"] == found["accuracy"]["int8"]


def test_the_card_names_no_place_and_no_day(trained: Path) -> None:
    text = (trained / "m.toml").read_text()
    for word in (str(trained), str(Path.home()), "/tmp", "20:", "2025", "2026", "2027"):
        assert word not in text


def test_what_was_trained_scores_what_the_card_says_elsewhere(trained: Path, hargen) -> None:
    data = trained.parent / "windows.npz"
    from hargen.train.material import gather
    from hargen.train.request import Request
    from hargen.train.training import test_windows as windows_of

    found = gather(Request("tcnn", (), synthetic=500))
    windows = windows_of(found, 0)
    np.savez(data, x=windows.x, y=windows.y, classes=np.array(windows.classes))
    card = read_card(trained / "m.tflite")
    assert card is not None
    model = model_file.read(trained / "m.tflite")
    from hargen.validate import reference

    answers = reference.run(model.content, windows.x.reshape(len(windows), -1))
    assert int((answers.argmax(axis=1) == windows.y).sum()) == card.accuracy["correct_int8"]
    project = trained.parent / "project"
    code, _, _ = hargen("export", trained / "m.tflite", "-o", project, "--format", "c")
    assert code == 0


def test_interrupted_and_resumed_it_writes_the_same_bytes(
    trained: Path, tmp_path: Path, hargen, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = state._File.save
    saved: list[str] = []

    def interrupt(self: state._File, arrays: loop.Arrays) -> None:
        save(self, arrays)
        saved.append(self.name)
        if len(saved) == 5:
            raise KeyboardInterrupt

    words = ("train", "tcnn", "--synthetic", 500, "--seeds", 2, *SMALL, "-o", tmp_path / "m.tflite")
    with monkeypatch.context() as patch:
        patch.setattr(state._File, "save", interrupt)
        code, _, err = hargen(*words)
    assert code == 130
    assert "--resume goes on" in err
    assert saved == ["fold0-seed0.npz"] * 3 + ["fold0-seed1.npz"] * 2
    assert {path.name for path in tmp_path.iterdir()} == {"m.training"}

    code, _, err = hargen(*words)
    assert code == 2 and "there is an interrupted training" in err
    code, _, err = hargen(*words, "--resume", "--seed", 7)
    assert code == 2 and "another one: data, split differ" in err
    assert hargen(*words, "--resume")[0] == 0
    for name in ("m.keras", "m.tflite", "m.png", "m.toml"):
        assert (tmp_path / name).read_bytes() == (trained / name).read_bytes()
    assert not (tmp_path / "m.training").exists()


def test_a_broken_state_is_an_error(tmp_path: Path, hargen) -> None:
    words = ("train", "tcnn", "--synthetic", 300, *SMALL, "-o", tmp_path / "m.keras")
    folder = tmp_path / "m.training"
    code, _, err = hargen(*words, "--resume")
    assert code == 2 and "no interrupted training" in err
    folder.mkdir()
    code, _, err = hargen(*words, "--force")
    assert code == 2 and "is no interrupted training" in err
    (folder / "training.json").write_text("{")
    code, _, err = hargen(*words, "--resume")
    assert code == 3 and "begin anew by --force" in err
    shutil.rmtree(folder)


def test_a_training_that_fails_keeps_nothing_to_go_on_with(
    tmp_path: Path, hargen, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object, **options: object) -> None:
        assert (tmp_path / "m.training").is_dir()
        raise ModelError("the network is of no use")

    monkeypatch.setattr("hargen.train.archive.keras_bytes", fail)
    code, _, err = hargen("train", "tcnn", "--synthetic", 300, *SMALL, "-o", tmp_path / "m.keras")
    assert code == 3 and "of no use" in err
    assert not list(tmp_path.iterdir())


def test_folds_test_every_recording(tmp_path: Path, hargen, subjects) -> None:
    data = subjects("w", 6)
    output = tmp_path / "m.keras"
    words = ("train", "gmp", "-d", data, "--folds", 2, "--epochs", 1, "--batch", 16, "-o", output)
    code, out, err = hargen(*words)
    assert code == 0, err
    card = read_card(output)
    assert card is not None
    assert len(card.accuracy["folds"]) == 2
    names = [row["name"] for row in card.accuracy["per_group"]["each"]]
    assert sorted(names) == [f"wisdm51:{n}" for n in range(1600, 1606)]
    assert "by subject" in out


def test_random_windows_are_said_to_run_high(tmp_path: Path, hargen, subjects) -> None:
    output = tmp_path / "m.keras"
    words = ("train", "tcnn", "-d", subjects("w", 2), "--split", "windows", *SMALL, "-o", output)
    code, out, _ = hargen(*words)
    assert code == 0
    assert "run high" in out
    card = read_card(output)
    assert card is not None
    assert (
        "run high" in card.accuracy["warning"] and "run high" in card.training["split"]["warning"]
    )


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("train", "tcnn", "-o", "{}/m.keras"), 2, "nothing to train on"),
        (("train", "lstm", "--synthetic", 300, "-o", "{}/m.keras"), 2, "no family 'lstm'"),
        (("train", "tcnn", "--synthetic", 300, "-o", "{}/m.h5"), 2, "has to be called"),
        (("train", "tcnn", "--synthetic", 300, "-o", "{}/no/m.keras"), 2, "there is no folder"),
        (("train", "tcnn", "--synthetic", 300, "-o", "{}/taken.keras"), 2, "a file already"),
        (("train", "tcnn", "-d", "{}/none", "-o", "{}/m.keras"), 3, "no such file"),
        (("train", "tcnn", "--synthetic", 20, "-o", "{}/m.keras"), 3, "fewer than one batch"),
        (("train", "ign", "--synthetic", 300, "-w", 8, "-o", "{}/m.keras"), 2, "too short"),
        (("train", "tcnn", "--synthetic", 300, "-s", "a=1", "-o", "{}/m.keras"), 2, "--set a"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(
    tmp_path: Path, hargen, words, code: int, message: str
) -> None:
    (tmp_path / "taken.keras").write_bytes(b"mine")
    found, _, err = hargen(*(str(word).format(tmp_path) for word in words))
    assert found == code
    assert message in err
    assert [path.name for path in tmp_path.iterdir()] == ["taken.keras"]
    assert (tmp_path / "taken.keras").read_bytes() == b"mine"


def test_nothing_is_written_where_the_curves_could_not_be(
    tmp_path: Path, hargen, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "matplotlib", None)
    code, _, err = hargen("train", "tcnn", "--synthetic", 300, "-o", tmp_path / "m.keras")
    assert code == 4
    assert "hargen[train]" in err
    assert not list(tmp_path.iterdir())

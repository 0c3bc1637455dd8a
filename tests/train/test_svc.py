"""Support vector classifiers: fitted, exported, measured by onnxruntime."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hargen.importers import model_file
from hargen.ir.ops.svm import SvmDecision
from hargen.preprocessing import read_card
from hargen.train import svc
from hargen.train.families.svc import _share
from hargen.train.material import gather
from hargen.train.request import Request
from hargen.train.training import test_windows as windows_of
from hargen.validate import onnx_reference

pytest.importorskip("sklearn")
pytest.importorskip("skl2onnx")

SMALL = ("--synthetic", 900, "-s", "fraction=0.3", "-s", "components=12")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from hargen.cli import main

    path = tmp_path_factory.mktemp("svc") / "m.onnx"
    words = ["train", "svc", *SMALL, "--seeds", 2, "-o", path]
    assert main.run([str(word) for word in words]) == 0
    return path


def test_it_is_a_classifier_that_hargen_imports(written: Path) -> None:
    graph = model_file.read(written).graph
    (decision,) = [op for op in graph.operators if isinstance(op, SvmDecision)]
    assert decision.classes == 3
    assert {path.name for path in written.parent.iterdir()} == {"m.onnx", "m.toml"}


def test_the_card_says_what_it_scores(written: Path) -> None:
    card = read_card(written)
    assert card is not None
    found = gather(Request("svc", (), synthetic=900))
    windows = windows_of(found, 0)
    answers = onnx_reference.run(written.read_bytes(), windows.x.reshape(len(windows), -1))
    assert int((answers.classes == windows.y).sum()) == card.accuracy["correct_float32"]
    assert card.accuracy["float32"] > 0.6
    assert "int8" not in card.accuracy
    assert card.training["parameters"]["components"] == 12
    assert card.training["split"]["sha256"] == found.splits[0].sha256()
    assert len(card.accuracy["seeds"]["each"]) == 2


def test_the_same_seed_gives_the_same_bytes() -> None:
    request = Request("svc", (), synthetic=300, parameters={"fraction": 0.3})
    found = gather(request)
    one, same = (svc.run(request, found).chosen.onnx for _ in range(2))
    assert one == same


def test_a_share_of_every_stratum() -> None:
    cell = np.repeat([0, 1, 2], [200, 40, 3])
    picks = _share(cell, 0.1, np.random.default_rng(0))
    assert np.bincount(cell[picks]).tolist() == [20, 4, 2]
    assert len(np.unique(picks)) == len(picks)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("-o", "{}/m.keras"), "has to be called .onnx"),
        (("-o", "{}/m.onnx", "--resume"), "not resumed"),
        (("-o", "{}/m.onnx", "-s", "gamma=0"), "--set gamma"),
        (("-o", "{}/m.onnx", "-w", 7), "too short for the network, which needs 9 samples"),
        (("-o", "{}/m.onnx", "-w", 8), "too short for the network, which needs 9 samples"),
    ],
)
def test_what_is_refused(tmp_path: Path, hargen, words, message: str) -> None:
    given = (str(word).format(tmp_path) for word in words)
    code, _, err = hargen("train", "svc", "--synthetic", 600, *given)
    assert code == 2
    assert message in err
    assert not list(tmp_path.iterdir())


def test_more_components_than_windows(tmp_path: Path, hargen) -> None:
    code, _, err = hargen("train", "svc", "--synthetic", 240, "-o", tmp_path / "m.onnx")
    assert code == 3
    assert "windows are too few to find 24 components in" in err
    assert "--set fraction" in err
    assert not list(tmp_path.iterdir())


def test_without_scikit_learn_the_extra_is_named(
    tmp_path: Path, hargen, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "skl2onnx", None)
    code, _, err = hargen("train", "svc", "--synthetic", 300, "-o", tmp_path / "m.onnx")
    assert code == 4
    assert "hargen[train]" in err

"""hargen quantize and export of Keras models with another preprocessing than the card's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.keras_files import save, small_network

from hargen import files, manifest
from hargen.importers import model_file
from hargen.ir.ops.quantize import Quantize
from hargen.preprocessing import preset, read_card

from .conftest import Hargen

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

BOARD = "B-U585I-IOT02A"
CARD = """[preprocessing]
preset = "none"
window = 12

[classes]
names = ["a", "b", "c"]
"""
MINE = """[preprocessing]
preset = "none"
window = 12
normalization = { mean = [1.0, 0.0, -1.0], std = [2.0, 3.0, 4.0] }
"""


@pytest.fixture(scope="module")
def network() -> Any:
    return small_network()


@pytest.fixture
def model(network: Any, tmp_path: Path) -> Path:
    path = save(network, tmp_path / "walk.keras")
    (tmp_path / "walk.toml").write_text(CARD)
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Class folders of CSV in m/s2, one of each of the network's classes."""
    rng = np.random.default_rng(6)
    folder = tmp_path / "data"
    for index, name in enumerate("abc"):
        (folder / name).mkdir(parents=True)
        for number in range(4):
            values = rng.normal(index - 1, 3, (12 * 12, 3))
            rows = [",".join(f"{v:.5f}" for v in row) for row in values]
            (folder / name / f"{number}.csv").write_text("\n".join(["x,y,z", *rows]) + "\n")
    (folder / "data.toml").write_text('unit = "m/s2"\nsample_rate_hz = 26\n')
    return folder


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(MINE)
    return path


def highest(path: Path) -> float:
    """Return the highest value that a .tflite's int8 input stands for."""
    graph = model_file.read(path).graph
    (first,) = (
        op for op in graph.operators if isinstance(op, Quantize) and op.input == graph.input
    )
    source = graph.tensors[first.output]
    return float(source.scale * (127 - source.zero_point))


def test_it_calibrates_is_warned_of_and_goes_into_the_card(
    hargen: Hargen, model: Path, data: Path, mine: Path, tmp_path: Path
) -> None:
    found_highest = {}
    for name, options in (("own", ()), ("other", ("--preprocessing", mine))):
        target = tmp_path / f"{name}.tflite"
        found = hargen("quantize", model, "-o", target, "-r", data, "--max-drop", 100, *options)
        assert found.code == 0, found
        assert ("trained with the preprocessing" in found.err) == (name == "other")
        found_highest[name] = highest(target)
        card = read_card(target)
        assert card is not None
        assert card.preprocessing is not None
        assert (card.preprocessing.normalization is not None) == (name == "other")
        assert card.classes == ("a", "b", "c")
    # normalized values are about half as large, and so is what int8 has to hold
    assert found_highest["other"] < 0.7 * found_highest["own"]
    # what was quantized for it is exported without another word
    found = hargen("export", tmp_path / "other.tflite", "-o", tmp_path / "har", "-b", BOARD)
    assert found.code == 0, found
    assert "trained with" not in found.err


def test_export_calibrates_by_what_it_exports(
    hargen: Hargen, model: Path, data: Path, mine: Path, tmp_path: Path
) -> None:
    folder, direct = tmp_path / "har", tmp_path / "direct.tflite"
    options = ("-r", data, "--max-drop", 100, "--preprocessing", mine)
    found = hargen("export", model, "-o", folder, "-b", BOARD, *options)
    assert found.code == 0, found
    assert found.err.count("trained with the preprocessing") == 1
    exported = manifest.read(folder)
    assert exported.preprocessing.spec["normalization"]["mean"] == [1.0, 0.0, -1.0]
    assert hargen("quantize", model, "-o", direct, *options).code == 0
    assert exported.model.sha256 == files.sha256(direct)


def test_a_model_without_a_card_gets_one(
    hargen: Hargen, model: Path, data: Path, tmp_path: Path
) -> None:
    (tmp_path / "walk.toml").unlink()
    target = tmp_path / "out.tflite"
    found = hargen(
        *("quantize", model, "-o", target, "-r", data, "-c", "a,b,c", "--max-drop", 100),
        *("--preprocessing", "none"),
    )
    assert found.code == 0, found
    card = read_card(target)
    assert card is not None
    assert card.preprocessing == preset("none", window=12)


@pytest.mark.parametrize(
    ("asked", "why"),
    [("st-zo", "no preset and no file 'st-zo'"), ("long.toml", "windows of 24 samples")],
)
def test_what_does_not_fit_is_refused(
    hargen: Hargen, model: Path, data: Path, tmp_path: Path, asked: str, why: str
) -> None:
    (tmp_path / "long.toml").write_text('[preprocessing]\npreset = "default"\nwindow = 24\n')
    name = tmp_path / asked if asked.endswith(".toml") else asked
    target = tmp_path / "out.tflite"
    found = hargen("quantize", model, "-o", target, "-r", data, "--preprocessing", name)
    assert found.code == 3
    assert why in found.err
    assert "hint:" in found.err
    assert not target.exists()

"""hargen search from the command line to the files, and what it refuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

SMALL = ("--synthetic", 300, "--epochs", 2, "--batch", 32, "--max-flash", 1.0, "--max-ram", 0.5)


@pytest.fixture(scope="module", autouse=True)
def _tools() -> None:
    pytest.importorskip("unicorn")
    if shutil.which("arm-none-eabi-gcc") is None:
        pytest.skip("needs arm-none-eabi-gcc")


def test_a_search_goes_on_and_train_takes_what_it_found(tmp_path: Path, hargen) -> None:
    folder = tmp_path / "found"
    code, printed, told = hargen("search", *SMALL, "--trials", 1, "-o", folder)
    assert code == 0, told
    assert "[1/1] trial 0 trained" in told
    code, _, told = hargen("search", *SMALL, "--trials", 1, "-o", folder, "--window", 26)
    assert code == 2
    assert "the study is of another problem: data, preprocessing, window differ" in told
    found = tmp_path / "two.json"
    code, printed, told = hargen("search", *SMALL, "--trials", 2, "-o", folder, "--json", found)
    assert code == 0, told
    assert "going on: 1 of 2 networks are done" in told
    assert "best: trial" in printed
    table = json.loads(found.read_text())
    assert table["trials"]["trained"] == 2
    assert table == json.loads((folder / "pareto.json").read_text())
    rows = {row["trial"]: row for row in (*table["front"], *table["others"])}
    assert sorted(rows) == [0, 1]  # the family's own and the smallest
    assert rows[1]["flash_bytes"] < rows[0]["flash_bytes"] <= 1024
    assert rows[1]["instructions"] < rows[0]["instructions"]
    best = rows[table["best"]]

    network = tmp_path / "best.tflite"
    trained = tmp_path / "best.json"
    options = (*SMALL[:6], "--params", folder / "best.toml", "-o", network, "--json", trained)
    assert hargen("train", "tcnn", *options)[0] == 0
    training = json.loads(trained.read_text())["training"]
    assert training["parameters"] == best["parameters"]
    assert training["weights_bytes"] == best["flash_bytes"]
    assert training["validation"]["mean_recall_int8"] == best["score"]["mean"]


def test_limits_that_nothing_keeps(tmp_path: Path, hargen) -> None:
    limits = ("--max-flash", 0.05, "--max-ram", 0.05)
    code, _, told = hargen("search", *SMALL[:6], *limits, "-o", tmp_path)
    assert code == 6
    assert "no network keeps the limits (51 B of weights, 51 B of activations)" in told
    assert "the smallest needs 64 B (0.062 KiB) of weights, 76 B" in told
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".db"] == []


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("--trials", 0), 2, "--trials"),
        (("--jobs", 0), 2, "--jobs"),
        (("--max-flash", 0), 2, "--max-flash"),
        (("--board", "none"), 2, "none"),
        (("--classes", "walking"), 2, "at least two"),
        (("--storage", "nowhere://host/db"), 2, "no kind of storage"),
        (("--storage", "sqlite:////none/of/it.db"), 4, "cannot be reached"),
        (("--goal", "none"), 2, "--goal"),
    ],
)
def test_what_is_refused(
    words: tuple[object, ...], code: int, message: str, tmp_path: Path, hargen
) -> None:
    found, _, told = hargen("search", *SMALL, *words, "-o", tmp_path / "found")
    assert (found, message in told) == (code, True), told


def test_nothing_to_train_on(tmp_path: Path, hargen) -> None:
    code, _, told = hargen("search", "-o", tmp_path / "found")
    assert code == 2
    assert "nothing to train on" in told
    assert not (tmp_path / "found").exists()

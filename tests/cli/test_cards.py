"""Cards that cannot be, through every command that takes one: one clear error, nothing written.

What is wrong is named, where, and what to do; the exit code is 3, and nothing is half-written.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import BOARD, Hargen, Result

FILTER = (
    "filter = {{order = 1, cutoff_hz = {cutoff}, sections = [{{b = [1.0, -1.0], a = [1.0, {pole}],"
    " settled = [-1.0]}}]}}\n"
)
BASE = "window = 24\nhop = 24\nsample_rate_hz = 26.0\n"
WRONG = {
    "another window": ('preset = "default"\nwindow = 25\n', "25 samples and 3 axes do not fit"),
    "other axes": ('preset = "none"\nwindow = 24\naxes = ["x", "z"]\n', "2 axes do not fit"),
    "an axis twice": ('preset = "none"\nwindow = 24\naxes = ["x", "x", "z"]\n', "different ones"),
    "a filter above Nyquist": (
        BASE + FILTER.format(cutoff=14.0, pole=-0.5),
        "cutoff is not below half of the sample rate",
    ),
    "a hop of zero": ('preset = "default"\nwindow = 24\nhop = 0\n', "hop"),
    "a hop over the window": ('preset = "default"\nwindow = 24\nhop = 25\n', "hop is longer"),
    "unstable coefficients": (BASE + FILTER.format(cutoff=0.4, pole=-1.5), "not stable"),
    "a pole on the circle": (BASE + FILTER.format(cutoff=0.4, pole=-1.0), "not stable"),
    "an unknown preset": ('preset = "defualt"\nwindow = 24\n', "unknown preset 'defualt'"),
    "an unknown key": ('preset = "default"\nwindow = 24\nhopp = 3\n', "hopp"),
    "a text for a number": ('preset = "default"\nwindow = "24"\n', "window"),
    "no TOML": ("window = \n", "not valid TOML"),
}
MODEL_ALONE = ("another window", "other axes")
"""What is wrong only beside a model of 24 samples and three axes."""


def refused(found: Result, why: str, folder: Path, before: list[Path]) -> None:
    assert found.code == 3, found
    assert found.err.startswith("error: ") or "\nerror: " in found.err
    assert why in found.err
    assert "hint: " in found.err
    assert ".toml" in found.err or ".tflite" in found.err  # where
    assert sorted(folder.rglob("*")) == before


@pytest.fixture
def wrong(tmp_path: Path) -> Callable[[str], tuple[Path, str]]:
    """Return a function that writes the card of that name, and gives what is said of it."""

    def write(name: str, path: str = "mine.toml") -> tuple[Path, str]:
        text, why = WRONG[name]
        (tmp_path / path).write_text(f"[preprocessing]\n{text}")
        return tmp_path / path, why

    return write


@pytest.mark.parametrize("name", WRONG)
def test_a_card_beside_the_model(
    hargen: Hargen, model: Path, tmp_path: Path, wrong: Callable[..., tuple[Path, str]], name: str
) -> None:
    shutil.copy(model, tmp_path / "walk.tflite")
    _, why = wrong(name, "walk.toml")
    before = sorted(tmp_path.rglob("*"))
    found = hargen("export", tmp_path / "walk.tflite", "-o", tmp_path / "har", "-b", BOARD)
    refused(found, why, tmp_path, before)


@pytest.mark.parametrize("name", WRONG)
def test_a_card_in_place_of_the_models(
    hargen: Hargen, tmp_path: Path, wrong: Callable[..., tuple[Path, str]], name: str
) -> None:
    card, why = wrong(name)
    before = sorted(tmp_path.rglob("*"))
    arguments = ("export", "default", "-o", tmp_path / "har", "-b", BOARD)
    refused(hargen(*arguments, "--preprocessing", card), why, tmp_path, before)


@pytest.mark.parametrize("name", [name for name in WRONG if name not in MODEL_ALONE])
@pytest.mark.parametrize("command", ["train", "search"])
def test_a_card_to_train_by(
    hargen: Hargen,
    tmp_path: Path,
    wrong: Callable[..., tuple[Path, str]],
    name: str,
    command: str,
) -> None:
    pytest.importorskip("optuna")
    pytest.importorskip("tensorflow")
    card, why = wrong(name)
    before = sorted(tmp_path.rglob("*"))
    family, target = (("tcnn",), "walk.keras") if command == "train" else ((), "found")
    found = hargen(
        *(command, *family, "-o", tmp_path / target, "--synthetic", 300, "--preprocessing", card)
    )
    refused(found, why, tmp_path, before)


def test_what_changes_after_training_is_warned_of_and_done(hargen: Hargen, tmp_path: Path) -> None:
    """The card's own words for it: the preset's name, and that the answers may be worse."""
    arguments = ("export", "default", "-b", BOARD, "-o")
    assert "note" not in hargen(*arguments, tmp_path / "own").err
    found = hargen(*arguments, tmp_path / "other", "--preprocessing", "st-zoo")
    assert found.code == 0
    assert "trained with the preprocessing 'default'" in found.err
    assert "may be worse" in found.err
    assert 'initial = "settled-or-one"' in (tmp_path / "other/hargen.toml").read_text()

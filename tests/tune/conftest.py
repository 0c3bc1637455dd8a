"""What the tests of hargen.tune share: the command line, and a cache of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from cli.conftest import Hargen, Result, hargen

from hargen import board as boards
from hargen.tune.cache import VARIABLE
from hargen.tune.measured import Subject
from hargen.validate import expected

__all__ = ["Hargen", "Result", "hargen"]

BOARD = "B-U585I-IOT02A"
NETWORKS = Path(__file__).parents[1] / "bench/networks"


@pytest.fixture(scope="session")
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder in which the tests' figures are remembered."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def own_cache(cache_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the user's cache out of it."""
    monkeypatch.setenv(VARIABLE, str(cache_folder))


@pytest.fixture
def subject() -> Callable[[str], Subject]:
    """Return a function of a network's name."""

    def of(name: str) -> Subject:
        return Subject(NETWORKS / f"{name}.tflite", boards.load(BOARD), expected.outputs)

    return of

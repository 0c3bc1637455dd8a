"""What tests of the search share: a small problem, trials without training, and the command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hargen.cli import main
from hargen.train.recipe import Recipe
from hargen.train.request import Request
from hargen.train.search.request import Limits, SearchRequest

BOARD = "B-U585I-IOT02A"


@pytest.fixture
def request_of(tmp_path: Path) -> Callable[..., SearchRequest]:
    """Return a function that makes a small search; its arguments replace what it asks for."""

    def make(**other: Any) -> SearchRequest:
        training = Request(
            family="tcnn",
            data=(),
            synthetic=300,
            test_share=0.0,
            recipe=Recipe(epochs=2, batch=32),
        )
        asked = {
            "training": training,
            "limits": Limits(flash=1024),
            "trials": 2,
            "board": BOARD,
            "storage": str(tmp_path / "study.db"),
            "study": "tcnn",
            "beat_seconds": 0.5,
        }
        return SearchRequest(**(asked | other))

    return make


@pytest.fixture
def hargen(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    """Return a function that runs hargen and gives its exit code and what it printed."""
    monkeypatch.delenv("HARGEN_DEBUG", raising=False)

    def run(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main.run([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.out + printed.err
        return code, printed.out, printed.err

    return run

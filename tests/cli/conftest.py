"""Runs the command line inside the test's process, which is quick and shows what it prints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from hargen import models
from hargen.cli import main

BOARD = "B-U585I-IOT02A"


@dataclass(frozen=True)
class Result:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


Hargen = Callable[..., Result]


@pytest.fixture
def hargen(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Hargen:
    """Return a function that runs hargen with the given arguments."""
    monkeypatch.delenv("HARGEN_DEBUG", raising=False)

    def run(*arguments: object) -> Result:
        capsys.readouterr()
        code = main.run([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.out + printed.err
        return Result(code, printed.out, printed.err)

    return run


@pytest.fixture(scope="session")
def model() -> Path:
    """Return the embedded model."""
    return models.default().tflite


@pytest.fixture
def project(hargen: Hargen, tmp_path: Path) -> Path:
    """Return a freshly exported project."""
    folder = tmp_path / "project"
    assert hargen("export", "default", "-o", folder, "--board", BOARD).code == 0
    return folder

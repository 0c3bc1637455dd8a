"""hargen by its command line, in this process: TensorFlow starts once for all tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from hargen.cli import main


@dataclass(frozen=True)
class Result:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


Hargen = Callable[..., Result]


@pytest.fixture
def hargen(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Hargen:
    """Return a function that runs a command and never takes a traceback for an answer."""
    monkeypatch.delenv("HARGEN_DEBUG", raising=False)

    def run(*arguments: object) -> Result:
        capsys.readouterr()
        code = main.run([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.out + printed.err
        return Result(code, printed.out, printed.err)

    return run

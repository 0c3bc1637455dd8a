"""One test for every pipeline that the run asks for; the command line inside the test's process."""

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


@pytest.fixture
def hargen(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    """Return a function that runs hargen with the given arguments."""
    monkeypatch.delenv("HARGEN_DEBUG", raising=False)

    def run(*arguments: object) -> Result:
        capsys.readouterr()
        code = main.run([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.out + printed.err
        return Result(code, printed.out, printed.err)

    return run


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "pipeline_seed" in metafunc.fixturenames:
        metafunc.parametrize("pipeline_seed", range(metafunc.config.getoption("--networks") // 10))

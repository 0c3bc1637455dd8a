"""The whole way, as a user walks it: every step is a hargen of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
BOARD = "B-U585I-IOT02A"
PROGRAM = "from hargen.cli.main import main; main()"


@dataclass(frozen=True)
class Result:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        """The report that --json - printed."""
        found: dict[str, Any] = json.loads(self.out)
        return found


Hargen = Callable[..., Result]


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-c", PROGRAM, *map(str, arguments)]


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT)}


@pytest.fixture(scope="session")
def hargen() -> Hargen:
    """Return a function that runs hargen as a process, in a folder."""

    def run(*arguments: object, cwd: Path | None = None) -> Result:
        done = subprocess.run(
            command(*arguments),
            cwd=cwd,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Result(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture(scope="session")
def emulator() -> None:
    """Skip where the virtual board cannot run."""
    pytest.importorskip("unicorn", reason="the virtual board needs unicorn")


@pytest.fixture(scope="session")
def flashed(
    request: pytest.FixtureRequest, hargen: Hargen, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return a project of the embedded model whose virtual board was flashed; not to be changed."""
    request.getfixturevalue("emulator")
    folder = tmp_path_factory.mktemp("e2e") / "demo"
    for arguments in (
        ("export", "default", "-o", folder, "--board", BOARD),
        ("flash", folder, "--board", BOARD, "--virtual"),
    ):
        found = hargen(*arguments)
        assert found.code == 0, found
    return folder

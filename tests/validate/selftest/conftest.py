"""A board that runs another model, and a self-test in a hurry."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import firmware

from hargen.validate.selftest import clock, echo


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the checks repeat less: on a pseudo-terminal they prove no more by it."""
    monkeypatch.setattr(clock, "_PAIR_SECONDS", 0.1)
    monkeypatch.setattr(echo, "_ROUNDS", 1)


@pytest.fixture
def host(tmp_path: Path) -> Iterator[str]:
    """Yield the pseudo-terminal of the firmware around the tiny model."""
    program = firmware.compile_host(tmp_path)
    process = subprocess.Popen([str(program)], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()

"""The native firmware, compiled once under the sanitizers."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import firmware
from support.wire import FaultyBoard


@pytest.fixture(scope="session")
def host_program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the firmware as a native process."""
    return firmware.compile_host(tmp_path_factory.mktemp("host"))


@pytest.fixture
def board(host_program: Path) -> Iterator[FaultyBoard]:
    """Yield a board on a wire whose faults the test sets."""
    with FaultyBoard(host_program) as running:
        yield running


@pytest.fixture
def terminal(host_program: Path) -> Iterator[str]:
    """Yield the pseudo-terminal of a board whose wire garbles at a wrong rate."""
    process = subprocess.Popen([str(host_program)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()

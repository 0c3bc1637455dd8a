"""Fixtures of the virtual board's tests."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from emulator.firmware_build import build

if TYPE_CHECKING:
    from emulator.harness import Outcome

Build = Callable[..., Path]
Run = Callable[..., "Outcome"]


@pytest.fixture(scope="session", autouse=True)
def tools() -> None:
    """Skip where the virtual board or its compiler is missing."""
    pytest.importorskip("unicorn", reason="the virtual board needs unicorn")
    if shutil.which("arm-none-eabi-gcc") is None:
        pytest.skip("needs arm-none-eabi-gcc")


@pytest.fixture(scope="session")
def firmware(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Return a function (source, defines=()) -> ELF that compiles each firmware once."""
    folder = tmp_path_factory.mktemp("firmware")
    made: dict[tuple[object, ...], Path] = {}

    def get(*sources: str, defines: tuple[str, ...] = ()) -> Path:
        key = *sources, defines
        if key not in made:
            made[key] = build(folder, *sources, defines=defines)
        return made[key]

    return get


@pytest.fixture
def play(tmp_path: Path, firmware: Build) -> Run:
    """Return a function (*sources, defines=(), **how) -> Outcome that runs a firmware."""

    def go(*sources: str, defines: tuple[str, ...] = (), **how: Any) -> Outcome:
        from emulator.harness import run  # imports unicorn

        return run(tmp_path, firmware(*sources, defines=defines), **how)

    return go

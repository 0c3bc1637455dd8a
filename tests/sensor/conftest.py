"""Fixtures of the sensor's tests."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def drivers(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return a function (*defines) -> ELF of the drivers in a small firmware."""
    pytest.importorskip("unicorn", reason="the virtual board needs unicorn")
    if shutil.which("arm-none-eabi-gcc") is None:
        pytest.skip("needs arm-none-eabi-gcc")
    from sensor import bench

    folder = tmp_path_factory.mktemp("drivers")
    made: dict[tuple[str, ...], Path] = {}

    def get(*defines: str) -> Path:
        if defines not in made:
            made[defines] = bench.build(folder, *defines)
        return made[defines]

    return get


@pytest.fixture
def play(tmp_path: Path, drivers: Callable[..., Path]) -> Callable[..., Any]:
    """Return a function (seconds, faults, *, defines=(), **how) -> bench.Run."""
    from sensor import bench

    def go(seconds: float, faults: Any = (), *, defines: tuple[str, ...] = (), **how: Any) -> Any:
        return bench.play(tmp_path, drivers(*defines), seconds, faults, **how)

    return go

"""What tests of training share: made-up recordings and small requests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hargen.cli import main
from hargen.train.material import Material, gather
from hargen.train.pool import Pool
from hargen.train.recipe import Recipe
from hargen.train.request import Request


@pytest.fixture(scope="session")
def small() -> Request:
    """Return a request that trains in a second or two."""
    return Request(
        family="tcnn",
        data=(),
        synthetic=500,
        parameters={"filters": [4, 6]},
        recipe=Recipe(epochs=4, batch=32),
    )


@pytest.fixture(scope="session")
def material(small: Request) -> Material:
    return gather(small)


@pytest.fixture
def subjects(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes wisdm51 files: a subject each, walking and standing."""

    def write(name: str, count: int, seconds: int = 60, first: int = 1600) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        generator = np.random.default_rng(first)
        for subject in range(first, first + count):
            lines = []
            for activity, strength in (("A", 4.0), ("E", 0.2)):
                t = np.arange(seconds * 20)
                x = strength * np.sin(2 * np.pi * 2.0 * t / 20 + generator.random())
                x = x + 0.1 * generator.standard_normal(len(t))
                lines += [
                    f"{subject},{activity},{i * 50_000_000},{v:.5f},{9.8 + v:.5f},0.5;\n"
                    for i, v in enumerate(x.tolist())
                ]
            (folder / f"data_{subject}.txt").write_text("".join(lines))
        return folder

    return write


@pytest.fixture
def pool_of() -> Callable[..., Pool]:
    """Return a function that makes a pool of (group, class, windows) without samples."""

    def make(rows: list[tuple[int, int, int]], window: int = 4) -> Pool:
        y = np.repeat([row[1] for row in rows], [row[2] for row in rows]).astype(np.int64)
        group = np.repeat([row[0] for row in rows], [row[2] for row in rows]).astype(np.int64)
        starts = np.arange(len(y), dtype=np.int64) * window
        return Pool(
            samples=np.zeros((len(y) * window, 3), np.float32),
            starts=starts,
            first=starts,
            last=starts,
            y=y,
            group=group,
            cell=y,
            groups=tuple(f"set:{i}" for i in range(max(row[0] for row in rows) + 1)),
            window=window,
        )

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

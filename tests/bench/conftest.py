"""The tools that figures need, and a folder whose firmware is compiled once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from bench.figures import Figures

from hargen.bench.measure import measure
from hargen.bench.report import Model, Report
from hargen.build.toolchain import find_gcc


@pytest.fixture(scope="session", autouse=True)
def tools() -> None:
    """Skip where the virtual board or its compiler is missing."""
    pytest.importorskip("unicorn", reason="the virtual board needs unicorn")
    if shutil.which("arm-none-eabi-gcc") is None:
        pytest.skip("needs arm-none-eabi-gcc")


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that all models are exported into, one after the other."""
    return tmp_path_factory.mktemp("bench") / "project"


@pytest.fixture
def committed(request: pytest.FixtureRequest) -> Report:
    """Return the committed figures of the test's `figures`; skip where they are another compiler's.

    Instructions and bytes are what this compiler makes of the code: another one's say nothing.
    """
    figures: Figures = request.getfixturevalue("figures")
    report = figures.committed()
    here = find_gcc().version
    if here != report.compiler:
        pytest.skip(f"the figures are of arm-none-eabi-gcc {report.compiler}, here is {here}")
    return report


def measured(figures: Figures, name: str, place: Path) -> Report:
    """Return today's report of one model, as it would stand in the committed one."""
    model, made = measure(figures.folder / name, figures.request, place, lambda _: None)
    assert model.measured, model.status
    assert made is not None
    return report_of(figures, model.model_copy(update={"model": name}))


def report_of(figures: Figures, model: Model) -> Report:
    return Report(
        hargen="",
        board=figures.request.board.name,
        clock_hz=figures.request.board.clock.hclk_hz,
        optimize=figures.optimize,
        compiler=find_gcc().version,
        models=(model,),
    )

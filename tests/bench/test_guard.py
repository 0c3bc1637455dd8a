"""No network needs over 1 % more instructions than committed, nor over 64 bytes more of flash.

Where more is meant, or less was reached: make bench-accept, and the difference shows in review.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bench.conftest import measured
from bench.figures import ALL, NEEDS_TENSORFLOW, Figures

from hargen.bench import compare
from hargen.bench.report import Report

LATER = ("zoo_size",)
"""The same models once more: make test-long."""


def cases() -> list[Any]:
    return [
        pytest.param(
            figures,
            name,
            id=f"{figures.name}: {name}",
            marks=[pytest.mark.long] if _takes_long(figures, name) else [],
        )
        for figures in ALL
        for name in figures.models
    ]


def _takes_long(figures: Figures, name: str) -> bool:
    return figures.name in LATER or name.endswith(NEEDS_TENSORFLOW)


@pytest.mark.parametrize(("figures", "name"), cases())
def test_no_more_than_committed(
    figures: Figures, name: str, committed: Report, place: Path
) -> None:
    if not figures.folder.is_dir():
        pytest.skip(f"needs the models at {figures.folder}")

    found = compare.with_earlier(measured(figures, name, place), committed)

    assert found.notes == (), "make bench-accept"
    assert found.rises == (), "make bench-accept, where that is meant"


@pytest.mark.parametrize("figures", ALL, ids=lambda figures: figures.name)
def test_every_model_has_committed_figures(figures: Figures) -> None:
    report = figures.committed()
    assert tuple(model.model for model in report.models) == figures.models
    assert report.failed == ()
    assert report.optimize == figures.optimize

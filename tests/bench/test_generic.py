"""What was specialized is never slower, layer by layer, than the kernel for every shape."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench.conftest import measured
from bench.figures import ALL, Figures

from hargen.bench.report import Report
from hargen.plan.layers import dual

FIGURES = next(figures for figures in ALL if figures.name == "networks_speed")
SPECIALIZED = ("_strip_", "_dual_")


@pytest.fixture
def figures() -> Figures:
    return FIGURES


@pytest.mark.parametrize("name", FIGURES.models)
def test_no_layer_is_slower_than_the_generic_kernel(
    name: str, committed: Report, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    special = next(model for model in committed.models if model.model == name)
    assert any(word in layer.kernel for layer in special.layers for word in SPECIALIZED)

    monkeypatch.setattr(dual, "fits", lambda _rows: False)
    (generic,) = measured(FIGURES, name, place).models

    kernels = {layer.kernel for layer in generic.layers}
    assert not [kernel for kernel in kernels if any(word in kernel for word in SPECIALIZED)]
    slower = [
        f"{mine.summary}: {mine.instructions.mean} by {mine.kernel}, "
        f"{its.instructions.mean} by {its.kernel}"
        for mine, its in zip(special.layers, generic.layers, strict=True)
        if mine.kernel != its.kernel and mine.instructions.mean > its.instructions.mean
    ]
    assert slower == []

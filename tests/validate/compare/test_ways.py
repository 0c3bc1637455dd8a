"""A project that is computed in other ways than by default is compared by its own layers."""

from __future__ import annotations

from pathlib import Path

import pytest
from validate.compare.conftest import Run

from hargen import board as boards
from hargen.emit.project import export
from hargen.plan.choice import Optimize
from hargen.validate import expected


@pytest.mark.parametrize("optimize", ["speed", "size"])
def test_every_layer_is_that_of_the_project(
    optimize: Optimize, run: Run, tmp_path: Path, shared: Path
) -> None:
    model = shared / "zoo/AST/ign_wl_24_int8.tflite"
    exported = export(
        model,
        tmp_path / "project",
        board=boards.load("B-U585I-IOT02A"),
        reference=expected.outputs,
        optimize=optimize,
    )
    report = run(exported.folder, synthetic=3)
    assert not report.differs
    assert len(exported.plan.layers) == (3 if optimize == "speed" else 4)
    layers = [place for place in report.places if place.name.startswith("layer ")]
    assert [place.detail for place in layers] == [layer.summary for layer in exported.plan.layers]
    assert all(place.reference is not None for place in layers)

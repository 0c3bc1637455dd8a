"""What was specialized is never slower, layer by layer, than the kernel for every shape."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench.conftest import measured
from bench.figures import ALL, Figures

from hargen.bench.report import Report
from hargen.ir.ops.conv_2d import Conv2D
from hargen.ir.ops.conv_max_pool_2d import ConvMaxPool2D
from hargen.ir.ops.depthwise_conv_2d import DepthwiseConv2D
from hargen.ir.ops.fully_connected import FullyConnected
from hargen.plan.layers import PLANNERS
from hargen.plan.layers.conv_2d import plan_position_conv_2d, plan_position_conv_max_pool_2d
from hargen.plan.layers.depthwise_conv_2d import plan_depthwise_conv_2d
from hargen.plan.layers.fully_connected import plan_row_fully_connected

FIGURES = next(figures for figures in ALL if figures.name == "networks_speed")
GENERIC = (
    *("hg_conv_2d_s8", "hg_conv_max_pool_2d_s8", "hg_depthwise_conv_2d_s8"),
    *("hg_fully_connected_s8", "hg_fully_connected_per_channel_s8"),
)
"""Those of the kernels with weights that take every shape and every value."""


@pytest.fixture
def figures() -> Figures:
    return FIGURES


@pytest.fixture
def generic(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave nothing to choose but kernels that take everything."""
    monkeypatch.setattr("hargen.plan.ways.FAST_PLANNERS", PLANNERS)
    monkeypatch.setattr(
        "hargen.plan.ways.WAYS",
        {
            Conv2D: (plan_position_conv_2d,),
            ConvMaxPool2D: (plan_position_conv_max_pool_2d,),
            DepthwiseConv2D: (plan_depthwise_conv_2d,),
            FullyConnected: (plan_row_fully_connected,),
        },
    )
    for room in ("planner", "space"):
        monkeypatch.setattr(f"hargen.plan.{room}.by_columns", lambda graph, *_: graph)


@pytest.mark.usefixtures("generic")
@pytest.mark.parametrize("name", FIGURES.models)
def test_no_layer_is_slower_than_the_generic_kernel(
    name: str, committed: Report, place: Path
) -> None:
    (plain,) = measured(FIGURES, name, place).models
    weighted = {layer.kernel for layer in plain.layers if layer.maccs}
    assert weighted <= set(GENERIC), "another one has to be left out here"
    generic = {layer.summary: layer for layer in plain.layers}

    special = next(model for model in committed.models if model.model == name)
    faster = [layer for layer in special.layers if layer.kernel not in GENERIC and layer.maccs]
    assert faster, "nothing is specialized"
    slower = [
        f"{mine.summary}: {mine.instructions.mean} by {mine.kernel}, "
        f"{generic[mine.summary].instructions.mean} by {generic[mine.summary].kernel}"
        for mine in faster
        if mine.summary in generic  # one that does the work of two is compared as a part of all
        and mine.instructions.mean > generic[mine.summary].instructions.mean
    ]
    assert slower == []
    assert special.instructions is not None and plain.instructions is not None
    assert special.instructions.mean < plain.instructions.mean

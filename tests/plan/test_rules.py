"""Kernels that are worth their flash, by estimate."""

from __future__ import annotations

from pathlib import Path

import pytest

from hargen.importers.model_file import read
from hargen.optimize.passes import optimize_apart
from hargen.plan.choice import Optimize
from hargen.plan.choose import choose
from hargen.plan.front import Limits
from hargen.plan.planner import make_chosen_plan

NETWORKS = Path(__file__).parents[1] / "bench/networks"


def kernels(name: str, optimize: Optimize) -> set[str]:
    """Return the kernels of a network's plan by rule."""
    graph = optimize_apart(read(NETWORKS / f"{name}.tflite").graph)
    choice = choose(graph, optimize, Limits(), 160e6).choice
    return {layer.kernel.function for layer in make_chosen_plan(graph, choice).layers}


@pytest.mark.parametrize(
    ("name", "kernel"),
    [("ds_cnn", "hg_depthwise_conv_2d_column_s8"), ("squeeze_excite", "hg_mul_line_s8")],
)
def test_kernels_that_are_worth_their_flash_are_fast_if_balanced(name: str, kernel: str) -> None:
    assert kernel in kernels(name, "balanced")
    assert kernel in kernels(name, "speed")


def test_small_networks_go_position_by_position() -> None:
    assert "hg_depthwise_conv_2d_column_s8" not in kernels("ds_cnn", "size")
    assert "hg_depthwise_conv_2d_s8" in kernels("ds_cnn", "size")


def test_weights_of_convolutions_stay_small_if_balanced() -> None:
    assert "hg_conv_2d_tile_s8" in kernels("mobilenet", "speed")
    assert "hg_conv_2d_tile_s8" not in kernels("mobilenet", "balanced")
    assert "hg_conv_2d_strip_s8" in kernels("mobilenet", "balanced")

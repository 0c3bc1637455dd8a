"""What is counted of a kernel's loops agrees with the multiply-accumulates of its operator."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hargen import models
from hargen.importers.model_file import read
from hargen.ir.ops.conv_2d import Conv2D
from hargen.optimize.passes import optimize_apart
from hargen.plan.choice import Level
from hargen.plan.features.kernels import of_kernel
from hargen.plan.space import Candidate, segments

NETWORKS = sorted((Path(__file__).parents[1] / "bench/networks").glob("*.tflite"))
WORD, QUAD_OF_TWO, TWO_ROWS = 4, 8, 4
"""Multiply-accumulates of a product: two channels by two values, two by four, two rows by two."""


def candidates(*functions: str) -> Iterator[Candidate]:
    found = 0
    for path in NETWORKS:
        for segment in segments(optimize_apart(read(path).graph)):
            for alternative in segment.alternatives:
                for one in alternative.candidates:
                    if one.kernel.function in functions:
                        found += 1
                        yield one
    assert found, functions


def time_of(one: Candidate, level: Level = "-O2") -> dict[str, float]:
    (part,) = one.parts(level)
    return dict(part.features.time)


def maccs(one: Candidate) -> float:
    return one.of_operator.time["multiply_accumulates"]


def is_padded(one: Candidate) -> bool:
    assert isinstance(one.operator, Conv2D)
    padding = one.operator.stencil.padding
    return any((padding.top, padding.left, padding.bottom, padding.right))


def test_tiles_compute_pairs_of_channels_and_fours_of_values() -> None:
    for one in candidates("hg_conv_2d_tile_s8"):
        even = (one.channels + one.channels % 2) / one.channels
        assert WORD * time_of(one)["products"] == pytest.approx(maccs(one) * even)


def test_runs_fill_windows_up_to_fours() -> None:
    for one in candidates("hg_conv_2d_run_s8"):
        time = time_of(one)
        taps = one.of_operator.time["taps"]
        even = (one.channels + one.channels % 2) / one.channels
        filled = -(-taps // 4) * 4 / taps
        assert WORD * time["products"] == pytest.approx(maccs(one) * even * filled)
        # every window is widened, four values at a time, inside or across the edge
        positions = time["outputs"] / one.channels
        assert 4 * (time["fills"] + time["edge_fills"]) == positions * taps * filled
        assert is_padded(one) or time["edge_fills"] == 0 or filled > 1


def test_two_rows_are_one_product() -> None:
    for one in candidates("hg_conv_2d_kronecker_s8"):
        time = time_of(one)
        products = TWO_ROWS * (time["products"] + time["products_in_c"])
        # a row of sums more than rows of output, and kernels of an odd number of rows filled up
        assert one.of_operator.time["by_two_rows"] <= products * 1.001
        assert products <= 1.7 * one.of_operator.time["by_two_rows"]
        assert is_padded(one) or time["edge_fills"] == 0


def test_strips_sum_every_position_of_every_pair() -> None:
    for one in candidates("hg_conv_2d_strip_s8"):
        taps = one.of_operator.time["taps"]
        pairs = -(-one.channels // 2)
        positions = one.of_operator.time["outputs"] / one.channels
        time = time_of(one)
        assert time["products"] == pairs * positions * (taps // 4)
        small = time_of(one, "-Os")  # where some are computed twice
        assert 6 * small["words"] >= pairs * positions * taps  # three positions, two values a word
        assert (time["rests"] > 0) == (taps % 4 > 0)


def test_positions_leave_out_what_is_outside() -> None:
    for one in candidates("hg_conv_2d_s8"):
        time = time_of(one)
        done = 4 * time["quads"] + time["rests"]
        assert done < maccs(one) if is_padded(one) else done == maccs(one)
    for one in candidates("hg_conv_max_pool_2d_s8"):  # whose pool may leave the last row out
        time = time_of(one)
        assert 0.8 * maccs(one) <= 4 * time["quads"] + time["rests"] <= maccs(one)


def test_columns_have_the_products_of_both() -> None:
    graph = optimize_apart(read(models.default().tflite).graph)
    (one,) = (
        candidate
        for segment in segments(graph)
        for alternative in segment.alternatives
        for candidate in alternative.candidates
        if candidate.kernel.function == "hg_columns_max_3_fully_connected_s8"
    )
    time = time_of(one)
    done = TWO_ROWS * time["products"] + QUAD_OF_TWO * time["second_products"]
    assert maccs(one) <= done <= 1.3 * maccs(one)


def test_kernels_that_nobody_counts_have_the_operators_features() -> None:
    for one in candidates("hg_fully_connected_groups_s8"):
        assert of_kernel(one.kernel, one.of_operator, "-O2") is one.of_operator

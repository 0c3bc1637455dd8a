"""Depthwise columns of any number of channels, and of several filters for each of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.conv_case import SAME, Conv
from support.host_model import check, run_reference

from hargen.build.toolchain import find_gcc
from hargen.errors import ToolError
from hargen.importers.model_file import read
from hargen.optimize.passes import optimize
from hargen.plan.planner import make_plan

RELU = {"relu": True, "zero_point": -128}


def depthwise(
    size: tuple[int, int, int], taps: int, multiplier: int = 1, **options: object
) -> Conv:
    return Conv(size, (taps, 1), size[2] * multiplier, depthwise=True, **options)


CASES = {
    **{f"{n} channels": depthwise((9, 1, n), 3, padding=SAME, **RELU) for n in (1, 2, 3, 5, 6)},
    **{f"{n} channels, signed": depthwise((9, 2, n), 4, padding=SAME) for n in (1, 3)},
    **{f"{n} filters": depthwise((9, 1, 3), 3, n, padding=SAME, **RELU) for n in (2, 3, 4)},
    **{f"{n} filters, fours": depthwise((9, 2, 4), 5, n, padding=SAME) for n in (2, 3)},
    "every second row": depthwise((20, 1, 3), 5, 8, padding=SAME, stride=(2, 1), **RELU),
    "a row of the image": Conv((1, 30, 3), (1, 7), 3, padding=SAME, depthwise=True, **RELU),
    "several strips": depthwise((170, 1, 3), 9, 2, padding=SAME, **RELU),
}


@pytest.mark.parametrize("case", CASES)
def test_a_depthwise_convolution(case: str, tmp_path: Path) -> None:
    path = CASES[case].write(tmp_path / "network.tflite", seed=5)
    found, _ = check(path, CASES[case].windows(), tmp_path, for_speed=True)
    assert len(np.unique(found.outputs)) > 2
    (layer,) = make_plan(optimize(read(path).graph), for_speed=True).layers
    assert layer.kernel.function == "hg_depthwise_conv_2d_column_s8"


@pytest.mark.parametrize("case", CASES)
def test_the_core_gives_the_same_in_fewer_instructions(case: str, tmp_path: Path) -> None:
    pytest.importorskip("unicorn", reason="the core is emulated by unicorn")
    from support.core_model import run_on_core

    try:
        cross_gcc = find_gcc().path
    except ToolError as error:
        pytest.skip(f"needs arm-none-eabi-gcc: {error}")
    path = CASES[case].write(tmp_path / "network.tflite", seed=5)
    model, windows = read(path), CASES[case].windows(3)
    runs = []
    for name, for_speed in (("fast", True), ("plain", False)):
        (tmp_path / name).mkdir()
        runs.append(run_on_core(path, windows, tmp_path / name, cross_gcc, for_speed=for_speed))
    fast, plain = runs
    plan = make_plan(optimize(model.graph), for_speed=True)
    assert np.array_equal(fast.outputs, run_reference(model, plan, windows).outputs)
    assert sum(fast.instructions) < 0.6 * sum(plain.instructions)

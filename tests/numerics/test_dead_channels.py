"""Channels whose weights are all 0: their scales mean nothing, and keep no other from a kernel."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.conv_case import SAME, Conv
from support.host_model import check

from hargen.importers.model_file import read
from hargen.optimize.passes import optimize
from hargen.plan.planner import make_plan

CASES = {
    "tile": Conv((7, 1, 8), (1, 1), 7, dead=True),
    "tile, rectified": Conv((7, 1, 8), (1, 1), 7, dead=True, relu=True, zero_point=-128),
    "column": Conv((9, 1, 8), (3, 1), 8, padding=SAME, depthwise=True, dead=True),
    "column, rectified": Conv(
        (9, 1, 8), (3, 1), 8, depthwise=True, dead=True, relu=True, zero_point=-128
    ),
    "tile, all": Conv((7, 1, 8), (1, 1), 1, dead=True),
}


@pytest.mark.parametrize("case", CASES)
def test_other_channels_keep_their_kernel(case: str, tmp_path: Path) -> None:
    path = CASES[case].write(tmp_path / "network.tflite", seed=5)
    check(path, CASES[case].windows(), tmp_path, for_speed=True)
    (layer,) = make_plan(optimize(read(path).graph), for_speed=True).layers
    assert case.split(",")[0] in layer.kernel.function
    line = dict(dict(layer.kernel.parameters.fields)["line"].fields)
    assert (line["shift"] > 0) is CASES[case].relu

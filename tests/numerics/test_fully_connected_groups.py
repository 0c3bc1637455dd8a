"""Fully connected layers for speed, by groups of three pairs of outputs; in C, and on the core."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from support.host_model import ROOT, check, run_reference
from support.tflite_writer import WOp, WTensor, write

from hargen.build.toolchain import find_gcc
from hargen.errors import ToolError
from hargen.importers.model_file import read
from hargen.optimize.passes import optimize
from hargen.plan.planner import make_plan

RELU = 1


@dataclass(frozen=True)
class Dense:
    """A fully connected layer of int8 values."""

    inputs: int
    outputs: int
    per_channel: bool = True
    relu: bool = False
    zero_point: int = -5
    lowest: int = -127
    highest: int = 127
    bias: int = 1
    scales: tuple[float, float] = (0.002, 0.006)

    def write(self, path: Path) -> Path:
        rng = np.random.default_rng(11)
        shape = (self.outputs, self.inputs)
        weights = rng.integers(self.lowest, self.highest + 1, shape).astype(np.int8)
        bias = self.bias * rng.integers(-3000, 3000, self.outputs).astype(np.int32)
        scales = rng.uniform(*self.scales, self.outputs if self.per_channel else 1)
        scale = 0.9 * float(np.sqrt(self.inputs)) * self.scales[1] / 0.006
        y = (1, self.outputs)
        tensors = [
            WTensor("x", (1, self.inputs), np.int8, None, [0.75], [7]),
            WTensor("w", shape, np.int8, weights, scales.tolist(), [0] * len(scales)),
            WTensor("b", (self.outputs,), np.int32, bias),
            WTensor("y", y, np.int8, None, [scale], [self.zero_point]),
        ]
        options = {"FusedActivationFunction": RELU if self.relu else 0}
        ops = [WOp("FULLY_CONNECTED", [0, 1, 2], [3], "FullyConnectedOptions", options)]
        path.write_bytes(write(tensors, ops, [0], [3]))
        return path

    def windows(self, count: int) -> np.ndarray:
        values = np.random.default_rng(8).integers(-128, 128, (count, self.inputs))
        values[0], values[1] = 127, -128
        return values.astype(np.int8)


GROUPS = {
    # Quads: what is left of fours; rounds of the loop of one, two, three.
    **{f"{n} inputs": Dense(n, 12) for n in (1, 2, 3, 4, 5, 7, 8, 12, 15, 20, 24, 28, 36, 256)},
    # Groups, what is left of them, an output without a second one.
    **{f"{n} outputs": Dense(16, n) for n in (5, 6, 7, 8, 9, 10, 11, 12, 13, 18, 63, 64)},
    "one factor": Dense(24, 12, per_channel=False),
    "one factor and a ReLU": Dense(24, 12, per_channel=False, relu=True, zero_point=-128),
    "a ReLU": Dense(24, 13, relu=True, zero_point=-128),
    "a ReLU that clamps": Dense(24, 13, relu=True, zero_point=-30),
    "no bias": Dense(17, 6, bias=0),
    "factors far apart": Dense(24, 12, scales=(0.0001, 0.006)),
    "127": Dense(24, 12, lowest=127),
    "-127": Dense(24, 12, highest=-127),
}
OTHERS = {
    "few outputs": Dense(16, 4),
    "many outputs": Dense(16, 65),
    "many inputs": Dense(257, 12),
    "-128 beside a negative weight": Dense(16, 12, lowest=-128, highest=-127),
    "sums that may leave 32 bits": Dense(16, 12, bias=9000),
}


def compare(case: Dense, folder: Path, **options: object) -> str:
    path = case.write(folder / "network.tflite")
    found, _ = check(path, case.windows(12), folder, for_speed=True, **options)
    assert len(np.unique(found.outputs)) > 1
    return make_plan(optimize(read(path).graph), for_speed=True).layers[0].kernel.function


@pytest.mark.parametrize("case", GROUPS)
def test_a_layer_by_groups(case: str, tmp_path: Path) -> None:
    assert compare(GROUPS[case], tmp_path) == "hg_fully_connected_groups_s8"


@pytest.mark.parametrize("case", OTHERS)
def test_what_groups_cannot_do_goes_another_way(case: str, tmp_path: Path) -> None:
    assert compare(OTHERS[case], tmp_path) != "hg_fully_connected_groups_s8"


def instructions_on_core(case: Dense, folder: Path, *, dsp: bool) -> int:
    """Return what a window takes at most; skip without tools, fail where outputs differ."""
    pytest.importorskip("unicorn", reason="the core is emulated by unicorn")
    from support.core_model import run_on_core

    try:
        cross_gcc = find_gcc().path
    except ToolError as error:
        pytest.skip(f"needs arm-none-eabi-gcc: {error}")
    path = case.write(folder / "network.tflite")
    model, windows = read(path), case.windows(4)
    found = run_on_core(path, windows, folder, cross_gcc, for_speed=True, dsp=dsp)
    plan = make_plan(optimize(model.graph), for_speed=True)
    assert np.array_equal(found.outputs, run_reference(model, plan, windows).outputs)
    return max(found.instructions)


@pytest.mark.parametrize("dsp", [True, False], ids=["dsp", "no dsp"])
@pytest.mark.parametrize("case", GROUPS)
def test_the_assembly_gives_the_same(case: str, dsp: bool, tmp_path: Path) -> None:
    assert instructions_on_core(GROUPS[case], tmp_path, dsp=dsp) > 0


def test_it_is_fast_without_the_dsp_extension(tmp_path: Path) -> None:
    case = Dense(256, 36)
    assert instructions_on_core(case, tmp_path, dsp=False) < 2.8 * case.inputs * case.outputs


MISTAKES = {
    "a value of the tail twice": (
        "hg_fully_connected_groups_s8.h",
        "input[4 * whole + i]",
        "input[4 * whole]",
    ),
    "the first one's factor for both": (
        "hg_dual_outputs_s8.h",
        "multiplier[i + 1]",
        "multiplier[i]",
    ),
    "sums that begin with zero": (
        "hg_dual_s16.h",
        "some[n].first = start[2 * n];",
        "some[n].first = 0;",
    ),
    "the first group twice": ("hg_dual_s16.h", "start + size * i,", "start,"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_noticed(mistake: str, tmp_path: Path) -> None:
    file, right, wrong = MISTAKES[mistake]
    runtime = tmp_path / "runtime"
    shutil.copytree(ROOT / "firmware/runtime", runtime)
    source = (runtime / file).read_text()
    assert source.count(right) == 1
    (runtime / file).write_text(source.replace(right, wrong))
    with pytest.raises(AssertionError, match="differ"):
        compare(GROUPS["15 inputs"], tmp_path, runtime=runtime, sanitize=False)

"""Pairs of operators that are computed column by column; in C, and on the core."""

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

VALID = 1


@dataclass(frozen=True)
class Pair:
    """A convolution, and another one with a maximum over all, or a fully connected layer."""

    input: tuple[int, int, int]
    kernel: int
    channels: int
    pool: int | None = None  # rows of the pool behind the first convolution
    second_kernel: int | None = None
    outputs: int = 5
    width: int = 1  # of the second convolution's kernels
    zero_point: int = -7  # of what is between them; -128 is that of a ReLU
    scales: tuple[float, float] | None = None  # of each output's weights; None: one in all

    def write(self, path: Path) -> Path:
        rng = np.random.default_rng(3)
        height, columns, _ = self.input
        rows = height - self.kernel + 1
        tensors = [WTensor("x", (1, *self.input), np.int8, None, [0.5], [3])]
        ops: list[WOp] = []

        def convolve(kernel: tuple[int, int], source: int, shape: tuple[int, ...]) -> int:
            depth, channels = tensors[source].shape[3], shape[-1]
            size = (channels, *kernel, depth)
            scales = rng.uniform(0.004, 0.008, channels).tolist()
            weights = rng.integers(-90, 90, size).astype(np.int8)
            bias = rng.integers(-3000, 3000, channels).astype(np.int32)
            at = len(tensors)
            tensors.append(WTensor(f"w{at}", size, np.int8, weights, scales, [0] * channels))
            tensors.append(WTensor(f"b{at}", (channels,), np.int32, bias))
            step = 0.5 * float(np.sqrt(weights[0].size))
            zero_point = [self.zero_point]
            tensors.append(WTensor(f"y{at}", shape, np.int8, None, [step], zero_point))
            options = {"Padding": VALID, "StrideH": 1, "StrideW": 1}
            options |= {"DilationHFactor": 1, "DilationWFactor": 1}
            ops.append(WOp("CONV_2D", [source, at, at + 1], [at + 2], "Conv2DOptions", options))
            return at + 2

        def pool(size: tuple[int, int], source: int, shape: tuple[int, ...]) -> int:
            tensors.append(
                WTensor("pooled", shape, np.int8, None, tensors[source].scale, [self.zero_point])
            )
            options = {"Padding": VALID, "StrideH": size[0], "StrideW": size[1]}
            options |= {"FilterHeight": size[0], "FilterWidth": size[1]}
            ops.append(WOp("MAX_POOL_2D", [source], [len(tensors) - 1], "Pool2DOptions", options))
            return len(tensors) - 1

        at = convolve((self.kernel, 1), 0, (1, rows, columns, self.channels))
        if self.pool is not None:
            rows //= self.pool
            at = pool((self.pool, 1), at, (1, rows, columns, self.channels))
        if self.second_kernel is not None:
            rows -= self.second_kernel - 1
            columns -= self.width - 1
            kernel = (self.second_kernel, self.width)
            at = convolve(kernel, at, (1, rows, columns, self.outputs))
            output = pool((rows, columns), at, (1, 1, 1, self.outputs))
        else:
            size = rows * columns * self.channels
            output = len(tensors) + 3
            weights = rng.integers(-100, 100, (self.outputs, size)).astype(np.int8)
            first = len(tensors)
            flat = WTensor("flat", (1, size), np.int8, None, tensors[at].scale, [self.zero_point])
            tensors.append(flat)
            scales = [0.01] if self.scales is None else self._scales(rng)
            zeros = [0] * len(scales)
            tensors.append(WTensor("w", weights.shape, np.int8, weights, scales, zeros))
            bias = rng.integers(-3000, 3000, self.outputs).astype(np.int32)
            tensors.append(WTensor("b", (self.outputs,), np.int32, bias))
            step = 0.3 * float(np.sqrt(size))
            tensors.append(WTensor("y", (1, self.outputs), np.int8, None, [step], [9]))
            ops.append(WOp("RESHAPE", [at, len(tensors)], [first], "ReshapeOptions", {}))
            tensors.append(WTensor("shape", (2,), np.int32, np.array([1, size], np.int32)))
            ops.append(
                WOp(
                    "FULLY_CONNECTED",
                    [first, first + 1, first + 2],
                    [first + 3],
                    "FullyConnectedOptions",
                    {},
                )
            )
        path.write_bytes(write(tensors, ops, [0], [output]))
        return path

    def _scales(self, rng: np.random.Generator) -> list[float]:
        assert self.scales is not None
        return list(rng.uniform(*self.scales, self.outputs))

    def windows(self, count: int) -> np.ndarray:
        values = np.random.default_rng(8).integers(-128, 128, (count, np.prod(self.input)))
        values[0] = 127
        return values.astype(np.int8)


NEAR, FAR = (0.004, 0.012), (0.0001, 0.012)
PAIRS = {
    "short and a maximum": Pair((20, 3, 1), 5, 4, second_kernel=3),
    "an even number of rows": Pair((21, 2, 1), 5, 4, second_kernel=4, outputs=3),
    "long and a maximum": Pair((30, 3, 1), 9, 4, second_kernel=3),
    "channels and a maximum": Pair((24, 3, 2), 5, 6, second_kernel=5),
    "several strips": Pair((48, 3, 1), 5, 16, second_kernel=5, outputs=16),
    "pool and fully connected": Pair((24, 3, 1), 16, 8, pool=3),
    "many rows": Pair((48, 3, 1), 16, 8, pool=3, outputs=12),
    "channels and fully connected": Pair((14, 2, 3), 3, 4, pool=2, outputs=1),
    "no pool, and fully connected": Pair((14, 2, 3), 3, 4, outputs=7),
    "a scale of each output": Pair((24, 3, 1), 16, 8, pool=3, scales=NEAR),
    "many rows, a scale of each": Pair((48, 3, 1), 16, 8, pool=3, outputs=12, scales=NEAR),
    "scales far apart": Pair((14, 2, 3), 3, 4, pool=2, outputs=7, scales=FAR),
    "one output with its scale": Pair((14, 2, 3), 3, 4, outputs=1, scales=NEAR),
}
MAX_3 = {
    "two passes": Pair((24, 3, 1), 16, 8, pool=3, zero_point=-128),
    "one pass": Pair((24, 3, 1), 16, 4, pool=3, zero_point=-128),
    "as IGN of 24": Pair((24, 3, 1), 16, 24, pool=3, outputs=12, zero_point=-128),
    "as IGN of 48": Pair((48, 3, 1), 16, 24, pool=3, outputs=12, zero_point=-128),
    "as a new IGN of 24": Pair(
        (24, 3, 1), 16, 24, pool=3, outputs=12, zero_point=-128, scales=NEAR
    ),
    "as a new IGN of 48": Pair(
        (48, 3, 1), 16, 24, pool=3, outputs=12, zero_point=-128, scales=NEAR
    ),
    "the longest strip": Pair((98, 2, 1), 16, 4, pool=3, outputs=6, zero_point=-128),
    **{
        f"{n} outputs": Pair((24, 2, 1), 16, 8, pool=3, outputs=n, zero_point=-128)
        for n in (1, 2, 7, 17, 32)
    },
    **{
        f"{n} outputs with scales": Pair(
            (24, 2, 1), 16, 8, pool=3, outputs=n, zero_point=-128, scales=FAR
        )
        for n in (1, 2, 7, 17, 32)
    },
    **{
        f"{n} taps": Pair((n + 8, 2, 1), n, 8, pool=3, outputs=6, zero_point=-128)
        for n in (13, 14, 15)
    },
    **{
        f"{n} windows": Pair((15 + 3 * n + n % 3, 2, 1), 16, 4, pool=3, zero_point=-128)
        for n in (2, 4, 5, 6, 7)
    },
}
"""Those that hg_max_3_s8.h is for."""
APART = {
    "one column": Pair((24, 1, 2), 5, 6, second_kernel=5),
    "columns that mix": Pair((24, 3, 2), 5, 6, second_kernel=5, width=2),
    "a column that is no quad": Pair((24, 3, 1), 16, 5, pool=3),
    "more outputs than there are sums": Pair((24, 3, 1), 16, 8, pool=3, outputs=34),
}

ALL = PAIRS | MAX_3


def compare(case: Pair, folder: Path, **options: object) -> str:
    path = case.write(folder / "network.tflite")
    found, _ = check(path, case.windows(12), folder, for_speed=True, **options)
    assert len(np.unique(found.outputs)) > 2
    return make_plan(optimize(read(path).graph), for_speed=True).layers[0].kernel.function


@pytest.mark.parametrize("case", PAIRS)
def test_a_pair_by_columns(case: str, tmp_path: Path) -> None:
    assert compare(PAIRS[case], tmp_path).startswith("hg_columns_")


@pytest.mark.parametrize("case", MAX_3)
def test_maxima_of_three_into_a_fully_connected_layer(case: str, tmp_path: Path) -> None:
    assert compare(MAX_3[case], tmp_path) == "hg_columns_max_3_fully_connected_s8"


@pytest.mark.parametrize("case", APART)
def test_what_cannot_be_stays_two_layers(case: str, tmp_path: Path) -> None:
    assert not compare(APART[case], tmp_path).startswith("hg_columns_")


def test_a_column_is_kept_instead_of_all(tmp_path: Path) -> None:
    graph = optimize(read(PAIRS["several strips"].write(tmp_path / "network.tflite")).graph)
    assert make_plan(graph).arena_size == 144 + 44 * 3 * 16
    assert make_plan(graph, for_speed=True).arena_size == 144 + 44 * 16 + 16


def instructions_on_core(case: Pair, folder: Path, *, dsp: bool) -> int:
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
@pytest.mark.parametrize("case", ALL)
def test_the_assembly_gives_the_same(case: str, dsp: bool, tmp_path: Path) -> None:
    assert instructions_on_core(ALL[case], tmp_path, dsp=dsp) > 0


@pytest.mark.parametrize("case", ["as IGN of 24", "as a new IGN of 48"])
def test_it_is_fast_without_the_dsp_extension(case: str, tmp_path: Path) -> None:
    fast, slow = (instructions_on_core(ALL[case], tmp_path, dsp=dsp) for dsp in (True, False))
    assert slow < 1.5 * fast


NOTICE = (
    *("short and a maximum", "pool and fully connected", "as IGN of 24"),
    *("a scale of each output", "as a new IGN of 24"),
)
MISTAKES = {
    "the first column alone": ("hg_columns_short_max_s8.h", "x == 0, second", "1, second"),
    "the next column of the input": (
        "hg_columns_short_max_s8.h",
        "input + x * p->first.conv.input_channels",
        "input",
    ),
    "weights of the first column": (
        "hg_columns_fully_connected_s8.h",
        "second_weights + x * pairs * (p->second.input_size / 4)",
        "second_weights",
    ),
    "the row between two turns alone": (
        "hg_max_3_s8.h",
        "hg_max_s32(state->largest, between)",
        "between",
    ),
    "half of another sum": ("hg_max_3_s8.h", "upper = sums[2].high", "upper = sums[1].high"),
    "what is left of the lower part": ("hg_max_3_s8.h", " & -unit)", " & -(unit / unit))"),
    "biases for factors": (
        "hg_columns_fully_connected_s8.h",
        "bias, multiplier, shift,",
        "bias, multiplier ? bias : 0, shift,",
    ),
    "sums for factors": (
        "hg_columns_max_3_fully_connected_s8.h",
        "sums, multiplier,",
        "sums, multiplier ? sums : 0,",
    ),
    "the first pass twice": ("hg_columns_max_3_fully_connected_s8.h", "entry = hg", "hg"),
    "weights of the first group": (
        "hg_dual_s16.h",
        "  return group;",
        "  return group - quads * pairs;",
    ),
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
        for case in NOTICE:
            compare(ALL[case], tmp_path, runtime=runtime, sanitize=False)

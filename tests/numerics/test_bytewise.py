"""Pools and reductions of four bytes at a time, in C and on the core."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.host_model import ROOT, check, run_reference
from support.tflite_writer import WOp, WTensor, write

from hargen.build.toolchain import find_gcc
from hargen.errors import ToolError
from hargen.importers.model_file import read
from hargen.optimize.passes import optimize
from hargen.plan.planner import make_plan

SAME, VALID = 0, 1
KERNELS = {
    "MAX_POOL_2D": "hg_max_pool_2d_bytes_s8",
    "AVERAGE_POOL_2D": "hg_average_pool_2d_bytes_s8",
    "REDUCE_MAX": "hg_reduce_max_bytes_s8",
    "MEAN": "hg_mean_bytes_s8",
}


@dataclass(frozen=True)
class Case:
    """An operator with one input of (height, width, channels)."""

    kind: str
    input: tuple[int, int, int]
    output: tuple[int, ...]
    table: str
    options: tuple[tuple[str, Any], ...]
    axes: tuple[int, ...] = ()
    scales: tuple[float, float] = (0.05, 0.05)
    zero_points: tuple[int, int] = (-3, -3)

    def write(self, path: Path) -> Path:
        """Write the file and return its path."""
        (x_scale, y_scale), (x_zero, y_zero) = self.scales, self.zero_points
        tensors = [
            WTensor("x", (1, *self.input), np.int8, None, [x_scale], [x_zero]),
            WTensor("y", (1, *self.output), np.int8, None, [y_scale], [y_zero]),
        ]
        if self.axes:
            axes = np.array(self.axes, np.int32)
            tensors.append(WTensor("axes", axes.shape, np.int32, axes))
        inputs = [0, 2] if self.axes else [0]
        op = WOp(self.kind, inputs, [1], self.table, dict(self.options))
        path.write_bytes(write(tensors, [op], [0], [1]))
        return path

    def windows(self) -> np.ndarray:
        """Return inputs by chance behind those of one value alone."""
        values = np.random.default_rng(8).integers(-128, 128, (40, np.prod(self.input)))
        values[0], values[1], values[2] = 127, -128, -1
        return values.astype(np.int8)


def pool(
    kind: str,
    size: tuple[int, int, int],
    kernel: tuple[int, int],
    stride: tuple[int, int],
    padding: int = VALID,
    relu: bool = False,
) -> Case:
    output = (
        -(-n // s) if padding == SAME else (n - k) // s + 1
        for n, k, s in zip(size[:2], kernel, stride, strict=True)
    )
    options = {"Padding": padding, "StrideH": stride[0], "StrideW": stride[1]}
    options |= {"FilterHeight": kernel[0], "FilterWidth": kernel[1]}
    options |= {"FusedActivationFunction": int(relu)}
    return Case(kind, size, (*output, size[2]), "Pool2DOptions", tuple(options.items()))


def reduction(kind: str, size: tuple[int, int, int], axes: tuple[int, ...], **more: Any) -> Case:
    output = tuple(n for axis, n in enumerate(size, 1) if axis not in axes)
    return Case(kind, size, output, "ReducerOptions", (("KeepDims", False),), axes, **more)


POOLS = {
    f"{kind}, {name}": pool(kind, *shapes)
    for kind in ("MAX_POOL_2D", "AVERAGE_POOL_2D")
    for name, shapes in {
        "a column": ((12, 1, 4), (2, 1), (2, 1)),
        "two columns": ((5, 6, 4), (1, 2), (1, 2)),
        "two rows of columns": ((6, 3, 8), (2, 1), (1, 1), SAME),
        "a row": ((1, 13, 8), (1, 3), (1, 1), SAME),
        "every second": ((1, 13, 8), (1, 3), (1, 2), SAME),
        "columns": ((9, 3, 8), (3, 1), (1, 1), SAME),
        "both ways": ((7, 6, 12), (3, 2), (2, 1), SAME),
        "all": ((5, 4, 8), (5, 4), (1, 1)),
        "more than there is": ((3, 2, 4), (5, 3), (1, 1), SAME),
        "a value": ((4, 3, 4), (1, 1), (2, 2)),
        "seven": ((20, 1, 20), (7, 1), (3, 1)),
    }.items()
}
POOLS["AVERAGE_POOL_2D, two, clamped"] = pool(
    "AVERAGE_POOL_2D", (9, 1, 4), (2, 1), (2, 1), VALID, relu=True
)
POOLS["AVERAGE_POOL_2D, clamped"] = pool(
    "AVERAGE_POOL_2D", (9, 2, 4), (3, 1), (1, 1), SAME, relu=True
)
POOLS["AVERAGE_POOL_2D, as many as sums hold"] = pool(
    "AVERAGE_POOL_2D", (256, 1, 4), (256, 1), (1, 1)
)
REDUCTIONS = {
    **{
        f"{kind}, {name}": reduction(kind, *shapes)
        for kind in ("REDUCE_MAX", "MEAN")
        for name, shapes in {
            "time": ((13, 1, 8), (1, 2)),
            "a row": ((5, 6, 4), (2,)),
            "rows": ((5, 6, 4), (1,)),
            "both": ((3, 5, 12), (1, 2)),
            "as many as sums hold": ((256, 1, 4), (1, 2)),
        }.items()
    },
    "MEAN, another scale": reduction(
        "MEAN", (24, 1, 8), (1, 2), scales=(0.05, 0.0137), zero_points=(5, -40)
    ),
    "MEAN, nothing below zero": reduction(
        "MEAN", (24, 1, 8), (1, 2), scales=(0.05, 0.0313), zero_points=(-128, -128)
    ),
    "REDUCE_MAX, more than sums hold": reduction("REDUCE_MAX", (300, 1, 4), (1, 2)),
}
OTHERS = {
    "three channels": pool("MAX_POOL_2D", (9, 1, 3), (2, 1), (2, 1)),
    "three channels' average": pool("AVERAGE_POOL_2D", (9, 1, 3), (2, 1), (2, 1)),
    "a clamp": pool("MAX_POOL_2D", (9, 1, 4), (2, 1), (2, 1), relu=True),
    "too many for a sum": reduction("MEAN", (257, 1, 4), (1, 2)),
    "too many for an average": pool("AVERAGE_POOL_2D", (257, 1, 4), (257, 1), (1, 1)),
    "one value's mean": reduction("MEAN", (1, 1, 8), (1, 2)),
    "six channels' mean": reduction("MEAN", (5, 1, 6), (1, 2)),
    "six channels' maximum": reduction("REDUCE_MAX", (5, 1, 6), (1, 2)),
}
ALL = POOLS | REDUCTIONS


def compare(case: Case, folder: Path, **options: object) -> str:
    path = case.write(folder / "network.tflite")
    found, _ = check(path, case.windows(), folder, for_speed=True, **options)
    assert len(np.unique(found.outputs)) > 2
    return make_plan(optimize(read(path).graph), for_speed=True).layers[0].kernel.function


@pytest.mark.parametrize("case", ALL)
def test_four_at_a_time(case: str, tmp_path: Path) -> None:
    kind = ALL[case].kind
    if kind == "REDUCE_MAX" and ALL[case].axes == (1, 2):
        kind = "MAX_POOL_2D"  # which hargen/optimize makes of it
    assert compare(ALL[case], tmp_path) == KERNELS[kind]


@pytest.mark.parametrize("case", OTHERS)
def test_what_it_cannot_do_goes_value_by_value(case: str, tmp_path: Path) -> None:
    assert "bytes" not in compare(OTHERS[case], tmp_path)


@pytest.mark.parametrize("case", ALL)
def test_the_core_gives_the_same(case: str, tmp_path: Path) -> None:
    pytest.importorskip("unicorn", reason="the core is emulated by unicorn")
    from support.core_model import run_on_core

    try:
        cross_gcc = find_gcc().path
    except ToolError as error:
        pytest.skip(f"needs arm-none-eabi-gcc: {error}")
    path = ALL[case].write(tmp_path / "network.tflite")
    model, windows = read(path), ALL[case].windows()[:8]
    found = run_on_core(path, windows, tmp_path, cross_gcc, for_speed=True)
    plan = make_plan(optimize(model.graph), for_speed=True)
    assert np.array_equal(found.outputs, run_reference(model, plan, windows).outputs)


MISTAKES = {
    "maxima without a sign": (
        "MAX_POOL_2D, a column",
        "hg_max_s32((int8_t)",
        "hg_max_s32(",
    ),
    "the other bytes": ("MEAN, time", "byte & 1 ? sums.odd", "byte & 2 ? sums.odd"),
    "means rounded down": ("AVERAGE_POOL_2D, a column", "~(down >> 7) &", "(down & 0) &"),
    "a row too few": ("REDUCE_MAX, rows", "int32_t i = 1; i < rows", "int32_t i = 2; i < rows"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_noticed(mistake: str, tmp_path: Path) -> None:
    case, right, wrong = MISTAKES[mistake]
    runtime = tmp_path / "runtime"
    shutil.copytree(ROOT / "firmware/runtime", runtime)
    source = (runtime / "hg_bytes_s8.h").read_text()
    assert source.count(right) == 1
    (runtime / "hg_bytes_s8.h").write_text(source.replace(right, wrong))
    with pytest.raises(AssertionError, match="differ"):
        compare(ALL[case], tmp_path, runtime=runtime, sanitize=False)

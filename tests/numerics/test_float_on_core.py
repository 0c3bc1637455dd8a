"""float32 kernels on the core, where they are assembly in part: the bits of the C on the host."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support.core_model import run_on_core
from support.float_model import BUILDS, FloatModel
from support.float_network import RELU, SAME, VALID, Network

pytest.importorskip("unicorn", reason="needs unicorn")
CROSS_GCC = Path(shutil.which("arm-none-eabi-gcc") or "")
pytestmark = pytest.mark.skipif(not CROSS_GCC.name, reason="needs arm-none-eabi-gcc")

LEVELS = ("-O2", "-Os", "-O3", "-Og")


def rows(count: int, channels: int = 1) -> Network:
    return Network((1, count, 1, channels))


# One, two and three positions; runs of every length about the four and eight taps that a load takes
CASES: dict[str, Callable[[], Network]] = {
    **{
        f"{positions} positions of {taps} taps": (
            lambda p=positions, t=taps: rows(p + t - 1).conv(kernel=(t, 1), outputs=4)
        )
        for positions in (1, 2, 3, 4, 5)
        for taps in (1, 3, 4, 6, 8, 9)
    },
    **{f"{n} inputs": lambda n=n: rows(n).flatten().dense(8) for n in (1, 7, 8, 17)},
    "rows of a kernel": lambda: Network((1, 9, 5, 3)).conv(kernel=(3, 2), outputs=8),
    "borders": lambda: Network((1, 9, 5, 2)).conv(SAME, kernel=(5, 3), outputs=4),
    "no bias": lambda: rows(9).conv(kernel=(4, 1), outputs=4, bias=False),
    "dilated rows": lambda: Network((1, 13, 2, 4)).conv(kernel=(3, 1), dilation=(3, 1), outputs=4),
    "dilated columns": lambda: Network((1, 1, 13, 5)).conv(
        SAME, kernel=(1, 3), dilation=(1, 4), outputs=4
    ),
    "both dilated": lambda: Network((1, 9, 13, 2)).conv(kernel=(2, 3), dilation=(3, 4), outputs=4),
    "a rectified pool": lambda: (
        Network((1, 14, 3, 1))
        .conv(VALID, RELU, kernel=(5, 1), outputs=6)
        .pool("MAX", (3, 1), (3, 1))
    ),
    "into a fully connected layer": lambda: (
        Network((1, 14, 3, 1))
        .conv(VALID, RELU, kernel=(5, 1), outputs=9)
        .pool("MAX", (3, 1), (3, 1))
        .flatten()
        .dense(6)
    ),
    "column by column": lambda: (
        Network((1, 14, 3, 1))
        .conv(kernel=(5, 1), outputs=5)
        .conv(SAME, RELU, kernel=(3, 1), outputs=6)
        .pool("MAX", (10, 3), (10, 3))
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_core_gives_the_bits_of_the_host(case: str, tmp_path: Path) -> None:
    path = CASES[case]().write(tmp_path / "network.tflite")
    model = FloatModel.write(path, tmp_path)
    size = model.plan.tensors[model.plan.input.tensor].size
    windows = np.random.default_rng(5).normal(0, 3, (4, size)).astype(np.float32)
    windows[0] = -np.abs(windows[0])
    windows[1] = 0.0  # sums are zeros of either sign where there is no bias
    windows[1, ::2] = -0.0
    windows[2, size // 2] = np.inf
    expected = model.run(BUILDS[4], windows).outputs
    level = LEVELS[sorted(CASES).index(case) % len(LEVELS)]
    found = run_on_core(path, windows, tmp_path, CROSS_GCC, level=level).outputs
    numbers = ~np.isnan(expected)  # which NaN a NaN is, is not promised
    assert np.array_equal(np.isnan(found), ~numbers)
    assert np.array_equal(found.view(np.uint32)[numbers], expected.view(np.uint32)[numbers])

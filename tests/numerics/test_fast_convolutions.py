"""Convolutions for speed, by substitution and short ones; in C, and on the core."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from support.conv_case import SAME, Conv
from support.host_model import ROOT, check, run_reference

from hargen.build.toolchain import find_gcc
from hargen.errors import ToolError
from hargen.importers.model_file import read
from hargen.optimize.passes import optimize
from hargen.plan.layers import kronecker
from hargen.plan.planner import make_plan

CASES = {
    # Terms that are written out, alone and in pairs; more of them; an odd last row.
    **{
        f"{n} taps": Conv((n + 8, 2, 1), (n, 1), 3, pool=(1, 2))
        for n in (2, 3, 5, 8, 9, 11, 14, 16, 17, 21)
    },
    # Rows: turns of six, sums of two, the last one whole or not.
    **{f"{n} rows": Conv((n + 2, 1, 4), (3, 1), 2) for n in range(1, 14)},
    # Values in a row: one, in fours, any number.
    **{f"{n} values": Conv((13, 1, n), (4, 1), 2) for n in (2, 3, 4, 8, 16)},
    **{
        f"{n} channels and {t} taps": Conv((17, 1, n), (t, 1), 3) for n in (3, 4) for t in (2, 7, 9)
    },
    "several strips": Conv((44, 3, 16), (5, 1), 5),
    "several strips and a pool": Conv((44, 3, 16), (5, 1), 5, pool=(3, 1)),
    "several strips and all rows": Conv((44, 3, 16), (5, 1), 5, pool=(40, 3)),
    "a column too long for two copies": Conv((170, 1, 1), (3, 1), 2),
    "a strip of one turn": Conv((30, 1, 30), (5, 1), 3, lowest=-90, highest=90),
    "borders on all sides": Conv((7, 5, 4), (5, 3), 4, padding=SAME),
    "borders and strips": Conv((40, 3, 6), (5, 3), 4, padding=SAME),
    "columns apart": Conv((12, 5, 2), (4, 2), 4, padding=SAME, stride=(1, 2)),
    "dilated columns": Conv((9, 9, 4), (2, 3), 2, dilation=(1, 3)),
    "dilated columns and borders": Conv((9, 9, 4), (2, 3), 2, padding=SAME, dilation=(1, 3)),
    "a row": Conv((1, 14, 4), (1, 5), 4, padding=SAME),
    "a row and a pool": Conv((1, 14, 3), (1, 3), 3, pool=(1, 3)),
    "dilated rows": Conv((12, 2, 4), (3, 1), 2, dilation=(2, 1)),
    "a dilated row": Conv((1, 24, 4), (1, 3), 3, padding=SAME, dilation=(1, 4)),
    "dilated rows and borders": Conv((18, 2, 4), (5, 1), 3, padding=SAME, dilation=(3, 1)),
    **{
        f"causal, {n} rows apart": Conv((32, 1, 5), (3, 1), 4, dilation=(n, 1), rows_before=2 * n)
        for n in (1, 2, 4, 8, 16)
    },
    "no bias": Conv((6, 1, 4), (3, 1), 2, bias=0),
    "-128": Conv((12, 1, 4), (3, 1), 2, lowest=-128),
    **{
        f"pool {n}": Conv((20, 3, 1), (4, 1), 5, pool=n)
        for n in ((1, 3), (2, 1), (3, 1), (3, 3), (6, 2), (17, 3), (16, 1), (12, 2))
    },
    "pool and borders": Conv((12, 6, 4), (3, 3), 3, padding=SAME, pool=(3, 2)),
}
SHORT = {
    **{f"short, {n} taps": Conv((n + 8, 2, 1), (n, 1), 3) for n in range(1, 9)},
    **{f"short, {n} rows": Conv((n + 2, 1, 1), (3, 1), 2) for n in range(1, 8)},
    "short and long": Conv((156, 1, 1), (5, 1), 2),
    "short with borders": Conv((12, 4, 1), (5, 1), 2, padding=SAME),
    "short with columns apart": Conv((12, 4, 1), (4, 1), 1, padding=SAME, stride=(1, 3)),
}
OTHERS = {
    "rows apart": Conv((12, 2, 4), (3, 1), 2, stride=(2, 1)),
    "dilated rows that are no columns": Conv((13, 2, 4), (3, 1), 2, dilation=(2, 1)),
    "one row": Conv((12, 2, 4), (1, 2), 2),
    "pools of four": Conv((16, 1, 4), (3, 1), 2, pool=(4, 1)),
    "sums that may need 22 bits": Conv((12, 1, 40), (4, 1), 2, lowest=120),
    "a row too long for a strip": Conv((12, 1, 60), (4, 1), 2),
}
LARGEST = {
    "the most that 21 bits hold": Conv((12, 1, 16), (4, 1), 2, lowest=127),
    "the least that they hold": Conv((12, 1, 16), (4, 1), 2, lowest=-127, highest=-127),
}


ALL = CASES | LARGEST | SHORT


@pytest.fixture(autouse=True)
def without_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small kernels of three channels are for hg_conv_2d_run_s8 else: test_tiles.py."""
    monkeypatch.setattr(kronecker, "_FEW", 0)


@pytest.fixture(autouse=True)
def no_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let tiles take nothing: test_tiles.py is about them."""
    monkeypatch.setattr("hargen.plan.layers.kronecker.plan_tiled_conv_2d", lambda *_: None)


def compare(case: Conv, folder: Path, **options: object) -> str:
    path = case.write(folder / "network.tflite", seed=5)
    found, _ = check(path, case.windows(), folder, for_speed=True, **options)
    assert len(np.unique(found.outputs)) > 2
    return make_plan(optimize(read(path).graph), for_speed=True).layers[0].kernel.function


@pytest.mark.parametrize("case", ALL)
def test_a_convolution_for_speed(case: str, tmp_path: Path) -> None:
    kind = "short" if case in SHORT else "kronecker"
    assert compare(ALL[case], tmp_path) == f"hg_conv_2d_{kind}_s8"


@pytest.mark.parametrize("case", OTHERS)
def test_what_it_cannot_do_goes_another_way(case: str, tmp_path: Path) -> None:
    assert "kronecker" not in compare(OTHERS[case], tmp_path)


def test_sums_of_21_bits_are_the_limit() -> None:
    def kernel(magnitude: int) -> np.ndarray:
        weights = np.full(65, 127)
        weights[-1] = magnitude - weights[:-1].sum()
        return weights.astype(np.int8).reshape(1, -1, 1)

    assert kronecker.fits(kernel(8191))
    assert not kronecker.fits(kernel(8192))


@pytest.mark.parametrize("case", ALL)
def test_the_assembly_gives_the_same(case: str, tmp_path: Path) -> None:
    pytest.importorskip("unicorn", reason="the core is emulated by unicorn")
    from support.core_model import run_on_core

    try:
        cross_gcc = find_gcc().path
    except ToolError as error:
        pytest.skip(f"needs arm-none-eabi-gcc: {error}")
    conv = ALL[case]
    path = conv.write(tmp_path / "network.tflite", seed=5)
    model, windows = read(path), conv.windows(4)
    found = run_on_core(path, windows, tmp_path, cross_gcc, for_speed=True)
    plan = make_plan(optimize(model.graph), for_speed=True)
    assert np.array_equal(found.outputs, run_reference(model, plan, windows).outputs)


MISTAKES = {
    "an odd row without what the sum before has of it": (
        "hg_kronecker_s8.h",
        "((uint32_t)upper << 1) + ",
        "((uint32_t)upper & 1) + ",
    ),
    "a sum that is two too large": (
        "hg_kronecker_s8.h",
        "(scaled + (1 << (31 - HG_KRONECKER_BITS)))",
        "(scaled + (1 << (33 - HG_KRONECKER_BITS)))",
    ),
    "a strip that begins with old words": (
        "hg_kronecker_s8.h",
        "strip[HG_KRONECKER_SUMS * p->turns + j]",
        "strip[j]",
    ),
    "a row too many under the pool": (
        "hg_conv_2d_kronecker_s8.h",
        "p->rows - HG_KRONECKER_ROWS * (turns - 1);",
        "p->rows + 1 - HG_KRONECKER_ROWS * (turns - 1);",
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
        for case in ("several strips", "pool (16, 1)"):
            compare(CASES[case], tmp_path, runtime=runtime, sanitize=False)

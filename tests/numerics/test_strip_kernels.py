"""int8 kernels at the edges of what they are written for: strips, copies, pairs, left-overs."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from support.conv_case import SAME, Conv
from support.host_model import ROOT, check

from hargen.importers.model_file import read
from hargen.optimize.passes import optimize
from hargen.plan.planner import make_plan

STRIPS = {
    # Values from window to window: the copies of a strip.
    **{f"steps of {n}": Conv((9, 1, n), (4, 1), 2) for n in (1, 2, 3, 4, 6)},
    **{f"stride {n}": Conv((14, 2, 1), (3, 1), 2, stride=(n, 1)) for n in (3, 4)},
    # Values in a window: quads and what is left over.
    **{f"{n} taps": Conv((13, 2, 1), (n, 1), 6) for n in (1, 2, 3, 6, 7, 12)},
    # Positions are summed by three, channels by two.
    **{f"{n} rows": Conv((n + 2, 1, 4), (3, 1), 2) for n in (1, 2, 4, 5)},
    **{f"{n} channels": Conv((6, 2, 3), (3, 2), n) for n in (1, 3, 4)},
    "several strips": Conv((90, 2, 16), (5, 1), 3),
    "several strips of copies": Conv((120, 1, 3), (9, 1), 2),
    "a strip of one position": Conv((5, 2, 100), (3, 1), 2),
    "borders on all sides": Conv((7, 5, 4), (5, 3), 4, padding=SAME),
    "borders and copies": Conv((9, 4, 3), (4, 3), 3, padding=SAME),
    "borders and strides": Conv((12, 5, 2), (4, 2), 4, padding=SAME, stride=(2, 2)),
    "dilated columns": Conv((6, 9, 4), (2, 3), 2, padding=SAME, dilation=(1, 3)),
    "a row": Conv((1, 14, 4), (1, 5), 4, padding=SAME, stride=(1, 2)),
    "a dilated row": Conv((1, 14, 4), (1, 3), 2, padding=SAME, dilation=(1, 3)),
    "a row and a pool": Conv((1, 14, 3), (1, 3), 3, pool=(1, 4)),
    "rows apart": Conv((12, 2, 4), (3, 1), 2, dilation=(2, 1)),
    "a row of values apart": Conv((1, 12, 4), (1, 3), 2, padding=SAME, dilation=(1, 4)),
    "causal": Conv((32, 1, 4), (3, 1), 4, dilation=(4, 1), rows_before=8),
    **{
        f"pointwise, every {n}. of {h}": Conv((h, 2, 8), (1, 1), 4, stride=(n, 1))
        for n, h in ((2, 8), (2, 9), (3, 8), (4, 3))
    },
    "pointwise, every second of a row": Conv((1, 9, 5), (1, 1), 4, stride=(1, 2)),
    "no bias": Conv((6, 1, 4), (3, 1), 2, bias=0),
    **{
        f"pool {n}": Conv((14, 3, 1), (4, 1), 5, pool=n)
        for n in ((2, 1), (3, 1), (4, 3), (5, 2), (11, 3), (1, 2))
    },
    "pool over several strips": Conv((60, 2, 16), (5, 1), 3, pool=(56, 2)),
    "pools in several strips": Conv((70, 1, 16), (5, 1), 2, pool=(6, 1)),
    "pool and borders": Conv((12, 6, 4), (3, 3), 3, padding=SAME, pool=(3, 2)),
}
LEVELS = ["-O2", "-Os"]  # -Os has a way of its own
OTHERS = {
    "rows apart that are no columns": Conv((13, 2, 4), (3, 1), 2, dilation=(2, 1)),
    "a window larger than a strip": Conv((5, 1, 160), (3, 1), 2),
    "-128 beside a negative weight": Conv((6, 1, 4), (3, 1), 2, lowest=-128),
    "-128 and a pool": Conv((6, 1, 4), (3, 1), 2, lowest=-128, pool=(2, 1)),
}


def compare(case: Conv, folder: Path, **options: object) -> str:
    path = case.write(folder / "network.tflite", seed=5)
    found, _ = check(path, case.windows(), folder, **options)
    assert len(np.unique(found.outputs[2:])) > 2
    return make_plan(optimize(read(path).graph)).layers[0].kernel.function


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("case", STRIPS)
def test_a_convolution_by_strips(case: str, level: str, tmp_path: Path) -> None:
    pooled = "max_pool_2d_" if STRIPS[case].pool else "2d_"
    assert compare(STRIPS[case], tmp_path, flags=(level,)) == f"hg_conv_{pooled}strip_s8"


@pytest.mark.parametrize("case", OTHERS)
def test_what_strips_cannot_do_goes_position_by_position(case: str, tmp_path: Path) -> None:
    assert "strip" not in compare(OTHERS[case], tmp_path)


MISTAKES = {
    "the next copy a quad too far": (
        *("hg_strip_s8.h", "borders and copies", "-O2"),
        *("phase * hg_strip_copy(p)", "phase * (hg_strip_copy(p) + 4)"),
    ),
    "padding with zeros": (
        *("hg_strip_s8.h", "borders and copies", "-O2"),
        *(": p->padding_value", ": 0"),
    ),
    "copies that are not shifted": (
        *("hg_strip_s8.h", "borders and copies", "-O2"),
        *("2 * (index + copy *", "2 * (index + hg_strip_step(p) % 4 * copy + copy *"),
    ),
    "for size, the next strip above the last one": (
        *("hg_conv_2d_strip_s8.h", "several strips", "-Os"),
        *("hg_min_s32(y, conv->output_height - positions)", "y - 1"),
    ),
    "for size, rows that are left over by themselves": (
        *("hg_conv_max_pool_2d_strip_s8.h", "pool (5, 2)", "-Os"),
        *("from + hg_min_s32(n, rows - block)", "from + n"),
    ),
    "for size, one word of values that are left over": (
        *("hg_strip_s8.h", "3 taps", "-Os"),
        *("(left + 1) / 2, sums", "1, sums"),
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_wrong_strip_is_noticed(mistake: str, tmp_path: Path) -> None:
    file, case, level, right, wrong = MISTAKES[mistake]
    runtime = tmp_path / "runtime"
    shutil.copytree(ROOT / "firmware/runtime", runtime)
    source = (runtime / file).read_text()
    assert source.count(right) == 1
    (runtime / file).write_text(source.replace(right, wrong))
    with pytest.raises(AssertionError, match="differ"):
        compare(STRIPS[case], tmp_path, runtime=runtime, sanitize=False, flags=(level,))

"""Convolutions by tiles and depthwise ones along columns: in C, and on the core."""

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
from hargen.plan.planner import make_plan

RELU = {"relu": True, "zero_point": -128}


def depthwise(size: tuple[int, int, int], kernel: tuple[int, int], **options: object) -> Conv:
    return Conv(size, kernel, size[2], depthwise=True, **options)


TILES = {
    # Positions are summed by three, channels by two; all are written out, or some in rounds.
    **{f"{n} positions": Conv((n, 1, 8), (1, 1), 4) for n in (1, 2, 3, 4, 5, 6)},
    **{f"{n} outputs": Conv((4, 1, 8), (1, 1), n) for n in (1, 2, 3, 5)},
    **{
        f"{n} channels": Conv((5, 1, n), (1, 1), 3, **RELU)
        for n in (4, 12, 20, 24, 28, 32, 36, 44, 56, 64, 72, 80, 92, 104)
    },
    "outputs that are clamped": Conv((9, 1, 8), (1, 1), 3, relu=True),
    "columns": Conv((3, 5, 8), (1, 1), 4, **RELU),
    "strides": Conv((9, 5, 8), (1, 1), 4, stride=(2, 2), **RELU),
    "a row": Conv((1, 13, 8), (1, 1), 4, **RELU),
    "a row that is skipped through": Conv((1, 13, 8), (1, 1), 4, stride=(1, 2), **RELU),
    "kernels": Conv((9, 5, 4), (3, 2), 4),
    "kernels and borders": Conv((8, 5, 4), (3, 3), 5, padding=SAME, **RELU),
    "borders and strides": Conv((12, 5, 4), (4, 2), 4, padding=SAME, stride=(2, 2)),
    "dilated rows": Conv((13, 2, 4), (3, 1), 2, dilation=(3, 1)),
    "dilated columns and borders": Conv((9, 9, 4), (2, 3), 2, padding=SAME, dilation=(1, 3)),
    "causal": Conv((16, 1, 8), (3, 1), 4, dilation=(2, 1), rows_before=4, **RELU),
    "no bias": Conv((6, 1, 8), (1, 1), 2, bias=0),
    "-128": Conv((6, 1, 8), (1, 1), 3, lowest=-128, highest=-128),
    "127": Conv((6, 1, 8), (1, 1), 3, lowest=127, **RELU),
}
RUNS = {
    # What is left of fours; rows, of which the windows of the first and last ones have borders.
    **{
        f"{n} taps of {c}": Conv((16, 1, c), (n, 1), 4, **RELU)
        for n, c in (
            (1, 2),
            (1, 3),
            (2, 3),
            (3, 3),
            (5, 3),
            (7, 3),
            (9, 3),
            (3, 5),
            (13, 3),
        )
    },
    **{f"{n} rows of three": Conv((n, 1, 3), (3, 1), 5, padding=SAME) for n in (1, 2, 3, 4, 5, 6)},
    **{
        f"every {s} rows of {n}": Conv((n, 1, 3), (5, 1), 4, padding=SAME, stride=(s, 1), **RELU)
        for s, n in ((2, 16), (2, 15), (3, 16))
    },
    "causal, odd outputs": Conv((9, 1, 3), (4, 1), 7, rows_before=3, **RELU),
    "a row of three channels": Conv((1, 13, 3), (1, 3), 4, padding=SAME, **RELU),
    "a wide image": Conv((9, 3, 3), (2, 3), 4, **RELU),
    "outputs that are clamped at last": Conv((9, 1, 3), (3, 1), 3, relu=True),
    "runs of -128": Conv((9, 1, 3), (3, 1), 3, lowest=-128, highest=-128),
    "runs without biases": Conv((9, 1, 3), (3, 1), 2, bias=0),
}
COLUMNS = {
    **{f"{n} taps": depthwise((20, 1, 4), (n, 1), **RELU) for n in (*range(2, 10), 16, 17)},
    **{f"{n} taps, signed": depthwise((20, 1, 4), (n, 1), padding=SAME) for n in (2, 3, 4, 5)},
    **{f"{n} rows": depthwise((n, 1, 4), (3, 1), padding=SAME, **RELU) for n in (1, 2, 3, 8, 9)},
    **{
        f"every second of {n} rows": depthwise((n, 1, 8), (k, 1), padding=SAME, stride=(2, 1))
        for n, k in ((1, 3), (2, 3), (8, 3), (9, 3), (9, 4), (10, 5))
    },
    **{f"{n} columns": depthwise((7, n, 8), (3, 1), padding=SAME, **RELU) for n in (2, 3)},
    **{
        f"depthwise, {n} channels": depthwise((5, 1, n), (3, 1), padding=SAME, **RELU)
        for n in (8, 12, 24)
    },
    "several strips": depthwise((200, 1, 4), (3, 1), padding=SAME, **RELU),
    "several strips of four taps": depthwise((161, 2, 4), (4, 1), **RELU),
    "several strips, every second row": depthwise((200, 1, 4), (5, 1), stride=(2, 1)),
    "all borders": depthwise((2, 1, 4), (9, 1), padding=SAME, **RELU),
    "a row of the image": depthwise((1, 14, 4), (1, 5), padding=SAME, **RELU),
    "every second of a row": depthwise((1, 14, 4), (1, 3), padding=SAME, stride=(2, 2)),
    "outputs that are clamped too": depthwise((9, 1, 4), (3, 1), relu=True),
    "dilated": depthwise((12, 1, 4), (3, 1), padding=SAME, dilation=(2, 1), **RELU),
    "no biases": depthwise((9, 1, 4), (3, 1), bias=0),
    "all -128": depthwise((9, 1, 4), (5, 1), lowest=-128, highest=-128),
}
OTHERS = {
    "channels that are no fours": Conv((6, 2, 6), (1, 1), 4),
    "a window too long for a strip": Conv((6, 1, 108), (1, 1), 4),
    "runs longer than substitution needs": Conv((20, 1, 3), (14, 1), 4),
    "dilated runs": Conv((13, 1, 3), (3, 1), 4, dilation=(3, 1)),
    "dilated runs side by side": Conv((12, 1, 3), (3, 1), 4, dilation=(3, 1)),
    "depthwise, kernels that are wide": depthwise((6, 4, 4), (3, 3)),
    "depthwise, a tap alone": depthwise((6, 1, 4), (1, 1)),
    "depthwise, too many taps": depthwise((40, 1, 4), (18, 1)),
    "depthwise, every third row": depthwise((12, 1, 4), (3, 1), stride=(3, 1)),
    "depthwise, rows apart that are no columns": depthwise((13, 1, 4), (3, 1), dilation=(2, 1)),
}
ALL = TILES | RUNS | COLUMNS
RANDOM = 12


def by_chance(seed: int) -> Conv:
    """Return a convolution with the least that tiles and columns want; every other is depthwise."""
    rng = np.random.default_rng(seed)
    one_column = seed % 2 or rng.random() < 0.5
    kernel = (int(rng.integers(2, 8) if seed % 2 else rng.integers(1, 5)), 1 if one_column else 2)
    size = (int(rng.integers(6, 30)), int(rng.integers(2, 5)), 4 * int(rng.integers(1, 4)))
    options = {
        "padding": int(rng.integers(0, 2)),
        "stride": (int(rng.integers(1, 3)), 1),
        "lowest": int(rng.integers(-128, -20)),
        "relu": bool(rng.integers(0, 2)),
        "zero_point": int(rng.choice([-128, -100, 0, 20])),
    }
    return Conv(
        size,
        kernel,
        size[2] if seed % 2 else int(rng.integers(1, 8)),
        depthwise=seed % 2 == 1,
        **options,
    )


@pytest.mark.parametrize("seed", range(RANDOM))
def test_convolutions_by_chance(seed: int, tmp_path: Path) -> None:
    expected = "hg_depthwise_conv_2d_column_s8" if seed % 2 else "hg_conv_2d_tile_s8"
    assert compare(by_chance(seed), tmp_path) == expected


def compare(case: Conv, folder: Path, **options: object) -> str:
    path = case.write(folder / "network.tflite", seed=5)
    found, _ = check(path, case.windows(), folder, for_speed=True, **options)
    assert len(np.unique(found.outputs)) > 2
    return first_kernel(path)


def first_kernel(path: Path) -> str:
    layers = make_plan(optimize(read(path).graph), for_speed=True).layers
    return next(layer.kernel.function for layer in layers if "conv" in layer.kernel.function)


@pytest.mark.parametrize("case", ALL)
def test_a_convolution(case: str, tmp_path: Path) -> None:
    kinds = {"conv_2d_tile": TILES, "conv_2d_run": RUNS, "depthwise_conv_2d_column": COLUMNS}
    expected = next(kind for kind, cases in kinds.items() if case in cases)
    assert compare(ALL[case], tmp_path) == f"hg_{expected}_s8"


@pytest.mark.parametrize("case", OTHERS)
def test_what_they_cannot_do_goes_another_way(case: str, tmp_path: Path) -> None:
    assert compare(OTHERS[case], tmp_path) not in (
        "hg_conv_2d_tile_s8",
        "hg_conv_2d_run_s8",
        "hg_depthwise_conv_2d_column_s8",
    )


@pytest.mark.parametrize("case", ["24 channels", "2 taps", "3 rows", "outputs that are clamped"])
def test_channels_share_a_shift_where_outputs_below_zero_are_clamped(
    case: str, tmp_path: Path
) -> None:
    plan = make_plan(
        optimize(read(ALL[case].write(tmp_path / "n.tflite", 5)).graph), for_speed=True
    )
    line = dict(plan.layers[0].kernel.parameters.fields)["line"]
    assert dict(line.fields)["shift"] > 0


def test_tall_and_narrow_kernels_go_by_substitution(tmp_path: Path) -> None:
    case = Conv((20, 1, 8), (7, 1), 4)
    assert compare(case, tmp_path) == "hg_conv_2d_kronecker_s8"


@pytest.mark.parametrize("case", ALL)
def test_the_core_gives_the_same(case: str, tmp_path: Path) -> None:
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
    "padding with zeros": ("hg_conv_2d_tile_s8.h", "p->padding_value & 0xFFFFu", "0 & 0xFFFFu"),
    "scales of the other channel": ("hg_tile_s8.h", "scales += scale;", "scales += 0;"),
    "words of the other position": (
        "hg_tile_s8.h",
        "hg_dual_mac(x[i], weights[1], sums[1][i])",
        "hg_dual_mac(x[0], weights[1], sums[1][i])",
    ),
    "bytes in front of the first row": ("hg_conv_2d_run_s8.h", "at + i >= 0 && ", ""),
    "a run that begins a byte late": (
        "hg_conv_2d_run_s8.h",
        "conv->padding_top) * line;",
        "conv->padding_top) * line + 1;",
    ),
    "the wrong half of the weights": (
        "hg_halves.h",
        "hg_signed_half(x >> 16) * hg_signed_half(w);",
        "hg_signed_half(x >> 16) * hg_signed_half(w >> 16);",
    ),
    "a strip that begins a row late": (
        "hg_depthwise_conv_2d_column_s8.h",
        "const int32_t row = y * conv->stride_height - conv->padding_top;",
        "const int32_t row = y * conv->stride_height - conv->padding_top + 1;",
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
        for case in ("kernels and borders", "5 taps, signed", "5 rows of three"):
            compare(ALL[case], tmp_path, runtime=runtime, sanitize=False)

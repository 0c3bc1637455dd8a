"""Sums and products for speed: every pair of values, runs of all kinds; in C, and on the core."""

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

KERNELS = {"ADD": "hg_add_plane_s8", "MUL": "hg_mul_line_s8"}


@dataclass(frozen=True)
class Binary:
    """An input and constants, or the input with itself where `rhs` is None."""

    kind: str
    lhs: tuple[int, ...]
    rhs: tuple[int, ...] | None
    scales: tuple[float, float, float] = (0.031357, 0.048701, 0.061219)
    zero_points: tuple[int, int, int] = (3, -7, -2)
    relu: bool = False
    swapped: bool = False

    def write(self, path: Path) -> Path:
        """Write the file and return its path."""
        x, y, out = (
            [[scale], [zero]] for scale, zero in zip(self.scales, self.zero_points, strict=True)
        )
        shape = self.lhs if self.rhs is None else np.broadcast_shapes(self.lhs, self.rhs)
        tensors = [
            WTensor("x", self.lhs, np.int8, None, *x),
            WTensor("out", tuple(int(n) for n in shape), np.int8, None, *out),
        ]
        operands = [0, 0]
        if self.rhs is not None:
            values = (np.arange(np.prod(self.rhs)) * 37 - 128).astype(np.int8).reshape(self.rhs)
            tensors.append(WTensor("y", self.rhs, np.int8, values, *y))
            operands = [2, 0] if self.swapped else [0, 2]
        options = {"FusedActivationFunction": int(self.relu)}
        table = f"{self.kind.capitalize()}Options"
        path.write_bytes(write(tensors, [WOp(self.kind, operands, [1], table, options)], [0], [1]))
        return path

    def windows(self) -> np.ndarray:
        """Return every value, each in all places of a window, and some by chance."""
        size = int(np.prod(self.lhs))
        same = np.repeat(np.arange(-128, 128)[:, None], size, axis=1)
        some = np.random.default_rng(3).integers(-128, 128, (8, size))
        return np.concatenate([same, some]).astype(np.int8)


def both(**options: object) -> dict[str, Binary]:
    """Return a sum and a product of all 65,536 pairs."""
    return {kind: Binary(kind, (1, 256), (1, 256), **options) for kind in KERNELS}


PAIRS = {
    f"{kind}, {name}": case
    for name, cases in {
        "usual": both(),
        "rectified": both(relu=True, zero_points=(3, -7, -128)),
        "rectified elsewhere": both(relu=True, zero_points=(3, -7, 5)),
        "equal scales": both(scales=(0.048701, 0.048701, 0.048701)),
        "scales far apart": both(scales=(0.51903, 0.0041377, 0.40629)),
        "a fine output": both(scales=(0.031357, 0.048701, 0.020183)),
        "a coarse output": both(scales=(0.031357, 0.048701, 0.30811)),
        "nothing below zero": both(zero_points=(-128, -128, -128)),
        "nothing above it": both(zero_points=(127, 127, 0)),
        "the other way round": both(swapped=True),
    }.items()
    for kind, case in cases.items()
}
RUNS = {
    f"{kind}, {name}": Binary(kind, *shapes, **options)
    for kind in KERNELS
    for name, shapes, options in (
        ("short", ((1, 4), (1, 4)), {}),
        ("no fours", ((1, 3, 5), (1, 3, 5)), {}),
        ("by channel", ((1, 6, 2, 8), (8,)), {}),
        ("by channel, no fours", ((1, 3, 7), (1, 1, 7)), {}),
        ("by row", ((1, 6, 2, 8), (1, 1, 2, 8)), {}),
        ("a row by all", ((1, 8), (1, 5, 8)), {}),
        ("by channel, the other way round", ((1, 6, 2, 8), (8,)), {"swapped": True}),
        ("with itself", ((1, 5, 4), None), {"scales": (0.031357, 0.031357, 0.061219)}),
    )
}
OTHERS = {
    f"{kind}, {name}": Binary(kind, *shapes)
    for kind in KERNELS
    for name, shapes in (
        ("one value", ((1, 3, 8), (1,))),
        ("by row alone", ((1, 3, 8), (1, 3, 1))),
        ("three channels", ((1, 6, 3), (3,))),
        ("in the middle", ((1, 3, 4, 8), (1, 3, 1, 8))),
    )
}
# Halves that the reference rounds now up and now down.
OTHERS["ADD, scales of two"] = Binary("ADD", (1, 256), (1, 256), scales=(0.25, 0.5, 0.5))
OTHERS["ADD, scales of hundredths"] = Binary("ADD", (1, 256), (1, 256), scales=(0.03, 0.05, 0.06))
ALL = PAIRS | RUNS


def compare(case: Binary, folder: Path, **options: object) -> str:
    path = case.write(folder / "network.tflite")
    found, _ = check(path, case.windows(), folder, for_speed=True, **options)
    assert len(np.unique(found.outputs)) > 2
    return make_plan(optimize(read(path).graph), for_speed=True).layers[0].kernel.function


@pytest.mark.parametrize("case", ALL)
def test_every_pair_of_values(case: str, tmp_path: Path) -> None:
    assert compare(ALL[case], tmp_path) == KERNELS[ALL[case].kind]


@pytest.mark.parametrize("case", OTHERS)
def test_what_it_cannot_do_goes_value_by_value(case: str, tmp_path: Path) -> None:
    assert compare(OTHERS[case], tmp_path) == f"hg_{OTHERS[case].kind.lower()}_s8"


@pytest.mark.parametrize("case", ALL)
def test_the_core_gives_the_same(case: str, tmp_path: Path) -> None:
    pytest.importorskip("unicorn", reason="the core is emulated by unicorn")
    from support.core_model import run_on_core

    try:
        cross_gcc = find_gcc().path
    except ToolError as error:
        pytest.skip(f"needs arm-none-eabi-gcc: {error}")
    path = ALL[case].write(tmp_path / "network.tflite")
    model, windows = read(path), ALL[case].windows()[-16:]
    found = run_on_core(path, windows, tmp_path, cross_gcc, for_speed=True)
    plan = make_plan(optimize(model.graph), for_speed=True)
    assert np.array_equal(found.outputs, run_reference(model, plan, windows).outputs)


MISTAKES = {
    "a multiplier one bit short": (
        "ADD, usual",
        "hg_elementwise_s8.h",
        "hg_low_product(p->lhs_multiplier, left[i], p->offset)",
        "hg_low_product(p->lhs_multiplier - 4096, left[i], p->offset)",
    ),
    "a run that does not begin anew": (
        "ADD, by channel",
        "hg_elementwise_s8.h",
        "rhs += runs->rhs_step;\n    output += runs->size;\n  }\n}\n\nHG_INLINE int32_t",
        "rhs += 0 * runs->rhs_step + 1;\n    output += runs->size;\n  }\n}\n\nHG_INLINE int32_t",
    ),
    "a product without its extra": (
        "MUL, rectified",
        "hg_elementwise_s8.h",
        "hg_low_low_mac(left[i], right[i], p->extra)",
        "hg_low_low_mac(left[i], right[i], 0)",
    ),
    "bytes in another order": (
        "MUL, usual",
        "hg_halves.h",
        "((uint32_t)b & 0xFFu) << 8 | ((uint32_t)c & 0xFFu) << 16",
        "((uint32_t)c & 0xFFu) << 8 | ((uint32_t)b & 0xFFu) << 16",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_noticed(mistake: str, tmp_path: Path) -> None:
    case, file, right, wrong = MISTAKES[mistake]
    runtime = tmp_path / "runtime"
    shutil.copytree(ROOT / "firmware/runtime", runtime)
    source = (runtime / file).read_text()
    assert source.count(right) == 1
    (runtime / file).write_text(source.replace(right, wrong))
    with pytest.raises(AssertionError, match="differ"):
        compare(ALL[case], tmp_path, runtime=runtime, sanitize=False)

"""Softmax of three logits, for every pair of differences, and of very many."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from support.host_model import ROOT, check
from support.tflite_writer import WOp, WTensor, write

from hargen.importers.model_file import read
from hargen.plan.layers import softmax as plan
from hargen.plan.planner import make_plan

LEVELS = ["-O2", "-Os"]
SCALES = {0.0039: True, 0.0611: True, 0.245: True, 0.5: False, 1.386: False, 40.0: False}
"""Whether the exps of these are computed; else they are in a table."""


def softmax(folder: Path, rows: int, size: int, scale: float) -> Path:
    path = folder / "softmax.tflite"
    tensors = [
        WTensor("x", (1, rows, size), np.int8, None, [scale], [3]),
        WTensor("y", (1, rows, size), np.int8, None, [1 / 256], [-128]),
    ]
    ops = [WOp("SOFTMAX", [0], [1], "SoftmaxOptions", {"Beta": 1.0})]
    path.write_bytes(write(tensors, ops, [0], [1]))
    return path


def every_pair() -> np.ndarray:
    """256 windows of 256 rows: the largest logit, and each two differences to it."""
    first, second = np.meshgrid(np.arange(256), np.arange(256), indexing="ij")
    logits = 127 - np.stack([first, np.zeros_like(first), second], axis=2)
    return logits.reshape(256, -1).astype(np.int8)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("computed", [True, False])
@pytest.mark.parametrize("scale", SCALES)
def test_every_pair_of_differences(
    scale: float, computed: bool, level: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "_LONG", 0 if computed else 256)
    path = softmax(tmp_path, 256, 3, scale)
    found, _ = check(path, every_pair(), tmp_path, flags=(level,))
    assert len(np.unique(found.outputs)) > 2
    assert f'#include "hg_softmax_{"computed_" * computed}s8.h"' in (tmp_path / "net.c").read_text()


@pytest.mark.parametrize("scale", SCALES)
def test_a_long_table_is_computed(scale: float, tmp_path: Path) -> None:
    for size in (16, 17):
        graph = read(softmax(tmp_path, 1, size, scale)).graph
        (layer,) = make_plan(graph).layers
        computed = layer.kernel.function == "hg_softmax_computed_s8"
        assert computed == (SCALES[scale] and size == 16)


@pytest.mark.parametrize("size", [1, 2, 16, 64, 127, 128, 129, 200])
def test_sums_of_every_magnitude(size: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(size)
    windows = rng.integers(-128, 128, (60, size)) // rng.integers(1, 40, (60, 1))
    windows[0] = 5  # equal: the largest sum
    windows[1, 0] = 127  # and with one above it
    check(softmax(tmp_path, 1, size, 0.1), windows.astype(np.int8), tmp_path)


MISTAKES = {
    "two steps of Newton": ("hg_softmax_s8.h", "i < 3; ++i", "i < 2; ++i"),
    "exps cut off": ("hg_softmax_s8.h", "value + ((uint32_t)1 << (shift - 1))", "value"),
    "a bit without its factor": ("hg_softmax_computed_s8.h", "i < 7; ++i", "i < 5; ++i"),
    "a polynomial of the third power": (
        "hg_softmax_computed_s8.h",
        "hg_multiply_high(x4_quarter + x3",
        "hg_multiply_high(x3",
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
    path = softmax(tmp_path, 256, 3, 0.0611)
    flags = ("-Wno-unused-variable",)
    with pytest.raises(AssertionError, match="differ"):
        check(path, every_pair(), tmp_path, runtime=runtime, sanitize=False, flags=flags)

"""Softmax of three logits, for every pair of differences, and of very many."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from support.host_model import ROOT, check
from support.tflite_writer import WOp, WTensor, write

LEVELS = ["-O2", "-Os"]
SCALES = [0.0039, 0.0611, 0.245, 1.386, 40.0]


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
@pytest.mark.parametrize("scale", SCALES)
def test_every_pair_of_differences(scale: float, level: str, tmp_path: Path) -> None:
    path = softmax(tmp_path, 256, 3, scale)
    found, _ = check(path, every_pair(), tmp_path, flags=(level,))
    assert len(np.unique(found.outputs)) > 2


@pytest.mark.parametrize("size", [1, 2, 64, 127, 128, 129, 200])
def test_sums_of_every_magnitude(size: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(size)
    windows = rng.integers(-128, 128, (60, size)) // rng.integers(1, 40, (60, 1))
    windows[0] = 5  # equal: the largest sum
    windows[1, 0] = 127
    check(softmax(tmp_path, 1, size, 0.1), windows.astype(np.int8), tmp_path)


MISTAKES = {
    "two steps of Newton": ("i < 3; ++i", "i < 2; ++i"),
    "exps cut off": ("value + ((uint32_t)1 << (shift - 1))", "value"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_noticed(mistake: str, tmp_path: Path) -> None:
    right, wrong = MISTAKES[mistake]
    runtime = tmp_path / "runtime"
    shutil.copytree(ROOT / "firmware/runtime", runtime)
    source = (runtime / "hg_softmax_s8.h").read_text()
    assert source.count(right) == 1
    (runtime / "hg_softmax_s8.h").write_text(source.replace(right, wrong))
    path = softmax(tmp_path, 256, 3, 0.0611)
    with pytest.raises(AssertionError, match="differ"):
        check(path, every_pair(), tmp_path, runtime=runtime, sanitize=False)

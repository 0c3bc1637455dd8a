"""Paddings in front of convolutions are merged with them; others stay."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tflite
from support.host_model import check
from support.tflite_writer import WOp, WTensor, write

from hargen.importers.model_file import read
from hargen.ir.ops.conv_2d import Conv2D
from hargen.ir.ops.pad import Pad
from hargen.ir.stencil import Padding
from hargen.optimize.passes import optimize

RNG = np.random.default_rng(3)


def network(amounts: list[list[int]], through: tuple[int, ...] | None = None) -> bytes:
    """PAD, optionally RESHAPE, and CONV_2D of a (1, 8, 2) or (1, 8, 1, 2) input."""
    shape = (1, 8, 2) if through else (1, 8, 1, 2)
    padded = tuple(n + a + b for n, (a, b) in zip(shape, amounts, strict=True))
    read_by = through or padded
    weights = RNG.integers(-127, 128, (3, 3, 1, read_by[3])).astype(np.int8)
    step = {"scale": [0.05], "zero_point": [7]}
    tensors = [
        WTensor("x", shape, np.int8, **step),
        WTensor("amounts", (len(shape), 2), np.int32, np.array(amounts, np.int32)),
        WTensor("padded", padded, np.int8, **step),
        WTensor("read", read_by, np.int8, **step),
        WTensor("w", weights.shape, np.int8, weights, [0.01]),
        WTensor("b", (3,), np.int32, np.array([100, -300, 0], np.int32), [0.0005]),
        WTensor("y", (1, read_by[1] - 2, read_by[2], 3), np.int8, None, [0.06], [3]),
        WTensor("shape", (4,), np.int32, np.array(read_by, np.int32)),
    ]
    options = {
        "Padding": tflite.Padding.VALID,
        "StrideH": 1,
        "StrideW": 1,
        "DilationHFactor": 1,
        "DilationWFactor": 1,
    }
    ops = [WOp("PAD", [0, 1], [2], "PadOptions")]
    if through:
        ops.append(WOp("RESHAPE", [2, 7], [3], "ReshapeOptions", {"NewShape": read_by}))
    ops.append(WOp("CONV_2D", [3 if through else 2, 4, 5], [6], "Conv2DOptions", options))
    return write(tensors, ops, [0], [6])


@pytest.mark.parametrize(
    ("amounts", "through", "padding"),
    [
        ([[0, 0], [2, 1], [0, 0], [0, 0]], None, Padding(top=2, bottom=1)),
        ([[0, 0], [1, 0], [1, 2], [0, 0]], None, Padding(top=1, left=1, right=2)),
        ([[0, 0], [4, 0], [0, 0]], (1, 12, 1, 2), Padding(top=4)),
        ([[0, 0], [0, 0], [0, 0], [1, 0]], None, None),  # channels are not padded by a kernel
        ([[0, 0], [4, 0], [0, 0]], (1, 6, 2, 2), None),  # this reshape moves rows about
    ],
)
def test_what_folds_and_what_stays(
    amounts: list[list[int]],
    through: tuple[int, ...] | None,
    padding: Padding | None,
    tmp_path: Path,
) -> None:
    path = tmp_path / "network.tflite"
    path.write_bytes(network(amounts, through))
    operators = optimize(read(path).graph).operators
    (convolution,) = (operator for operator in operators if isinstance(operator, Conv2D))
    assert any(isinstance(operator, Pad) for operator in operators) == (padding is None)
    assert convolution.stencil.padding == (padding or Padding())
    windows = RNG.integers(-128, 128, (20, 16)).astype(np.int8)
    check(path, windows, tmp_path)

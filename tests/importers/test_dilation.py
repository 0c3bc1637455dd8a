"""Detours through the batch become dilated convolutions, equal in every bit, or are refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.host_model import check
from support.tflite_writer import WOp, WTensor, write

from hargen.errors import ModelError
from hargen.importers.model_file import read
from hargen.ir.ops.conv_2d import Conv2D
from hargen.ir.ops.depthwise_conv_2d import DepthwiseConv2D

PLAIN = {"Padding": 1, "StrideH": 1, "StrideW": 1, "DilationHFactor": 1, "DilationWFactor": 1}
QUANTIZATION = {"scale": [0.5], "zero_point": [-7]}


def detour(seed: int, **changes: object) -> tuple[bytes, dict[str, object]]:
    """Return a file of SPACE_TO_BATCH_ND, a convolution over height and width, BATCH_TO_SPACE_ND.

    Size, kernel, block, padding and cropping are drawn; `changes` are made to what was drawn.
    """
    rng = np.random.default_rng([5, seed])
    kernel = rng.integers(1, 4, 2)
    block = rng.integers(1, 5, 2)
    crops = np.array([[0, int(rng.integers(0, b))] for b in block])
    size, pads = [], []
    for b, k, (_, crop) in zip(block, kernel, crops, strict=True):
        before = int(rng.integers(0, b * (k - 1) + 1))
        after = crop + int(rng.integers(0, b * (k - 1) + 1))
        each = k + int(rng.integers(1, 6))  # rows in each batch
        n = b * each - before - after
        n, each = (n, each) if n > 0 else (n + b * k * 3, each + k * 3)
        size.append(n)
        pads.append([before, after])
    parts: dict[str, object] = {
        "depthwise": seed % 2 == 1,
        "block": block,
        "pads": np.array(pads),
        "crops": crops,
        "options": PLAIN,
        "dealt": QUANTIZATION,
        "end": "BATCH_TO_SPACE_ND",
        "end_block": block,
    } | changes
    block, pads, crops = parts["block"], parts["pads"], parts["crops"]
    channels, filters = 2, 2 if parts["depthwise"] else 3
    phase = [(n + sum(p)) // b for n, p, b in zip(size, pads, block, strict=True)]
    made = [n - k + 1 for n, k in zip(phase, kernel, strict=True)]
    whole = [m * b - sum(c) for m, b, c in zip(made, block, crops, strict=True)]
    batch = int(np.prod(block))
    weights = rng.integers(
        *(-127, 128, (1, *kernel, 2) if parts["depthwise"] else (3, *kernel, 2)), dtype=np.int8
    )
    out = {"scale": [0.75 * float(np.sqrt(np.prod(kernel)))], "zero_point": [11]}
    axis = 3 if parts["depthwise"] else 0
    scales = rng.uniform(0.005, 0.02, filters)
    tensors = [
        WTensor("x", (1, *size, channels), np.int8, None, **QUANTIZATION),
        WTensor("block", (2,), np.int32, np.asarray(block, np.int32)),
        WTensor("pads", (2, 2), np.int32, np.asarray(pads, np.int32)),
        WTensor("dealt", (batch, *phase, channels), np.int8, None, **parts["dealt"]),
        WTensor("w", weights.shape, np.int8, weights, scales, [0] * filters, axis),
        WTensor(
            *("b", (filters,), np.int32, rng.integers(-900, 900, filters).astype(np.int32)),
            *(0.5 * scales, [0] * filters),
        ),
        WTensor("made", (batch, *made, filters), np.int8, None, **out),
        WTensor("end_block", (2,), np.int32, np.asarray(parts["end_block"], np.int32)),
        WTensor("crops", (2, 2), np.int32, np.asarray(crops, np.int32)),
        WTensor("y", (1, *whole, filters), np.int8, None, **out),
    ]
    kind, table = ("CONV_2D", "Conv2DOptions")
    options = dict(parts["options"])
    if parts["depthwise"]:
        kind, table = "DEPTHWISE_CONV_2D", "DepthwiseConv2DOptions"
        options["DepthMultiplier"] = 1
    ends = [7, 8] if parts["end"] == "BATCH_TO_SPACE_ND" else []
    ops = [
        WOp("SPACE_TO_BATCH_ND", [0, 1, 2], [3]),
        WOp(kind, [3, 4, 5], [6], table, options),
        WOp(parts["end"], [6, *ends], [9]),
    ]
    return write(tensors, ops, [0], [9]), parts | {"size": size}


@pytest.mark.parametrize("seed", range(10))
def test_it_equals_the_reference_on_the_file_as_it_was(seed: int, tmp_path: Path) -> None:
    content, parts = detour(seed)
    path = tmp_path / "detour.tflite"
    path.write_bytes(content)
    (folded,) = read(path).graph.operators
    assert isinstance(folded, DepthwiseConv2D if seed % 2 else Conv2D)
    assert folded.stencil.dilation == tuple(parts["block"])
    elements = 2 * int(np.prod(parts["size"]))
    windows = np.random.default_rng(seed).integers(-128, 128, (20, elements)).astype(np.int8)
    check(path, windows, tmp_path)


REFUSED = {
    "a stride": ({"options": PLAIN | {"StrideH": 2}}, "has strides"),
    "padding": ({"options": PLAIN | {"Padding": 0}}, "has strides or padding of its own"),
    "other blocks": ({"end_block": np.array([5, 5])}, "differ"),
    "blocks of 0": ({"end_block": np.array([0, 1])}, "do not fit 4 dimensions"),
    "another scale": ({"dealt": {"scale": [0.25], "zero_point": [-7]}}, "the scale changes"),
    "another end": ({"end": "LOGISTIC"}, "operator 2 (LOGISTIC) follows the convolution"),
    "more cropped than padded": (
        {
            "block": np.array([1, 1]),
            "end_block": np.array([1, 1]),
            "pads": np.zeros((2, 2), int),
            "crops": np.array([[1, 0], [0, 0]]),
        },
        "more is cropped than was padded",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_dilated_convolution_is_refused_by_name(what: str, tmp_path: Path) -> None:
    changes, words = REFUSED[what]
    path = tmp_path / "detour.tflite"
    path.write_bytes(detour(2, **changes)[0])
    with pytest.raises(ModelError) as caught:
        read(path)
    assert words in str(caught.value)
    assert "(SPACE_TO_BATCH_ND)" in caught.value.where or "(BATCH_TO_SPACE_ND)" in str(caught.value)
    assert "batch_shape=(1" in caught.value.hint

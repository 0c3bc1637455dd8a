"""Float32 .tflite files: what is read, and what is neither float32 nor int8 is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.random_networks import random_float_network
from support.tflite_writer import WOp, WTensor, write

from hargen.errors import ModelError
from hargen.importers.model_file import read
from hargen.ir.tensor import DType
from hargen.optimize.passes import optimize
from hargen.plan.planner import make_plan

WEIGHTS = np.linspace(-1, 1, 6, dtype=np.float32).reshape(2, 3)
HALVES = [WTensor("h", (2, 3), np.float16, WEIGHTS.astype(np.float16))]


def dense(
    weights: WTensor,
    *,
    bias: WTensor | None = None,
    before: tuple[WOp, ...] = (),
    more: object = (),
) -> bytes:
    """A fully connected layer of (1, 3) to (1, 2)."""
    bias = bias or WTensor("b", (2,), np.float32, np.ones(2, np.float32))
    tensors = [WTensor("x", (1, 3), np.float32), weights, bias, WTensor("y", (1, 2), np.float32)]
    tensors += more
    ops = [*before, WOp("FULLY_CONNECTED", [0, 1, 2], [3], "FullyConnectedOptions")]
    return write(tensors, ops, [0], [3])


def test_a_float_network_has_float_edges_and_no_scales(tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(dense(WTensor("w", (2, 3), np.float32, WEIGHTS)))
    graph = read(path).graph
    assert len(graph.operators) == 1
    assert graph.tensors[graph.input].dtype is graph.tensors[graph.output].dtype is DType.FLOAT32
    plan = make_plan(optimize(graph))
    assert plan.footprint.weights == 4 * (6 + 2)
    assert plan.footprint.maccs == 6


@pytest.mark.parametrize(
    ("content", "words", "hint"),
    [
        pytest.param(
            dense(WTensor("w", (2, 3), np.int8, np.ones((2, 3), np.int8), [0.1])),
            "dynamic-range quantization",
            "representative data",
            id="dynamic range",
        ),
        pytest.param(
            dense(
                WTensor("w", (2, 3), np.float32),
                before=(WOp("DEQUANTIZE", [4], [1]),),
                more=[WTensor("q", (2, 3), np.int8, np.ones((2, 3), np.int8), [0.1])],
            ),
            "dynamic-range quantization",
            "representative data",
            id="int8 weights that are expanded",
        ),
        pytest.param(
            dense(
                WTensor("w", (2, 3), np.float32), before=(WOp("DEQUANTIZE", [4], [1]),), more=HALVES
            ),
            "float16 tensors are not supported",
            "without optimizations",
            id="float16",
        ),
        pytest.param(
            dense(
                WTensor("w", (2, 3), np.float32, WEIGHTS),
                bias=WTensor("b", (2,), np.int32, np.ones(2, np.int32)),
            ),
            "not a constant of 2 float32 values",
            None,
            id="int32 bias",
        ),
        pytest.param(
            dense(WTensor("w", (2, 3), np.float32, WEIGHTS * np.float32(np.nan))),
            "not all finite",
            None,
            id="NaN",
        ),
        pytest.param(
            dense(WTensor("w", (2, 3), np.float32)),
            "read before it is computed",
            None,
            id="variable",
        ),
    ],
)
def test_what_is_wrong_is_named(
    content: bytes, words: str, hint: str | None, tmp_path: Path
) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(content)
    with pytest.raises(ModelError) as caught:
        read(path)
    assert str(path) in str(caught.value)
    assert words in str(caught.value)
    assert hint is None or hint in caught.value.hint


NETWORKS = [random_float_network(seed, windows=1).model for seed in (3, 10, 30, 64)]


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_change_of_a_file_gives_a_plan_or_a_model_error(
    data: st.DataObject, tmp_path: Path
) -> None:
    content = bytearray(data.draw(st.sampled_from(NETWORKS)))
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(8, len(content) - 1))
        content[position] = data.draw(st.sampled_from([0, 1, 2, 3, 0x7F, 0x80, 0xFE, 0xFF]))
    path = tmp_path / "model.tflite"
    path.write_bytes(bytes(content))
    try:
        make_plan(optimize(read(path).graph))
    except ModelError as error:
        assert error.what

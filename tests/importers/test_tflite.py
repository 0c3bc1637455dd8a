"""Bad and unusual .tflite files: one clear error each, never another exception."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.random_networks import random_network
from support.tflite_writer import WOp, WTensor, write

from hargen.errors import ModelError
from hargen.importers.model_file import read
from hargen.optimize.passes import optimize
from hargen.plan.planner import make_plan

CONV = {"Padding": 1, "StrideH": 1, "StrideW": 1, "DilationHFactor": 1, "DilationWFactor": 1}


def small_network(**changes: object) -> bytes:
    """A convolution of (1, 4, 3, 1) by 2 filters of (2, 1); `changes` are made to its parts."""
    parts: dict[str, object] = {
        "shape": (1, 4, 3, 1),
        "dtype": np.int8,
        "scale": [0.5],
        "zero_point": [3],
        "weights": np.arange(4, dtype=np.int8).reshape(2, 2, 1, 1),
        "weight_scale": [0.25, 0.125],
        "bias": np.array([1, -2], dtype=np.int32),
        "output_shape": (1, 3, 3, 2),
        "kind": "CONV_2D",
        "inputs": [0, 1, 2],
        "graph_inputs": [0],
        "options": CONV,
    } | changes
    scale = parts["weight_scale"]
    tensors = [
        WTensor("x", parts["shape"], parts["dtype"], None, parts["scale"], parts["zero_point"]),
        WTensor("w", (2, 2, 1, 1), np.int8, parts["weights"], scale, [0] * len(scale)),
        WTensor("b", (2,), np.int32, parts["bias"]),
        WTensor("y", parts["output_shape"], np.int8, None, [0.75], [-4]),
    ]
    ops = [WOp(parts["kind"], parts["inputs"], [3], "Conv2DOptions", parts["options"])]
    return write(tensors, ops, parts["graph_inputs"], [3])


def error_of(content: bytes, tmp_path: Path, name: str = "model.tflite") -> ModelError:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ModelError) as caught:
        read(path)
    assert str(path) in str(caught.value)
    assert caught.value.exit_code == 3
    return caught.value


def test_the_small_network_itself_is_fine(tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(small_network())
    assert make_plan(optimize(read(path).graph)).footprint.maccs == 3 * 3 * 4


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"shape": (1, 0, 3, 1)}, "shape (1, 0, 3, 1) is not usable"),
        ({"shape": (1, 2**30, 2**30, 1)}, "is not usable"),
        ({"shape": (2, 4, 3, 1)}, "batch"),
        ({"shape": (1, 1, 3, 1)}, "does not fit"),
        ({"scale": [float("nan")]}, "not a positive number"),
        ({"scale": [float("inf")]}, "not a positive number"),
        ({"scale": [0.0]}, "not a positive number"),
        ({"scale": [-0.5]}, "not a positive number"),
        ({"scale": None}, "needs one scale"),
        ({"zero_point": [200]}, "outside int8"),
        ({"zero_point": [1, 2]}, "do not fit"),
        ({"weight_scale": [0.1, 0.2, 0.3]}, "do not fit"),
        ({"weights": np.zeros((2, 2, 1, 2), np.int8)}, "the buffer has 8 bytes"),
        ({"weights": None}, "read before it is computed"),
        ({"bias": np.array([2**31 - 1, 0], np.int32)}, "could overflow"),
        ({"output_shape": (1, 4, 3, 2)}, "should be (1, 3, 3, 2)"),
        ({"inputs": [0, 1]}, None),
        ({"inputs": [0, 9, 2]}, "tensor 9 does not exist"),
        ({"inputs": [-1, 1, 2]}, "input 0 is missing"),
        ({"graph_inputs": [0, 1]}, "2 inputs"),
        ({"graph_inputs": [77]}, "does not exist"),
        ({"graph_inputs": [1]}, "is a constant"),
        ({"options": CONV | {"StrideH": 0}}, "does not fit"),
        ({"options": CONV | {"DilationHFactor": 9}}, "does not fit"),
        ({"options": CONV | {"Padding": 7}}, "padding 7"),
        ({"options": CONV | {"FusedActivationFunction": 4}}, "activation number 4"),
        ({"kind": "LOGISTIC"}, "operator 0 (LOGISTIC)"),
        ({"kind": "CUSTOM"}, "custom"),
        ({"kind": "ADD"}, "no AddOptions"),
        ({"dtype": np.float32, "scale": None}, "float32 and some int8"),
    ],
)
def test_what_is_wrong_is_named(
    changes: dict[str, object], words: str | None, tmp_path: Path
) -> None:
    content = small_network(**changes)
    if words is None:  # a convolution without bias is allowed
        path = tmp_path / "model.tflite"
        path.write_bytes(content)
        read(path)
        return
    error = error_of(content, tmp_path)
    assert words in str(error)


def test_an_unknown_operator_is_named_with_what_to_do(tmp_path: Path) -> None:
    error = error_of(small_network(kind="FLOOR"), tmp_path)
    assert "operator 0 (FLOOR)" in error.where
    assert "CONV_2D" in error.why
    assert "docs/adding-an-operator.md" in error.hint


def test_a_free_batch_is_named_with_what_to_do(tmp_path: Path) -> None:
    error = error_of(small_network(kind="SPACE_TO_BATCH_ND"), tmp_path)
    assert "operator 0 (SPACE_TO_BATCH_ND)" in error.where
    assert "free batch" in str(error)
    assert "batch_shape=(1" in error.hint


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"hello", "not a model"),
        (b"\x89HDF\r\n\x1a\n" + bytes(100), "Keras"),
        (b"PK\x03\x04" + bytes(100), "Keras"),
        (b"\x1c\x00\x00\x00TFL3", "corrupt"),
        (b"\xff\xff\xff\x7fTFL3" + bytes(64), "corrupt"),
    ],
)
def test_other_files_are_told_apart(content: bytes, words: str, tmp_path: Path) -> None:
    assert words in str(error_of(content, tmp_path))


def test_missing_file_and_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.tflite", tmp_path):
        with pytest.raises(ModelError, match=str(path)):
            read(path)


NETWORKS = [random_network(seed, windows=4).model for seed in (3, 10, 30, 64)]


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_change_of_a_file_gives_a_plan_or_a_model_error(
    data: st.DataObject, tmp_path: Path
) -> None:
    content = bytearray(data.draw(st.sampled_from(NETWORKS)))
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(8, len(content))) :]
    for _ in range(data.draw(st.integers(1, 4))):
        # Vtables, offsets and lengths lie at the ends; weights in between say little.
        position = data.draw(st.integers(8, len(content) - 1)) if len(content) > 8 else None
        if position is not None:
            content[position] = data.draw(st.sampled_from([0, 1, 2, 3, 0x7F, 0x80, 0xFE, 0xFF]))
    path = tmp_path / "model.tflite"
    path.write_bytes(bytes(content))
    try:
        make_plan(optimize(read(path).graph))
    except ModelError as error:
        assert error.what

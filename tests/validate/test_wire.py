"""What is sent: quantized as the reference's own QUANTIZE does it, and shaped as the model is."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from hypothesis import given
from hypothesis import strategies as st

from hargen.errors import DataError
from hargen.manifest import Tensor
from hargen.validate import wire


def tensor(scale: float, zero_point: int, shape: tuple[int, ...] = (1,)) -> Tensor:
    return Tensor(shape=shape, dtype="int8", scale=scale, zero_point=zero_point)


def exact(x: float, scale: np.float32, zero_point: int) -> int:
    """Round the float32 quotient half away from zero in exact arithmetic."""
    quotient = Fraction(float(np.float32(x) / scale))
    away = math.floor(abs(quotient) + Fraction(1, 2))
    return max(-128, min(127, (away if quotient >= 0 else -away) + zero_point))


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        (0.0, 3),
        (0.25, 4),  # half: away from zero, up
        (-0.25, 2),  # half: away from zero, down
        (0.75, 5),
        (-0.75, 1),
        (0.2499999, 3),
        (1e30, 127),
        (-1e30, -128),
    ],
)
def test_halves_go_away_from_zero(x: float, expected: int) -> None:
    assert wire.quantize(np.array([x], np.float32), tensor(0.5, 3)).tolist() == [expected]


def test_just_below_half_stays_below() -> None:
    # adding 0.5 to the largest float32 below 0.5 gives 1.0, so that floor(x + 0.5) would be wrong
    below = np.nextafter(np.float32(0.5), np.float32(0))
    assert wire.quantize(np.array([below, -below]), tensor(1.0, 0)).tolist() == [0, 0]


@given(
    st.floats(-1e4, 1e4, width=32),
    st.floats(np.float32(1e-3).item(), 10, width=32),
    st.integers(-128, 127),
)
def test_equal_to_exact_arithmetic(x: float, scale: float, zero_point: int) -> None:
    found = wire.quantize(np.array([x], np.float32), tensor(scale, zero_point))
    assert found.tolist() == [exact(x, np.float32(scale), zero_point)]


@pytest.mark.parametrize("name", ["AST/gmp_wl_24_int8", "WISDM/ign_wl_24_int8"])
def test_equal_to_the_references_own_quantize(shared: Path, name: str) -> None:
    interpreter = Interpreter(
        model_path=str(shared / f"zoo/{name}.tflite"),
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
        experimental_preserve_all_tensors=True,
    )
    interpreter.allocate_tensors()
    (source,) = interpreter.get_input_details()
    (inner,) = (
        details
        for details in interpreter.get_tensor_details()
        if details["dtype"] is np.int8 and tuple(details["shape"]) == (1, 24, 3, 1)
    )
    scale, zero_point = inner["quantization"]
    rng = np.random.default_rng(7)
    windows = rng.normal(0, 10, (300, 72)).astype(np.float32)
    # every second value is a multiple of half a step: the ties that rounding rules differ in
    halves = rng.integers(-300, 300, (300, 36)).astype(np.float32) * np.float32(scale / 2)
    windows[:, ::2] = halves
    theirs = []
    for window in windows:
        interpreter.set_tensor(source["index"], window.reshape(source["shape"]))
        interpreter.invoke()
        theirs.append(interpreter.get_tensor(inner["index"]).reshape(-1))
    assert np.array_equal(wire.quantize(windows, tensor(scale, zero_point)), np.stack(theirs))


def test_float_windows_travel_as_they_are() -> None:
    windows = np.arange(12, dtype=np.float32).reshape(2, 2, 3)
    floats = Tensor(shape=(2, 3, 1), dtype="float32", scale=1.0, zero_point=0)
    rows = wire.inputs(windows, floats)
    assert rows[1].tobytes() == np.array([6, 7, 8, 9, 10, 11], "<f4").tobytes()


def test_windows_of_another_size_are_refused() -> None:
    with pytest.raises(DataError, match=r"a window has 6 values: the model takes 8"):
        wire.inputs(np.zeros((1, 2, 3), np.float32), tensor(1.0, 0, (4, 2)))


def test_outputs_are_read_in_the_models_dtype() -> None:
    integers = Tensor(shape=(3,), dtype="int8", scale=1 / 256, zero_point=-128)
    assert wire.outputs([b"\x80\x00\x7f", b"\xff\x01\x02"], integers).tolist() == [
        [-128, 0, 127],
        [-1, 1, 2],
    ]
    floats = Tensor(shape=(2,), dtype="float32", scale=1.0, zero_point=0)
    assert wire.outputs([bytes.fromhex("0000803f000000c0")], floats).tolist() == [[1.0, -2.0]]
    assert wire.outputs([], floats).shape == (0, 2)

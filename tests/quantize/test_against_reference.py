"""The integer arithmetic against LiteRT's reference, exhaustively where that is possible."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from hypothesis import given, settings
from hypothesis import strategies as st
from support.tflite_writer import WOp, WTensor, write

from hargen.errors import ModelError
from hargen.quantize.fully_connected import SingleRounding, far_multipliers, requantization
from hargen.quantize.multiplier import quantize_multiplier, round_half_away
from hargen.quantize.softmax import exp_table


def interpreter_of(content: bytes) -> Interpreter:
    interpreter = Interpreter(
        model_content=content, experimental_op_resolver_type=OpResolverType.BUILTIN_REF
    )
    interpreter.allocate_tensors()
    return interpreter


@pytest.mark.parametrize("scale", [0.0039, 0.05, 0.244962, 0.75, 1.38594, 3.0, 40.0])
def test_a_softmax_of_two_follows_from_the_table_for_every_difference(scale: float) -> None:
    """exp(0) / (exp(0) + exp(-d)) by the table, in exact fractions, is within one step of it."""
    table = exp_table(1.0, float(np.float32(scale)))
    tensors = [
        WTensor("x", (1, 2), np.int8, None, [scale], [0]),
        WTensor("y", (1, 2), np.int8, None, [1 / 256], [-128]),
    ]
    ops = [WOp("SOFTMAX", [0], [1], "SoftmaxOptions", {"Beta": 1.0})]
    interpreter = interpreter_of(write(tensors, ops, [0], [1]))
    for difference in range(256):
        interpreter.set_tensor(0, np.array([[127, 127 - difference]], np.int8))
        interpreter.invoke()
        found = interpreter.get_tensor(1).reshape(-1).astype(int) + 128
        small = table[difference] if difference < len(table) else 0
        expected = [Fraction(v * 256, table[0] + small) for v in (table[0], small)]
        for value, exact in zip(found, expected, strict=True):
            assert abs(min(exact, 255) - value) <= 1


def test_the_table_of_exps_is_exp() -> None:
    for scale in (0.01, 0.3, 1.0):
        table = np.array(exp_table(1.0, scale)) / 2.0**31
        assert np.abs(table - np.exp(-scale * np.arange(len(table)))).max() < 1e-6


def double_reference(sums: np.ndarray, scale: float, zero_point: int) -> np.ndarray:
    """The reference's words: round(double(sum) * scale), C's round, then the zero point."""
    products = sums.astype(np.float64) * scale
    whole = np.trunc(products)
    rounded = whole + np.sign(products) * (np.abs(products - whole) >= 0.5)
    return np.clip(rounded + zero_point, -128, 127)


@settings(max_examples=150, deadline=None)
@given(
    mantissa=st.floats(0.5, 1.0, exclude_max=True),
    exponent=st.integers(-18, 1),
    power_of_two=st.booleans(),
    zero_point=st.integers(-128, 127),
)
def test_every_sum_is_rounded_as_by_the_double(
    mantissa: float, exponent: int, power_of_two: bool, zero_point: int
) -> None:
    scale = (0.5 if power_of_two else mantissa) * 2.0**exponent
    limit = 40_000
    factor = requantization(scale, -128 - zero_point, 127 - zero_point, limit)
    sums = np.arange(-limit, limit + 1, dtype=np.int64)
    found = (sums * factor.multiplier + (1 << (factor.shift - 1)) - (sums < 0)) >> factor.shift
    expected = double_reference(sums, scale, zero_point)
    assert np.array_equal(np.clip(found + zero_point, -128, 127), expected)


def test_a_factor_that_no_multiplier_can_hold_is_refused() -> None:
    with pytest.raises(ModelError):
        requantization(2.0**40, -128, 127, 1000)


@pytest.mark.parametrize("value", [0.5, 1.5, 2.5, 0.49999999999999994, 4503599627370497.0, 1e15])
def test_halves_go_away_from_zero(value: float) -> None:
    half = Fraction(1, 2)
    whole = Fraction(value)
    expected = int(whole + half)
    assert round_half_away(value) == expected
    assert round_half_away(-value) == -expected


@given(st.floats(2.0**-31, 2.0**29))
def test_a_multiplier_is_the_nearest(real: float) -> None:
    factor = quantize_multiplier(real)
    assert 2**30 <= factor.multiplier < 2**31
    error = abs(Fraction(factor.multiplier) * Fraction(2) ** (factor.shift - 31) - Fraction(real))
    assert error <= Fraction(2) ** (factor.shift - 32)


@pytest.mark.parametrize("real", [-1.0, float("nan"), float("inf"), 2.0**32])
def test_what_is_no_factor_is_refused(real: float) -> None:
    with pytest.raises(ModelError):
        quantize_multiplier(real)


def test_double_rounding_is_that_of_a_reference_convolution() -> None:
    """A 1x1 convolution with weight 1 and a bias shows its requantization of every sum."""
    scales = [0.7501, 0.0625, 0.013, 0.0039]
    biases = np.arange(-6000, 6000, 7, dtype=np.int32)
    count = len(biases)
    for scale, value in itertools.product(scales, (-128, 0, 91)):
        tensors = [
            WTensor("x", (1, 1, 1, 1), np.int8, None, [1.0], [0]),
            WTensor("w", (count, 1, 1, 1), np.int8, np.ones((count, 1, 1, 1), np.int8), [scale]),
            WTensor("b", (count,), np.int32, biases),
            WTensor("y", (1, 1, 1, count), np.int8, None, [1.0], [5]),
        ]
        options = {"Padding": 1, "StrideH": 1, "StrideW": 1}
        options |= {"DilationHFactor": 1, "DilationWFactor": 1}
        ops = [WOp("CONV_2D", [0, 1, 2], [3], "Conv2DOptions", options)]
        interpreter = interpreter_of(write(tensors, ops, [0], [3]))
        interpreter.set_tensor(0, np.array([[[[value]]]], np.int8))
        interpreter.invoke()
        factor = quantize_multiplier(float(np.float32(scale)))
        expected = [min(max(factor.apply(int(b) + value) + 5, -128), 127) for b in biases]
        assert interpreter.get_tensor(3).reshape(-1).tolist() == expected


def far(value: np.ndarray, factor: SingleRounding, zero_point: int) -> np.ndarray:
    """hg_requantize_far, as C has it."""
    base = (2 * zero_point + 1) << (factor.shift - 33)
    return (base + ((value * factor.multiplier) >> 32)) >> (factor.shift - 32)


@settings(max_examples=150, deadline=None)
@given(
    multiplier=st.integers(2**30, 2**31 - 1) | st.sampled_from([2**30, 3 * 2**29, 5 * 2**28]),
    shift=st.integers(31, 55),
    zero_point=st.integers(-128, 127),
)
def test_the_high_half_suffices_where_it_is_said_to(
    multiplier: int, shift: int, zero_point: int
) -> None:
    factor, limit = SingleRounding(multiplier, shift), 40_000
    sums = np.arange(-limit, limit + 1, dtype=np.int64)
    if factor.is_far(limit):
        expected = (sums * multiplier + (1 << (shift - 1)) - (sums < 0)) >> shift
        assert np.array_equal(far(sums, factor, zero_point), expected + zero_point)


def test_a_half_among_negative_sums_needs_more_than_the_high_half() -> None:
    factor = SingleRounding(2**30, 37)  # 2**-7: -64 gives a half
    assert factor.is_far(63) and not factor.is_far(64)
    assert far(np.array([-64]), factor, 0) != factor.apply(-64)
    assert not SingleRounding(2**30 + 1, 32).is_far(1)
    assert not SingleRounding(2**30 + 1, 54).is_far(1)


@settings(max_examples=100, deadline=None)
@given(
    scales=st.lists(st.floats(2.0**-14, 2.0**-3), min_size=1, max_size=5),
    zero_point=st.integers(-128, 127),
    limit=st.integers(1, 60_000),
)
def test_one_far_shift_for_all_outputs_rounds_as_the_double(
    scales: list[float], zero_point: int, limit: int
) -> None:
    found = far_multipliers(scales, -128 - zero_point, 127 - zero_point, [limit] * len(scales))
    assert found is not None
    multipliers, shift = found
    sums = np.arange(-limit, limit + 1, dtype=np.int64)
    for scale, multiplier in zip(scales, multipliers, strict=True):
        outputs = far(sums, SingleRounding(multiplier, shift), zero_point)
        expected = double_reference(sums, scale, zero_point)
        assert np.array_equal(np.clip(outputs, -128, 127), expected)


def test_factors_that_are_too_large_have_no_far_shift() -> None:
    assert far_multipliers([0.5], -128, 127, [1000]) is None

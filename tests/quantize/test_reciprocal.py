"""Products that stand for the division by a scale: the same int8 for every float32, or none."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from support.host_model import ROOT

from hargen.importers.model_file import read
from hargen.ir.tensor import DType
from hargen.plan.edges import without_edges
from hargen.quantize.reciprocal import Reciprocal, find_reciprocal, find_steps, fused, gives

NETWORKS = [
    *(ROOT / "tests/bench/networks").glob("*.tflite"),
    *(ROOT / "hargen/models").glob("*.tflite"),
]
SCALE, ZERO_POINT = float(np.float32(0.375538)), 4


def quotients(scale: float, zero_point: int, x: np.ndarray) -> np.ndarray:
    """The reference's rule by whole numbers: no float but the quotient itself."""
    with np.errstate(over="ignore", under="ignore"):
        steps = x / np.float32(scale)
    return np.array([rounded(step, zero_point) for step in steps.tolist()])


def rounded(step: float, zero_point: int) -> int:
    if np.isinf(step):
        return 127 if step > 0 else -128
    twice = 2 * Fraction(abs(step)) + 1
    whole = int(twice // 2) * (1 if step >= 0 else -1)
    return min(max(whole + zero_point, -128), 127)


def products(found: Reciprocal, zero_point: int, x: np.ndarray) -> np.ndarray:
    """What two multiplications give, every rounding spelled out in fractions."""
    results = []
    for value in x.tolist():
        if np.isinf(value):
            results.append(127 if value > 0 else -128)
            continue
        low = nearest(Fraction(value) * Fraction(found.rest)) if found.rest else Fraction(0)
        total = nearest(Fraction(value) * Fraction(found.factor) + low)
        results.append(rounded(float(total), zero_point))
    return np.array(results)


def nearest(exact: Fraction) -> Fraction:
    """The float32 nearest to a fraction, halves to even; for magnitudes that are normal floats."""
    if exact == 0:
        return exact
    size = abs(exact)
    exponent = size.numerator.bit_length() - size.denominator.bit_length()
    exponent -= size < Fraction(2) ** exponent
    step = Fraction(2) ** max(exponent - 23, -149)
    return round(exact / step) * step


def beside(x: np.ndarray, reach: int) -> np.ndarray:
    """Every float32 within reach of those given, infinities included."""
    bits: np.ndarray = x.view(np.int32)[:, None] + np.arange(-reach, reach + 1)
    found = bits.astype(np.int32).reshape(-1).view(np.float32)
    return found[~np.isnan(found)]


def scales_of_networks() -> list[tuple[float, int]]:
    found = set()
    for path in NETWORKS:
        graph = read(path).graph
        tensor = graph.tensors[without_edges(graph).input.tensor]
        if tensor.dtype is DType.INT8:
            found.add((tensor.scale, tensor.zero_point))
    return sorted(found)


def drawn_scales(count: int) -> list[tuple[float, int]]:
    rng = np.random.default_rng(5)
    scales = np.exp(rng.uniform(np.log(1e-8), np.log(1e6), count)).astype(np.float32)
    return list(zip(scales.tolist(), rng.integers(-128, 128, count).tolist(), strict=True))


@pytest.mark.parametrize(
    ("scale", "zero_point"),
    [*scales_of_networks(), *drawn_scales(12), (1.0, 127), (0.25, -128), (2.0**-100, 0)],
)
def test_the_same_int8_beside_every_step(scale: float, zero_point: int) -> None:
    found = find_reciprocal(scale, zero_point)
    assert found is not None
    steps = find_steps(np.float32(scale), zero_point)
    x = np.unique(beside(steps.values[np.isfinite(steps.values)], 3))
    right = quotients(scale, zero_point, x)
    assert np.array_equal(products(found, zero_point, x), right)
    assert set(right) == set(range(-128, 128))
    assert np.all(np.diff(right) >= 0)


def test_nearly_every_scale_has_two_factors_or_one() -> None:
    found = [find_reciprocal(scale, zero_point) for scale, zero_point in drawn_scales(300)]
    assert None not in found
    assert 0 < sum(each is not None and each.rest == 0.0 for each in found) < 30


@pytest.mark.parametrize("exponent", [-124, -60, -3, 0, 1, 100, 126])
def test_a_power_of_two_has_one_factor(exponent: int) -> None:
    assert find_reciprocal(2.0**exponent, -20) == Reciprocal(2.0**-exponent)


def test_two_factors_where_no_single_one_is_proven() -> None:
    found = find_reciprocal(SCALE, ZERO_POINT)
    assert found is not None and found.rest > 0.0
    steps = find_steps(np.float32(SCALE), ZERO_POINT)
    near = beside(np.array([1.0 / SCALE], np.float32), 50)
    assert len(near) == 101
    assert not any(gives(Reciprocal(float(factor)), steps) for factor in near)


@pytest.mark.parametrize("scale", [0.0, -1.0, 1e-45, 1e-38, 1.2e-38, 1e38, 3e38, np.inf, np.nan])
def test_none_where_the_inverse_or_a_step_is_no_normal_float(scale: float) -> None:
    assert find_reciprocal(float(np.float32(scale)), 0) is None


@pytest.mark.parametrize(
    "change",
    [(1.0, 0.5), (1.0, 1.5), (1.0, 0.0), (1.0, -1.0), (1.0 + 2**-23, 1.0), (-1.0, 1.0), (0.0, 1.0)],
)
def test_a_wrong_factor_is_refused(change: tuple[float, float]) -> None:
    found = find_reciprocal(SCALE, ZERO_POINT)
    assert found is not None
    wrong = Reciprocal(
        float(np.float32(found.factor * change[0])), float(np.float32(found.rest * change[1]))
    )
    assert wrong != found
    assert not gives(wrong, find_steps(np.float32(SCALE), ZERO_POINT))


def test_a_refused_factor_does_give_another_int8() -> None:
    """The proof is no stricter than it has to be where products differ by a few of 2^24."""
    found = find_reciprocal(SCALE, ZERO_POINT)
    assert found is not None
    steps = find_steps(np.float32(SCALE), ZERO_POINT)
    x = steps.values[np.isfinite(steps.values)]
    seen = set()
    for rest in np.float32(found.rest) * np.linspace(0.0, 2.0, 41, dtype=np.float32)[1:]:
        wrong = Reciprocal(found.factor, float(rest))
        equal = np.array_equal(products(wrong, ZERO_POINT, x), quotients(SCALE, ZERO_POINT, x))
        assert gives(wrong, steps) == equal
        seen.add(equal)
    assert seen == {True, False}


@pytest.mark.parametrize(("exponent", "used"), [(-122, True), (-123, False), (-124, False)])
def test_a_product_that_is_subnormal_until_it_is_rounded_is_refused(
    exponent: int, used: bool
) -> None:
    """A core that flushes subnormals makes 0 of it."""
    steps = find_steps(np.float32(0.25), 0)
    rest = Fraction(2) ** exponent
    exact = [abs(Fraction(x)) * rest for x in steps.values.tolist() if np.isfinite(x)]
    least, tiny = min(exact), Fraction(2) ** -126
    assert (least < tiny) != used
    assert exponent != -123 or nearest(least) == tiny
    assert gives(Reciprocal(4.0, float(rest)), steps) == used


def test_steps_are_the_least_floats_that_give_an_output() -> None:
    steps = find_steps(np.float32(SCALE), ZERO_POINT)
    before, at = steps.values[:255], steps.values[255:510]
    assert np.array_equal(np.nextafter(before, np.float32(np.inf)), at)
    assert quotients(SCALE, ZERO_POINT, before).tolist() == list(range(-128, 127))
    assert quotients(SCALE, ZERO_POINT, at).tolist() == list(range(-127, 128))


def test_steps_that_lie_together() -> None:
    """The largest float is 32 steps: all outputs above have the infinity's step."""
    scale = 2.0**123
    steps = find_steps(np.float32(scale), 0)
    assert np.isinf(steps.values[255:510]).sum() == 127 - 32
    found = find_reciprocal(scale, 0)
    assert found is not None
    assert np.array_equal(quotients(scale, 0, steps.values), steps.outputs)
    assert np.array_equal(products(found, 0, steps.values), steps.outputs)


def test_the_fused_addition_rounds_once() -> None:
    rng = np.random.default_rng(6)
    bits = rng.integers(0, 2**32, (2, 4000), dtype=np.uint32)
    x, near = bits.view(np.float32)
    with np.errstate(all="ignore"):
        # Addends that cancel, that hardly count, and halves of the last place, which decide.
        product = x * np.float32(2.6628427)
        addends = [near, -product, product * np.float32(2**-24), product * np.float32(-(2**-25))]
        for addend in addends:
            found = fused(x, np.float32(2.6628427), addend)
            normal = np.isfinite(x) & np.isfinite(addend) & np.isfinite(found)
            exact = [
                nearest(Fraction(a) * Fraction(float(np.float32(2.6628427))) + Fraction(b))
                for a, b in zip(x[normal].tolist(), addend[normal].tolist(), strict=True)
            ]
            assert normal.sum() > 3000 or addend is near
            assert [Fraction(value) for value in found[normal].tolist()] == exact

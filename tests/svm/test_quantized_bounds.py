"""What may be exported cannot overflow: the operators' own checks against sums worked out here."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hargen.errors import ModelError
from hargen.importers.svm import machine as of
from hargen.importers.svm.build import read_graph
from hargen.ir.ops import svm_int8
from hargen.ir.ops.svm import pair_count

ONE = 1 << 30


def rbf(coefficients: np.ndarray, counts: list[int], shift: int, bias: list[int]) -> of.Rbf:
    total = sum(counts)
    return of.Rbf(
        vectors_per_class=counts,
        steps_in_one=1.0,
        steps=[255],
        vectors=[[1]] * total,
        exponents=[0] * total,
        coefficients=coefficients.tolist(),
        bias=bias,
        distance_shift=0,
        multiplier=1,
        decision_shift=shift,
        decision_scale=1.0,
    )


def is_accepted(layer: of.Rbf | of.FullyConnected, classes: int, inputs: int) -> bool:
    machine = of.Machine(classes=[f"c{i}" for i in range(classes)], inputs=inputs, layers=[layer])
    try:
        read_graph(of.dumps(machine))[0].verify()
    except ModelError as error:
        assert "could overflow" in str(error)
        return False
    return True


@st.composite
def machines(draw: st.DrawFn) -> tuple[of.Rbf, np.random.Generator]:
    counts = draw(st.lists(st.integers(1, 40), min_size=2, max_size=4))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    size = 2 ** draw(st.integers(1, 15))
    coefficients = rng.integers(-size, size, (len(counts) - 1, sum(counts)))
    coefficients[0, 0] = 1
    shift = draw(st.integers(10, 25))
    reach = 2 ** draw(st.integers(1, 31))
    bias = rng.integers(-reach, reach, pair_count(len(counts))).tolist()
    return rbf(coefficients, counts, shift, bias), rng


@given(machines())
@settings(max_examples=150)
def test_what_is_accepted_fits_64_and_32_bits(drawn: tuple[of.Rbf, np.random.Generator]) -> None:
    layer, rng = drawn
    counts = layer.vectors_per_class
    if not is_accepted(layer, len(counts), 1):
        return
    coefficients = np.array(layer.coefficients)
    own = np.repeat(np.arange(len(counts)), counts)
    half = 1 << (layer.decision_shift - 1)
    for pair, (low, high) in enumerate(combinations(range(len(counts)), 2)):
        terms = [
            *coefficients[high - 1, own == low].tolist(),
            *coefficients[low, own == high].tolist(),
        ]
        for kernels in (
            [ONE * (term > 0) for term in terms],
            [ONE * (term < 0) for term in terms],
            rng.integers(0, ONE + 1, len(terms)).tolist(),
        ):
            total = half  # Python's integers: they do not overflow
            for term, kernel in zip(terms, kernels, strict=True):
                total += term * kernel
                assert -(2**63) <= total < 2**63
            decision = layer.bias[pair] + (total >> layer.decision_shift)
            assert -(2**31) <= decision < 2**31
            assert -(2**31) <= total >> layer.decision_shift < 2**31


def test_decisions_are_accepted_up_to_the_edge_and_no_further() -> None:
    coefficients = np.full((1, 4), 32767)
    largest = 4 * 32767 * ONE
    shift = 20
    sums = (largest + (1 << (shift - 1)) >> shift) + 1
    room = 2**31 - 1 - sums
    assert is_accepted(rbf(coefficients, [2, 2], shift, [room]), 2, 1)
    assert is_accepted(rbf(coefficients, [2, 2], shift, [-room]), 2, 1)
    assert not is_accepted(rbf(coefficients, [2, 2], shift, [room + 1]), 2, 1)
    assert not is_accepted(rbf(coefficients, [2, 2], shift - 5, [0]), 2, 1)


@pytest.mark.parametrize("extra", [0, 1])
def test_projections_are_accepted_up_to_the_edge_and_no_further(extra: int) -> None:
    inputs = 516  # 516 * 127 * 32767 is just below 2^31
    weights = [127] * inputs + [100 * extra] * 2
    layer = of.FullyConnected(
        steps_in_one=1.0, limit=32767, weights=[weights], scales=[1.0], offsets=[0.0]
    )
    fits = sum(weights) * 32767 < 2**31
    assert fits is (extra == 0)
    assert is_accepted(layer, 2, inputs + 2) is fits


def test_the_largest_distance_fits() -> None:
    feature = svm_int8.RANGE * svm_int8.MAX_STEPS
    value = 128 * svm_int8.MAX_STEPS * 2**svm_int8.MAX_EXPONENT
    assert feature + value < 2**31
    assert svm_int8.MAX_SIZE * (feature + value) ** 2 < 2**63
    # A feature in steps is a float on its way to an integer: 24 bits hold it.
    assert feature < 2**24

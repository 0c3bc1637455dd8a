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

ONE = 2**15 - 1  # of a kernel, at most


def rbf(coefficients: np.ndarray, counts: list[int], shift: int, bias: list[int]) -> of.Rbf:
    total = sum(counts)
    return of.Rbf(
        vectors_per_class=counts,
        steps_in_one=1.0,
        vectors=[[1]] * total,
        norms=[1] * total,
        scales=[255] * total,
        coefficients=coefficients.tolist(),
        bias=bias,
        norm_unit=1,
        fraction_bits=14,
        farthest=1000,
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
    shift = draw(st.integers(1, 10))
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
    coefficients = np.full((1, 6), 32767)
    largest = 6 * 32767 * ONE
    shift = 5
    sums = (largest + (1 << (shift - 1)) >> shift) + 1
    room = 2**31 - 1 - sums
    assert is_accepted(rbf(coefficients, [3, 3], shift, [room]), 2, 1)
    assert is_accepted(rbf(coefficients, [3, 3], shift, [-room]), 2, 1)
    assert not is_accepted(rbf(coefficients, [3, 3], shift, [room + 1]), 2, 1)
    assert not is_accepted(rbf(coefficients, [3, 3], shift - 4, [0]), 2, 1)


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


def distances(farthest: int, norm: int, vectors: list[list[int]]) -> of.Rbf:
    count = len(vectors)
    layer = rbf(np.full((1, count), 1), [1, count - 1], 1, [0])
    return layer.model_copy(
        update={
            "vectors": vectors,
            "norms": [norm] * count,
            "norm_unit": 255,
            "farthest": farthest,
        }
    )


def test_distances_are_accepted_up_to_the_edge_and_no_further() -> None:
    vectors = [[127, -127, 100], [3, 127, -127]]
    norm = 16383
    low, high = 0, 32767**2 - 1
    while high - low > 1:  # between what is accepted and what is not
        middle = (low + high) // 2
        if is_accepted(distances(middle, norm, vectors), 2, 3):
            low = middle
        else:
            high = middle
    # The longest window that counts as near, in the direction of the longest vector
    longest = np.array(vectors[np.argmax([np.dot(v, v) for v in vectors])], dtype=float)
    window = np.fix(longest * np.sqrt(low / np.dot(longest, longest))).astype(int).tolist()
    assert sum(value**2 for value in window) <= low
    own = sum(abs(a * b) for a, b in zip(window, longest.astype(int).tolist(), strict=True))
    sum_of_one = own + 255 * norm
    # 256 times a vector's sum beside another one's, both as large as can be
    assert 257 * sum_of_one < 2**31
    assert 257 * (sum_of_one + 500) > 2**31 - 2**20


@given(st.data())
@settings(max_examples=60)
def test_no_sum_of_products_or_distance_overflows(data: st.DataObject) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    size, count = data.draw(st.integers(1, 40)), 4
    farthest = int(2.0 ** data.draw(st.floats(1, 30)))
    layer = distances(
        min(farthest, 32767**2 - 1),
        int(rng.integers(0, 2**14)),
        rng.integers(-127, 128, (count, size)).tolist(),
    ).model_copy(
        update={
            "fraction_bits": int(rng.integers(4, 21)),
            "multiplier": int(2.0 ** rng.uniform(0, 32)),
        }
    )
    if not is_accepted(layer, 2, size):
        return
    for _ in range(5):
        window = rng.normal(size=size)
        window *= np.sqrt(layer.farthest) / np.linalg.norm(window)
        steps = np.fix(window).astype(int).tolist()
        sums = []
        for vector in layer.vectors:
            products = [-a * b for a, b in zip(steps, vector, strict=True)]
            products += [layer.norm_unit * 128 * (layer.norms[0] >> 7)]
            products += [layer.norm_unit * (layer.norms[0] & 127)]
            sums.append(np.cumsum(products).tolist())
        for first, second in ((0, 1), (2, 3), (1, 1)):
            both = [256 * b + a for a, b in zip(sums[first], sums[second], strict=True)]
            assert max(map(abs, both)) < 2**31
        base = max(2**30, layer.farthest * layer.multiplier >> 32)
        for partial in sums:
            distance = base + (1 << layer.fraction_bits - 1) + (partial[-1] * 255 >> 8)
            assert -(2**31) <= distance < 2**31


def test_kernels_are_within_15_bits() -> None:
    polynomial = (-83769260, 368365768, -1052604537, 1518228838)  # of hg_svm_s8.h
    fraction = np.arange(-(2**31), 2**31, 2**12 - 1, dtype=np.int64)
    power = np.full(fraction.shape, polynomial[0], np.int64)
    for coefficient in polynomial[1:]:
        power = coefficient + (power * fraction >> 32)
        assert np.abs(power).max() < 2**31
    assert power.max() >> 16 <= svm_int8.LARGEST_KERNEL
    exact = svm_int8.ONE * 2.0 ** (16 - fraction / 2**32)
    assert np.abs(power / exact - 1.0).max() < 7.6e-5

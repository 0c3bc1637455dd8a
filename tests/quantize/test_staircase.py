"""One multiplication and one shift give what the reference's two roundings give, for every sum."""

from __future__ import annotations

import numpy as np
import pytest

from hargen.quantize import staircase
from hargen.quantize.multiplier import Multiplier, quantize_multiplier
from hargen.quantize.staircase import find_line

LIMIT = 30_000


def expected(factor: Multiplier, zero_point: int, clamp: tuple[int, int]) -> list[int]:
    """Every output from the least sum to the largest, as the reference rounds."""
    values = (factor.apply(total) + zero_point for total in range(-LIMIT, LIMIT + 1))
    return [min(max(value, clamp[0]), clamp[1]) for value in values]


def outputs(found: staircase.Line, channel: int, clamp: tuple[int, int]) -> list[int]:
    """The same as the core computes them."""
    extra, multiplier, base = (
        int(table[channel]) for table in (found.extra, found.multiplier, found.base)
    )
    values = (
        (base + (((total + extra) * multiplier + 2**31) >> 32)) >> found.shift
        for total in range(-LIMIT, LIMIT + 1)
    )
    return [min(max(value, clamp[0]), clamp[1]) for value in values]


@pytest.mark.parametrize(
    ("zero_point", "clamp"), [(-128, (-128, 127)), (-20, (-20, 127)), (3, (10, 90))]
)
def test_every_sum(zero_point: int, clamp: tuple[int, int]) -> None:
    rng = np.random.default_rng(zero_point + 200)
    factors = [quantize_multiplier(float(real)) for real in rng.uniform(0.001, 0.03, 8)]
    found = find_line(factors, np.full(len(factors), LIMIT), zero_point, clamp)
    assert found is not None
    assert len({factor.shift for factor in factors}) > 1  # and yet one shift
    for channel, factor in enumerate(factors):
        assert outputs(found, channel, clamp) == expected(factor, zero_point, clamp)


def test_lines_are_found_for_many_channels() -> None:
    rng = np.random.default_rng(4)
    for _ in range(10):
        factors = [quantize_multiplier(float(real)) for real in rng.uniform(0.0005, 0.005, 64)]
        limits = rng.integers(20_000, 500_000, len(factors))
        assert find_line(factors, limits, -128, (-128, 127)) is not None


def test_there_is_none_where_both_signs_count() -> None:
    """The reference's steps are wider on one side of zero: no line rises so."""
    factor = quantize_multiplier(0.0123)
    assert find_line([factor], np.array([LIMIT]), 0, (-128, 127)) is None


@pytest.mark.parametrize("real", [0.0, 0.4, 1.0, 3.0, 2.0**-26])
def test_there_is_none_for_factors_that_no_shift_is_for(real: float) -> None:
    assert find_line([quantize_multiplier(real)], np.array([LIMIT]), -128, (-128, 127)) is None


def test_a_line_one_off_is_not_accepted() -> None:
    """Bounds are tight: the offset next to those that are allowed gives another output."""
    factor = quantize_multiplier(0.0123)
    zero_point, clamp, shift = -128, (-128, 127), -factor.shift - 1
    wanted = np.arange(-127, 128)
    limits = np.array([LIMIT])
    rises = staircase._rises([factor], limits, wanted - zero_point)
    multiplier = np.array([factor.multiplier])
    lowest, highest = staircase._offsets(rises, wanted, limits, multiplier, shift)
    sums = np.arange(-LIMIT, LIMIT + 1)
    right = np.array(expected(factor, zero_point, clamp))
    for offset, fits in (
        (lowest, True),
        (highest, True),
        (lowest - 1, False),
        (highest + 1, False),
    ):
        line = np.clip((sums * factor.multiplier + offset) >> (32 + shift), *clamp)
        assert np.array_equal(line, right) is fits


def test_channels_that_hardly_move() -> None:
    """Their sums reach no other output, or few, or their factors are next to nothing."""
    factors = [quantize_multiplier(real) for real in (0.0123, 0.0123, 0.0123, 1e-7, 2e-9)]
    limits = np.array([LIMIT, 20, 90, LIMIT, LIMIT])
    for zero_point in (-128, -100):
        clamp = (zero_point, 127)
        found = find_line(factors, limits, zero_point, clamp)
        assert found is not None
        for channel, (factor, limit) in enumerate(zip(factors, limits.tolist(), strict=True)):
            middle = slice(LIMIT - limit, LIMIT + limit + 1)
            right = expected(factor, zero_point, clamp)[middle]
            assert outputs(found, channel, clamp)[middle] == right

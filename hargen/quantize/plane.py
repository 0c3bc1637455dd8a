"""The sum of two int8 values of their own scales as two multiplications, an addition and a shift.

The reference rescales both, each with two roundings, and then their sum. But an output is one of
65,536 values. A plane `(lhs * lhs_multiplier + rhs * rhs_multiplier + offset) >> shift` is looked
for that gives all of them, and compared with every one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hargen.ir.tensor import Array
from hargen.quantize.elementwise import ADD_LEFT_SHIFT, AddFactors
from hargen.quantize.multiplier import INT8_MAX, INT8_MIN, Multiplier

FRACTION = 8
"""Bits behind the products that are cut off: hg_high_product in C."""
_LIMIT = 2**31
_VALUES = np.arange(INT8_MIN, INT8_MAX + 1, dtype=np.int64)
_MOST = 22  # bits of the shift: outputs of eight bits with as many as fit behind them
_NEIGHBOURS = (0, 1, -1, 2, -2, 3, -3, 4, -4)


@dataclass(frozen=True)
class Plane:
    """`clamp(((lhs_multiplier * lhs) >> 8) + ((rhs_multiplier * rhs) >> 8) + offset) >> shift)`."""

    lhs_multiplier: int
    rhs_multiplier: int
    offset: int
    shift: int


def find_plane(
    factors: AddFactors, zero_points: tuple[int, int, int], clamp: tuple[int, int]
) -> Plane | None:
    """Return the plane with the reference's output for every pair of operands; None if none is.

    Args:
        factors: of the sum.
        zero_points: of both operands and of the output.
        clamp: lowest and highest output.
    """
    output = factors.output
    if max(factors.lhs.shift, factors.rhs.shift, output.shift) > 0 or output.multiplier <= 0:
        return None
    wanted = sums(factors, zero_points, clamp)
    reals = [
        _real(operand) * _real(output) * 2.0**ADD_LEFT_SHIFT
        for operand in (factors.lhs, factors.rhs)
    ]
    # So many bits that the sum of both products and of the offset has 31, with its sign.
    largest = 128 * sum(reals) + 256 * max(1.0, *reals)
    shift = min(int(np.floor(np.log2((_LIMIT - 1) / largest))), _MOST)
    if shift < 1:
        return None
    nominal = [round(real * 2.0 ** (shift + FRACTION)) for real in reals]
    if max(nominal) + max(_NEIGHBOURS) >= _LIMIT or min(nominal) + min(_NEIGHBOURS) <= 0:
        return None
    for lhs_more in _NEIGHBOURS:
        for rhs_more in _NEIGHBOURS:
            multipliers = nominal[0] + lhs_more, nominal[1] + rhs_more
            offset = _offset(wanted, *multipliers, shift, clamp)
            if offset is not None:
                return Plane(*multipliers, offset, shift)
    return None


def sums(factors: AddFactors, zero_points: tuple[int, int, int], clamp: tuple[int, int]) -> Array:
    """Return the reference's output for all pairs, (lhs + 128, rhs + 128); factors below one."""
    lhs = _apply(factors.lhs, (_VALUES - zero_points[0]) << ADD_LEFT_SHIFT)
    rhs = _apply(factors.rhs, (_VALUES - zero_points[1]) << ADD_LEFT_SHIFT)
    outputs = _apply(factors.output, lhs[:, None] + rhs[None, :]) + zero_points[2]
    clamped: Array = np.clip(outputs, *clamp)
    return clamped


def _real(factor: Multiplier) -> float:
    return factor.multiplier * 2.0 ** (factor.shift - 31)


def _apply(factor: Multiplier, values: Array) -> Array:
    """Return Multiplier.apply of every value."""
    half = (values * factor.multiplier + 2**30) >> 31
    right = -factor.shift
    if right == 0:
        return half
    rounded: Array = (half + (1 << (right - 1)) - (half < 0)) >> right
    return rounded


def _offset(
    wanted: Array, lhs_multiplier: int, rhs_multiplier: int, shift: int, clamp: tuple[int, int]
) -> int | None:
    """Return an offset with which the plane gives what is wanted, in the middle of those there are.

    Outputs at a limit of the clamp may lie beyond it.
    """
    lhs = (_VALUES * lhs_multiplier) >> FRACTION
    rhs = (_VALUES * rhs_multiplier) >> FRACTION
    products = lhs[:, None] + rhs[None, :]
    least = (wanted << shift) - products
    low = int(np.where(wanted > clamp[0], least, -_LIMIT).max())
    high = int(np.where(wanted < clamp[1], least + (1 << shift) - 1, _LIMIT).min())
    if low > high:
        return None
    offset = (low + high) // 2
    largest = int(np.abs(products).max()) + abs(offset)
    return offset if largest < _LIMIT else None

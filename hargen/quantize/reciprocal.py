"""Division by a scale as one multiplication or two, with the same int8 for every float32.

Quotients and products alike, rounded and clamped, never fall while the float rises. So they are the
same for every float if and only if the 255 steps are: the least float that gives an output, or
more, and the float in front of it. Both are looked at here. A factor near 1 / scale hardly ever
passes, unless the scale is a power of two: the reference rounds the quotient to a float first. The
float below 1 / scale and the rest, `x * factor + x * rest` with one rounding, nearly always do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from hargen.ir.tensor import Array
from hargen.quantize.multiplier import INT8_MAX, INT8_MIN

_NEIGHBOURS = (0, 1, -1, 2, -2, 3, -3, 4, -4)
_INFINITY = 0x7F800000
_TINY = np.finfo(np.float32).tiny


@dataclass(frozen=True)
class Reciprocal:
    """What stands for 1 / scale; float32 values held as Python floats. rest 0: there is none."""

    factor: float
    rest: float = 0.0


@dataclass(frozen=True, eq=False)
class Steps:
    """Where quotients step: the floats beside each step, both infinities, and the int8 of each."""

    values: Array
    outputs: Array
    zero_point: int


@cache
def find_reciprocal(scale: float, zero_point: int) -> Reciprocal | None:
    """Return factors with the int8 of `round(x / scale) + zero_point` for every float32 x.

    Args:
        scale: a float32, positive.
        zero_point: int8.

    Returns:
        One factor, else two; None where neither is proven, as where 1 / scale is no normal float.
    """
    divisor = np.float32(scale)
    if not (divisor >= _TINY and np.isfinite(divisor)):
        return None
    steps = find_steps(divisor, zero_point)
    inverse = 1.0 / float(divisor)
    nearest = np.float32(inverse)
    for factor in _around(nearest):
        if gives(Reciprocal(factor), steps):
            return Reciprocal(factor)
    # The rest has no sign of its own, so that no infinity meets its opposite.
    below = nearest if float(nearest) <= inverse else np.nextafter(nearest, np.float32(0.0))
    for rest in _around(np.float32(inverse - float(below))):
        if gives(Reciprocal(float(below), rest), steps):
            return Reciprocal(float(below), rest)
    return None


def find_steps(scale: np.float32, zero_point: int) -> Steps:
    """Return where the quotients of a scale step."""
    outputs = np.arange(INT8_MIN + 1, INT8_MAX + 1)
    low = np.full(len(outputs), ~_INFINITY, np.int64)  # minus infinity, which gives the lowest
    high = np.full(len(outputs), _INFINITY, np.int64)
    with np.errstate(all="ignore"):
        while (high - low > 1).any():
            middle = (low + high) // 2
            reached = _rounded(_float_at(middle) / scale, zero_point) >= outputs
            high = np.where(reached, middle, high)
            low = np.where(reached, low, middle)
        infinities = np.array([-np.inf, np.inf], np.float32)
        values = np.concatenate([_float_at(low), _float_at(high), infinities])
        return Steps(values, _rounded(values / scale, zero_point), zero_point)


def gives(reciprocal: Reciprocal, steps: Steps) -> bool:
    """Return whether products have the int8 of quotients for every float32.

    That is so on cores that take subnormals for zero, too: none is used beside a step. Nor is the
    least normal float as a product: such cores look at it before it is rounded up to that.
    """
    factor, rest = np.float32(reciprocal.factor), np.float32(reciprocal.rest)
    with np.errstate(all="ignore"):
        low = steps.values * rest
        used = np.append(steps.values, [factor, rest] if rest else factor)
        if (np.abs(used) < _TINY).any() or factor < 0.0 or rest < 0.0:
            return False
        if rest and (np.abs(low) <= _TINY).any():
            return False
        products = fused(steps.values, factor, low) if rest else steps.values * factor
    return np.array_equal(_rounded(products, steps.zero_point), steps.outputs)


def fused(x: Array, factor: np.float32, addend: Array) -> Array:
    """Return fmaf(x, factor, addend): one rounding, of float32 arrays.

    A product of float32 values is exact in float64. Their sum is rounded to odd there, after which
    rounding it again to 29 bits less is as if there had been one (Boldo and Melquiond, 2008).
    """
    product = x.astype(np.float64) * float(factor)
    other = addend.astype(np.float64)
    total = product + other
    of_other = total - product
    error = (product - (total - of_other)) + (other - of_other)
    even = total.view(np.int64) & 1 == 0
    odd = np.where(
        np.isfinite(error) & (error != 0.0) & even,
        np.nextafter(total, np.copysign(np.inf, error)),
        total,
    )
    return odd.astype(np.float32)


def _around(value: np.float32) -> Iterator[float]:
    """Yield a positive float32 and its neighbours, the nearest first."""
    bits = int(value.view(np.int32))
    for step in _NEIGHBOURS:
        if 0 < bits + step < _INFINITY:
            yield float(np.int32(bits + step).view(np.float32))


def _float_at(place: Array) -> Array:
    """Return the float32 at a place among all in order; that of +0 is 0."""
    bits = np.where(place < 0, ~place | 0x80000000, place)
    return bits.astype(np.uint32).view(np.float32)


def _rounded(steps: Array, zero_point: int) -> Array:
    """Return the int8 of quotients or products: halves away from zero, clamped; NaN the lowest."""
    lowest, highest = INT8_MIN - zero_point, INT8_MAX - zero_point
    inside = np.clip(np.where(np.isnan(steps), -np.inf, steps).astype(np.float64), lowest, highest)
    return (np.copysign(np.floor(np.abs(inside) + 0.5), inside) + zero_point).astype(np.int64)

"""The output of a sum as one multiplication, one addition and one shift.

The reference rounds twice, halves away from zero. But what comes out is a staircase: int8 that
grows with the sum, at most 255 steps. A line `((sum + extra) * multiplier + base * 2**32 + 2**31)
>> (32 + shift)` that rises at the same sums gives the same outputs, and a core computes it in half
the instructions. Whether there is one is decided here, step by step, in exact integers: nearly
always where outputs below the zero point are clamped, hardly ever where they are not, as the
reference's steps are wider on one side of zero than on the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hargen.ir.tensor import Array
from hargen.quantize.multiplier import Multiplier

SHIFTS = range(1, 23)
"""What is shifted fits 32 bits, and all bounds here 64."""
_HIGH = 2**32
_LIMIT = 2**31
_BASES = (2**10, 2**16)  # so many are tried: each has another remainder by the multiplier


@dataclass(frozen=True, eq=False)
class Line:
    """`clamp((base + high half of (sum + extra) * multiplier, halves up) >> shift)`."""

    extra: Array
    """One a channel, to be added to the bias."""
    multiplier: Array
    """One a channel, below 2**31."""
    base: Array
    """One a channel: zero point and rounding, in front of the shift."""
    shift: int
    """Of all channels."""


def find_line(
    factors: list[Multiplier], limits: Array, zero_point: int, clamp: tuple[int, int]
) -> Line | None:
    """Return the line that gives what Multiplier.apply, zero point and clamp give; None if none.

    Args:
        factors: one a channel.
        limits: a bound on the magnitude of every channel's sum, int64.
        zero_point: of the output.
        clamp: lowest and highest output.
    """
    shift = min((-factor.shift for factor in factors), default=0) - 1
    if shift not in SHIFTS or any(factor.multiplier <= 0 for factor in factors):
        return None
    outputs = np.arange(clamp[0] + 1, clamp[1] + 1, dtype=np.int64)
    rises = _rises(factors, limits, outputs - zero_point)
    # A channel of a smaller factor has a smaller multiplier, so that the shift is the same for all.
    below = np.array([max(f.multiplier >> (-f.shift - 1 - shift), 1) for f in factors], np.int64)
    lowest, highest = _offsets(rises, outputs, limits, below, shift)
    above = _offsets(rises, outputs, limits, below + 1, shift)
    wider = (above[1] - above[0] > highest - lowest) & (below + 1 < _LIMIT)
    multiplier = below + wider
    lowest, highest = (np.where(wider, *pair) for pair in ((above[0], lowest), (above[1], highest)))
    found = _split(lowest, highest, multiplier, (2 * zero_point + 1) << (shift - 1))
    if found is None:
        return None
    extra, base = found
    largest = (limits + np.abs(extra)) * multiplier // _HIGH + np.abs(base) + 1
    if (largest >= _LIMIT).any() or (limits + np.abs(extra) >= _LIMIT // 2).any():
        return None
    return Line(extra, multiplier, base, shift)


def _rises(factors: list[Multiplier], limits: Array, outputs: Array) -> Array:
    """Return the least sum that gives each output, or more; (channels, outputs).

    One more than the limit where no sum does.
    """
    multiplier = np.array([f.multiplier for f in factors], dtype=np.int64)[:, None]
    right = np.array([-f.shift for f in factors], dtype=np.int64)[:, None]
    low = np.repeat(-limits[:, None], len(outputs), axis=1)
    high = np.repeat(limits[:, None] + 1, len(outputs), axis=1)
    while (low < high).any():
        middle = (low + high) // 2
        half = (middle * multiplier + 2**30) >> 31
        reached = (half + (1 << (right - 1)) - (half < 0)) >> right >= outputs
        high = np.where(reached, middle, high)
        low = np.where(reached, low, np.minimum(middle + 1, high))
    return low


def _offsets(
    rises: Array, outputs: Array, limits: Array, multiplier: Array, shift: int
) -> tuple[Array, Array]:
    """Return the least and the largest offset of each channel with which the line rises so.

    The line reaches an output at its rise, and not one before.
    """
    wanted = outputs << (32 + shift)
    far = np.int64(2**62)
    least = np.where(rises <= limits[:, None], wanted - rises * multiplier[:, None], -far)
    before = rises - 1
    most = np.where(before >= -limits[:, None], wanted - 1 - before * multiplier[:, None], far)
    lowest, highest = least.max(axis=1, initial=-far), most.min(axis=1, initial=far)
    # Where nothing rises, or all has risen, as far from that as is safe.
    lowest = np.where((lowest == -far) & (highest < far), highest - _HIGH, lowest)
    highest = np.where((highest == far) & (lowest > -far), lowest + _HIGH, highest)
    return lowest, highest


def _split(
    lowest: Array, highest: Array, multiplier: Array, middle: int
) -> tuple[Array, Array] | None:
    """Return extra and base with lowest <= extra * multiplier + base * 2**32 + 2**31 <= highest."""
    found = [
        next(filter(None, (_split_one(*channel, middle, count) for count in _BASES)), None)
        for channel in zip(lowest.tolist(), highest.tolist(), multiplier.tolist(), strict=True)
    ]
    pairs = [pair for pair in found if pair is not None]
    if len(pairs) < len(found):
        return None
    extra, base = np.array(pairs, dtype=np.int64).T
    return extra, base


def _split_one(
    lowest: int, highest: int, multiplier: int, middle: int, count: int
) -> tuple[int, int] | None:
    """Return the pair whose base is the nearest to the middle, of `count` around it."""
    steps = np.arange(count, dtype=np.int64)
    bases = middle + np.where(steps % 2 == 0, steps // 2, -(steps + 1) // 2)
    fixed = bases * _HIGH + _HIGH // 2
    extra = -((fixed - lowest) // multiplier)
    fits = np.flatnonzero(extra * multiplier + fixed <= highest)
    return (int(extra[fits[0]]), int(bases[fits[0]])) if len(fits) else None

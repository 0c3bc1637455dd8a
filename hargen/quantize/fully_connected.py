"""Requantization of fully connected layers: one rounding, proven equal to the reference.

The reference multiplies the 32-bit sum by a double, input scale times weight scale over output
scale, and rounds once, halves away from zero. The C has no double: it takes

    (sum * multiplier + 2**(shift - 1) - (sum < 0)) >> shift

in 64 bits. Both are steps that never go down, clamped to at most 256 values, so that they are equal
for every sum if and only if they step at the same sums. `requantization` compares all the steps.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from hargen.errors import ModelError
from hargen.quantize.multiplier import quantize_multiplier, round_half_away

_NEIGHBOURS = 64
_FAR_NEIGHBOURS = 8


@dataclass(frozen=True)
class SingleRounding:
    """A factor for hg_requantize_single: multiplier / 2**shift, 1 <= shift <= 62."""

    multiplier: int
    shift: int

    def apply(self, value: int) -> int:
        """Return value times the factor to the nearest integer, halves away from zero."""
        return (value * self.multiplier + (1 << (self.shift - 1)) - (value < 0)) >> self.shift

    def is_far(self, limit: int) -> bool:
        """Whether hg_requantize_far gives the same for all sums of at most that magnitude.

        The low half of a product is nothing to it, and so is which way halves go: a product is a
        half if it is an odd multiple of 2**(shift - 1), and no sum may be large enough for that.
        """
        twos = (self.multiplier & -self.multiplier).bit_length() - 1 if self.multiplier else 62
        return 33 <= self.shift <= 53 and limit < 1 << max(self.shift - 1 - twos, 0)


def effective_scale(input_scale: float, weight_scale: float, output_scale: float) -> float:
    """Return the factor from sums to output steps, in doubles and the reference's order."""
    return input_scale * weight_scale / output_scale


@lru_cache(maxsize=4096)
def requantization(scale: float, lowest: int, highest: int, sum_limit: int) -> SingleRounding:
    """Return the integer factor that rounds every sum as the reference does.

    Args:
        scale: the real factor, a double.
        lowest: the smallest output before the zero point is added; below it all is clamped.
        highest: the largest such output.
        sum_limit: no sum is larger in magnitude.

    Raises:
        ModelError: no integer factor near the real one steps where the reference steps.

    The same layer is planned in several ways: what was proven is remembered.
    """
    nearest = quantize_multiplier(scale)
    shift = 31 - nearest.shift
    if not 1 <= shift <= 62:
        raise ModelError(f"the quantization scales give a factor of {scale:g}, which is not usable")
    steps = _steps(scale, lowest, highest, sum_limit)
    for distance in range(_NEIGHBOURS + 1):
        for multiplier in {nearest.multiplier + distance, nearest.multiplier - distance}:
            candidate = SingleRounding(multiplier, shift)
            if 0 <= multiplier < 2**31 and all(
                candidate.apply(at) >= level > candidate.apply(at - 1) for level, at in steps
            ):
                return candidate
    raise ModelError(f"no 31-bit factor rounds every sum as the real factor {scale:g} does")


def far_multipliers(
    scales: Sequence[float], lowest: int, highest: int, sum_limits: Sequence[int]
) -> tuple[list[int], int] | None:
    """Return multipliers of hg_requantize_far with one shift for all, which is the second value.

    None where there are none that step where the reference steps. The arguments are those of
    `requantization`, of each output.
    """
    factors = [
        requantization(scale, lowest, highest, limit)
        for scale, limit in zip(scales, sum_limits, strict=True)
    ]
    shift = min(factor.shift for factor in factors)
    if not 33 <= shift <= 53:
        return None
    found = []
    for factor, scale, limit in zip(factors, scales, sum_limits, strict=True):
        steps = _steps(scale, lowest, highest, limit)
        nearest = factor.multiplier >> (factor.shift - shift)
        multiplier = next(
            (m for m in _near(nearest) if _far_steps(m, shift, steps)),
            None,
        )
        if multiplier is None:
            return None
        found.append(multiplier)
    return found, shift


def _near(multiplier: int) -> list[int]:
    around = range(max(multiplier - _FAR_NEIGHBOURS, 0), multiplier + _FAR_NEIGHBOURS + 1)
    return sorted((m for m in around if m < 2**31), key=lambda m: abs(m - multiplier))


def _far_steps(multiplier: int, shift: int, steps: Sequence[tuple[int, int]]) -> bool:
    half = 1 << (shift - 33)

    def level(value: int) -> int:
        return (half + ((value * multiplier) >> 32)) >> (shift - 32)

    return all(level(at) >= n > level(at - 1) for n, at in steps)


def _steps(scale: float, lowest: int, highest: int, sum_limit: int) -> list[tuple[int, int]]:
    """Return (level, smallest sum that reaches it) for every step within the limit."""
    steps = []
    for level in range(lowest + 1, highest + 1):
        at = math.ceil((level - 0.5) / scale) if scale > 0 else sum_limit + 1
        while at > -sum_limit and round_half_away((at - 1) * scale) >= level:
            at -= 1
        while at <= sum_limit and round_half_away(at * scale) < level:
            at += 1
        if -sum_limit < at <= sum_limit:
            steps.append((level, at))
    return steps

"""Exps of a softmax: exp of every difference to the largest logit, in the reference's fixed point.

The reference computes exp in Q0.31 by a polynomial on [-1/4, 0) and a product over the bits of the
rest. There are at most 256 differences, so that the values can be computed here and stored.
Source: the fixed-point exp and reciprocal of gemmlowp (Google, "gemmlowp", fixedpoint).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from hargen.quantize.multiplier import (
    INT32_MAX,
    Multiplier,
    high_half,
    quantize_multiplier,
    shift_right_rounded,
)

_INTEGER_BITS = 5  # differences are Q5.26: down to -32
_FRACTION_BITS = 31 - _INTEGER_BITS


@dataclass(frozen=True)
class Exps:
    """exp(-beta * input_scale * d) in Q0.31 for whole differences d."""

    factor: Multiplier
    """From differences to Q5.26."""
    radius: int
    """The largest difference whose exp does not count as zero, at most 255."""

    def table(self) -> list[int]:
        """Return them for d = 0, 1 ... radius."""
        left, multiplier = self.factor.shift, self.factor.multiplier
        return [
            _exp_on_negative(high_half(-difference << left, multiplier))
            for difference in range(self.radius + 1)
        ]


def exps(beta: float, input_scale: float) -> Exps:
    """Return how a softmax computes its exps, and of which differences."""
    factor = quantize_multiplier(min(beta * input_scale * 2.0**_FRACTION_BITS, 2.0**31 - 1.0))
    radius = math.floor((2**_INTEGER_BITS - 1) * 2.0 ** (31 - _INTEGER_BITS) / 2.0**factor.shift)
    return Exps(factor, min(radius, 255))


def exp_table(beta: float, input_scale: float) -> list[int]:
    """Return all exps of a softmax; there are never more than 256."""
    return exps(beta, input_scale).table()


def _exp_on_negative(value: int) -> int:
    """Return exp of a Q5.26 number that is not positive, in Q0.31."""
    if value == 0:
        return INT32_MAX
    quarter = 1 << (_FRACTION_BITS - 2)
    below_quarter = (value & (quarter - 1)) - quarter
    result = _exp_on_last_quarter(below_quarter << _INTEGER_BITS)
    rest = below_quarter - value
    for exponent in range(-2, _INTEGER_BITS):
        if rest >> (_FRACTION_BITS + exponent) & 1:
            result = high_half(result, round(math.exp(-(2.0**exponent)) * 2.0**31))
    return result


def _exp_on_last_quarter(value: int) -> int:
    """Return exp of a Q0.31 number in [-1/4, 0): Taylor around -1/8 up to the fourth power."""
    at_centre = round(math.exp(-1 / 8) * 2.0**31)
    third = round(2.0**31 / 3)
    x = value + (1 << 28)
    x2 = high_half(x, x)
    x3 = high_half(x2, x)
    x4_quarter = shift_right_rounded(high_half(x2, x2), 2)
    tail = shift_right_rounded(high_half(x4_quarter + x3, third) + x2, 1)
    return at_centre + high_half(at_centre, x + tail)

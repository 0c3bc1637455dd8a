"""A positive real factor as a 31-bit integer and a power of two.

`real = multiplier * 2**(shift - 31)`, multiplier in [2**30, 2**31). A positive shift scales up.
Source: Jacob et al., "Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference", 2018, section 2.2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from hargen.errors import ModelError

INT32_MIN, INT32_MAX = -(2**31), 2**31 - 1
INT8_MIN, INT8_MAX = -128, 127


@dataclass(frozen=True)
class Multiplier:
    """A factor in integers; `apply` is the rounding of the reference's convolutions."""

    multiplier: int
    shift: int

    def apply(self, value: int) -> int:
        """Return value times the factor, rounded twice as the reference's convolutions do.

        First to the high half of the doubled 64-bit product, halves up; then by the right shift,
        halves away from zero. firmware/runtime/hg_requantize.h is the same in C.
        """
        left, right = max(self.shift, 0), max(-self.shift, 0)
        high = (wrap_int32(value << left) * self.multiplier + 2**30) >> 31
        return shift_right_rounded(high, right)


def quantize_multiplier(real: float) -> Multiplier:
    """Return the factor nearest to a real one; factors below 2**-32 become 0, as in the reference.

    Raises:
        ModelError: the factor is not a positive number that 31 bits and a shift can hold.
    """
    if not (0.0 <= real < 2.0**31):
        raise ModelError(f"the quantization scales give a factor of {real:g}, which is not usable")
    if real == 0.0:
        return Multiplier(0, 0)
    mantissa, exponent = math.frexp(real)
    fixed = round_half_away(mantissa * 2.0**31)
    if fixed == 2**31:
        fixed //= 2
        exponent += 1
    return Multiplier(0, 0) if exponent < -31 else Multiplier(fixed, exponent)


def round_half_away(value: float) -> int:
    """Return the nearest integer, halves away from zero (C's round), exactly for any double."""
    whole = math.floor(abs(value))
    whole += abs(value) - whole >= 0.5
    return whole if value >= 0 else -whole


def shift_right_rounded(value: int, shift: int) -> int:
    """Return value / 2**shift to the nearest integer, halves away from zero."""
    if shift == 0:
        return value
    return (value + (1 << (shift - 1)) - (value < 0)) >> shift


def high_half(a: int, b: int) -> int:
    """Return the rounded high half of 2*a*b for 32-bit a and b, halves up, saturated."""
    return min((a * b + 2**30) >> 31, INT32_MAX)


def wrap_int32(value: int) -> int:
    """Return value modulo 2**32 as a signed number."""
    return (value + 2**31) % 2**32 - 2**31

"""Factors for the elementwise operators: sum, product, change of scale, mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hargen.quantize.multiplier import Multiplier, quantize_multiplier

ADD_LEFT_SHIFT = 20
"""Bits that both operands of a sum are shifted up by, so that rescaling loses nothing."""


@dataclass(frozen=True)
class AddFactors:
    """Both operands are brought to twice the larger scale, added, and brought to the output's."""

    lhs: Multiplier
    rhs: Multiplier
    output: Multiplier


def add_factors(lhs_scale: float, rhs_scale: float, output_scale: float) -> AddFactors:
    """Return the factors of a sum; float32 and double operations as in the reference."""
    lhs, rhs = np.float32(lhs_scale), np.float32(rhs_scale)
    twice_larger = float(np.float32(2.0) * max(lhs, rhs))
    return AddFactors(
        quantize_multiplier(float(lhs) / twice_larger),
        quantize_multiplier(float(rhs) / twice_larger),
        quantize_multiplier(
            twice_larger / float(np.float32(2**ADD_LEFT_SHIFT) * np.float32(output_scale))
        ),
    )


def mul_factor(lhs_scale: float, rhs_scale: float, output_scale: float) -> Multiplier:
    """Return the factor of a product; float32 operations as in the reference."""
    product = np.float32(lhs_scale) * np.float32(rhs_scale)
    return quantize_multiplier(float(product / np.float32(output_scale)))


def rescale_factor(input_scale: float, output_scale: float) -> Multiplier:
    """Return the factor from one scale to another, in double precision."""
    return quantize_multiplier(input_scale / output_scale)


def mean_factor(input_scale: float, output_scale: float, count: int) -> Multiplier:
    """Return the factor of a mean over `count` values: the division is part of the multiplier.

    The integer division truncates, as the reference's does, after the multiplier was shifted up by
    as many bits as the count has below its leading one.
    """
    factor = rescale_factor(input_scale, output_scale)
    shift = min(count.bit_length() - 1, 32, 31 + factor.shift)
    return Multiplier((factor.multiplier << shift) // count, factor.shift - shift)

"""The judge's own float32 arithmetic: a fused multiply-add by exact fractions, exp by float64."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hargen.validate.float32 import exp_of_negative, fma

SINGLES = st.floats(width=32, min_value=-(2.0**40), max_value=2.0**40)


def rounded(exact: Fraction) -> float:
    """Return the float32 nearest to a fraction, of two as near the one with an even mantissa."""
    near = np.float32(float(exact))
    found = [np.nextafter(near, np.float32(-np.inf)), near, np.nextafter(near, np.float32(np.inf))]
    return min(
        (float(value) for value in found),
        key=lambda value: (
            abs(Fraction(value) - exact),
            int(np.float32(value).view(np.uint32)) & 1,
        ),
    )


@given(SINGLES, SINGLES, SINGLES)
@example(1.0 + 2.0**-23, 1.0 + 2.0**-23, 2.0**30)
@example(1.0 + 2.0**-12, 1.0 + 2.0**-12, -(2.0**-60))  # float64 alone would round twice
@example(1.0 + 2.0**-12, 1.0 + 2.0**-12, 2.0**-60)
@settings(max_examples=500)
def test_fma_rounds_once(a: float, b: float, c: float) -> None:
    (found,) = fma(*(np.array([value], np.float32) for value in (a, b, c)))
    assert float(found) == rounded(Fraction(a) * Fraction(b) + Fraction(c))


def test_exp_is_within_an_ulp() -> None:
    x = -np.geomspace(1e-9, 100.0, 20_001).astype(np.float32)
    found = exp_of_negative(x)
    exact = np.exp(x.astype(np.float64))
    ulp = np.spacing(exact.astype(np.float32)).astype(np.float64)
    assert (np.abs(found - exact) <= 0.8 * ulp).all()
    assert exp_of_negative(np.array([-np.inf, -104.0, 0.0], np.float32)).tolist() == [0, 0, 1]

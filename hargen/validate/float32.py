"""float32 arithmetic in NumPy that NumPy lacks: fused multiply-add, and the C's exp.

Written from the definition of each, not from the C: the judge of what the C computes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Singles = NDArray[np.float32]

# hg_exp_f32 documents its method and the polynomial; docs/numerics.md, "exp in float32".
_INVERSE_LN2 = np.float32(float.fromhex("0x1.715476p+0"))
_LN2_HIGH = np.float32(float.fromhex("0x1.62e43p-1"))
_LN2_LOW = np.float32(float.fromhex("-0x1.05c61p-29"))
_UNDERFLOW = np.float32(float.fromhex("-0x1.9fe368p+6"))
_POLYNOMIAL = tuple(
    np.float32(float.fromhex(text))
    for text in (
        "0x1.6b7766p-10",
        "0x1.12308p-7",
        "0x1.555682p-5",
        "0x1.5554a2p-3",
        "0x1p-1",
    )
)


def fma(a: Singles, b: Singles, c: Singles) -> Singles:
    """Return a * b + c of float32 arrays, rounded once.

    The product is exact in float64. The sum is rounded to odd there, which a second rounding to
    float32 cannot turn into a double one (Boldo and Melquiond, IEEE Trans. Comput. 57 (2008) 462).
    """
    product = a.astype(np.float64) * b.astype(np.float64)
    addend = np.asarray(c, dtype=np.float64)
    total = product + addend
    with np.errstate(invalid="ignore", over="ignore"):
        of_addend = total - product
        error = (product - (total - of_addend)) + (addend - of_addend)
        odd = (total.view(np.int64) & 1) == 1
        neighbour = np.nextafter(total, np.where(error > 0.0, np.inf, -np.inf))
        inexact = np.isfinite(total) & (error != 0.0) & ~odd
        return np.where(inexact, neighbour, total).astype(np.float32)


def exp_of_negative(x: Singles) -> Singles:
    """Return exp of float32 values that are not above zero, the bits of hg_exp_f32."""
    safe = np.maximum(x, _UNDERFLOW)
    # The C adds 1.5 * 2^23 by a fused multiply-add: one rounding of the exact product, as here.
    whole = np.rint(safe.astype(np.float64) * np.float64(_INVERSE_LN2))
    k = whole.astype(np.int32)
    n = whole.astype(np.float32)
    high = fma(-n, np.broadcast_to(_LN2_HIGH, n.shape), safe)
    low = -n * _LN2_LOW
    r = high + low
    q = np.full_like(r, _POLYNOMIAL[0])
    for coefficient in _POLYNOMIAL[1:]:
        q = fma(q, r, np.full_like(r, coefficient))
    one = np.float32(1.0)
    total = one + high
    lost = high - (total - one)
    mantissa = total + (lost + fma(r * r, q, low))
    # 2^k by an exact product; the one rounding is that of a subnormal result.
    value = np.ldexp(mantissa.astype(np.float64), k).astype(np.float32)
    return np.where(x < _UNDERFLOW, np.float32(0.0), value)

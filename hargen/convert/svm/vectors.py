"""Support vectors as int8, with a scale for each, and the numbers that make distances of them.

Classes of little motion lie close together near the origin, others far out. One scale for all would
make one point of the first; so each vector has its own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hargen.ir.ops.svm_int8 import (
    DUAL_LIMIT,
    FRACTION_BITS,
    LARGEST,
    LIMIT,
    MAX_NORM,
    MAX_NORM_UNIT,
    MAX_SCALE,
)

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_FAR = 4.0
"""Square root of the halvings of a kernel that is 0 in 16 bits."""

_SCALE_BITS = 8  # that a scaled sum is shifted right by
_FLATTEST = 1e-30  # a kernel of gamma 0 is as one of this


@dataclass(frozen=True, eq=False)
class RoundedVectors:
    """What hargen.ir.ops.svm_int8 calls by the same names.

    values: int8 (vectors, features); norms, scales: (vectors,). real: the vectors that these stand
    for. factors: (vectors,), what coefficients have to be multiplied by because of rounded norms.
    """

    values: npt.NDArray[np.int8]
    norms: Integers
    scales: Integers
    real: Floats
    factors: Floats
    steps_in_one: float
    norm_unit: int
    fraction_bits: int
    farthest: int
    multiplier: int


def round_vectors(vectors: Floats, gamma: float) -> RoundedVectors | None:
    """Return vectors (n, features) in int8, distances with as many bits as 32-bit sums can take.

    None where gamma is so large that there are none.
    """
    for bits in reversed(FRACTION_BITS):
        rounded = _round(vectors, max(gamma / math.log(2.0), _FLATTEST), bits)
        if rounded is not None:
            return rounded
    return None


def _round(vectors: Floats, halvings: float, bits: int) -> RoundedVectors | None:
    """Return them with distances of so many bits of fraction; None where a sum could overflow.

    halvings: that a squared distance of 1 is. A distance's term of products is
    2 halvings x v = (scale * X value >> 8) / 2^bits, which ties the size of a step of the vectors
    to that of a feature.
    """
    largest = np.abs(vectors).max(axis=1)
    reach = float(largest.max())
    double = 2.0 ** (1 + _SCALE_BITS + bits) * halvings  # steps of x by this: a step of a vector
    steps_in_one = _single_above(
        max(reach * double / (LARGEST * MAX_SCALE), math.sqrt(halvings * 2.0**bits))
    )
    step = steps_in_one / double
    scales = np.clip(np.ceil(largest / (LARGEST * step) * (1.0 - 1e-9)), 1, MAX_SCALE)
    factors = scales * step
    values = np.clip(np.rint(vectors / factors[:, np.newaxis]), -LARGEST, LARGEST)
    real = values * factors[:, np.newaxis]
    lengths = halvings * (real**2).sum(axis=1)
    in_units = lengths * 2.0 ** (bits + _SCALE_BITS) / scales
    norm_unit = max(1, math.ceil(float(in_units.max()) / MAX_NORM))
    norms = np.rint(in_units / norm_unit)
    farthest = (math.sqrt(float(lengths.max())) + _FAR) ** 2 * steps_in_one**2 / halvings
    products = np.sqrt(farthest * (values**2).sum(axis=1)) + 2.0 + norm_unit * norms
    if (
        norm_unit > MAX_NORM_UNIT
        or farthest >= LIMIT**2
        or products.max() > DUAL_LIMIT
        or float(lengths.max()) * 2.0**bits >= LIMIT**2  # far from the limit of 32 bits
    ):
        return None
    rest = (norms * norm_unit - in_units) * scales * 2.0 ** -(bits + _SCALE_BITS)
    return RoundedVectors(
        values=values.astype(np.int8),
        norms=norms.astype(np.int64),
        scales=scales.astype(np.int64),
        real=np.asarray(real, dtype=np.float64),
        factors=np.asarray(np.exp2(rest), dtype=np.float64),
        steps_in_one=steps_in_one,
        norm_unit=norm_unit,
        fraction_bits=bits,
        farthest=math.floor(farthest),
        multiplier=min(round(math.ldexp(halvings / steps_in_one**2, 32 + bits)), 2**32 - 1),
    )


def _single_above(value: float) -> float:
    """Return a float32 that is not below a value."""
    return float(np.nextafter(np.float32(value), np.float32(np.inf)))

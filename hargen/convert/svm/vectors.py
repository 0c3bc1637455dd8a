"""Support vectors as int8: a step for each feature, an exponent for each vector.

Classes of little motion lie close together near the origin, others far out. One step for both
would make one point of the first; so a vector has an exponent of two that all its values share.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hargen.ir.ops.svm_int8 import MAX_EXPONENT, MAX_STEPS

Floats = npt.NDArray[np.float64]
_LARGEST = 127


@dataclass(frozen=True, eq=False)
class RoundedVectors:
    """value * steps[feature] * 2^exponent[vector] / steps_in_one is a value of a vector.

    values: int8 (vectors, features); exponents: (vectors,); steps: (features,).
    """

    values: npt.NDArray[np.int8]
    exponents: npt.NDArray[np.int64]
    steps: npt.NDArray[np.int64]
    steps_in_one: float

    @property
    def real(self) -> Floats:
        """The vectors that the integers stand for."""
        factors: npt.NDArray[Any] = self.steps * (1 << self.exponents)[:, np.newaxis]
        return np.asarray(self.values * factors / self.steps_in_one, dtype=np.float64)


def round_vectors(vectors: Floats) -> RoundedVectors:
    """Return vectors (n, features) in int8, the largest value of each feature just within it."""
    reach = np.abs(vectors).max(axis=0)
    widest = float(reach.max()) or 1.0
    finest = widest / (_LARGEST * MAX_STEPS << MAX_EXPONENT)
    steps_in_one = float(np.float32(1.0 / finest))
    coarse = reach * steps_in_one / (_LARGEST << MAX_EXPONENT)
    steps = np.clip(np.ceil(coarse * (1.0 - 1e-6)), 1, MAX_STEPS).astype(np.int64)
    scaled = vectors * steps_in_one / steps
    largest = np.abs(scaled).max(axis=1)
    exponents = np.zeros(len(vectors), dtype=np.int64)
    for exponent in range(MAX_EXPONENT):
        exponents[largest > (_LARGEST + 0.49) * 2**exponent] = exponent + 1
    values = np.rint(scaled / (1 << exponents)[:, np.newaxis])
    return RoundedVectors(
        np.clip(values, -_LARGEST, _LARGEST).astype(np.int8), exponents, steps, steps_in_one
    )

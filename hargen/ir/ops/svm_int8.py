"""The decisions of a support vector classifier in integers: int8 vectors, int16 coefficients.

The same one-against-one decisions as `SvmDecision`, RBF kernel only. What is proven here is what
firmware/runtime/hg_svm_s8.h relies on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hargen.ir.operator import Operator, TensorId, Tensors
from hargen.ir.ops.svm import MAX_CLASSES, pair_count, partners_of
from hargen.ir.ops.weighted import SUM_LIMIT
from hargen.ir.tensor import Array, DType

MAX_SIZE = 512
"""Features; they are kept on the stack, in 32 bits each."""

MAX_EXPONENT = 4
MAX_STEPS = 255
RANGE = 256 << MAX_EXPONENT
"""A feature is kept within +-RANGE of its own steps: twice the range of the vectors."""

ONE = 1 << 30
"""A kernel of 1; none is larger."""

MACCS_OF_EXP = 3  # a distance by gamma, the fraction by the slope, and the table's difference
_VECTOR = 128 << MAX_EXPONENT


@dataclass(frozen=True, kw_only=True)
class SvmDecisionInt8(Operator):
    """decisions[pair] = decision_scale * (bias[pair] + a rounded sum of coefficient * kernel).

    A feature becomes round(x * steps_in_one) steps; a value of a vector stands for
    value * steps[feature] * 2^exponent[vector] steps. D, the squared distance in steps, gives the
    kernel 2^-h, h = (D >> distance_shift) * multiplier / 2^58, in Q1.30.

    vectors: int8 (vectors, inputs), ordered by class. exponents: int8 (vectors,), 0 to
    MAX_EXPONENT. steps: int16 (inputs,), 1 to MAX_STEPS. coefficients: int16
    (classes - 1, vectors), rows as those of SvmDecision. bias: int32 (pairs,).
    """

    input: TensorId
    vectors: TensorId
    exponents: TensorId
    steps: TensorId
    coefficients: TensorId
    bias: TensorId
    vectors_per_class: tuple[int, ...]
    steps_in_one: float
    distance_shift: int
    multiplier: int
    decision_shift: int
    decision_scale: float

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return len(self.vectors_per_class)

    def verify(self, tensors: Tensors) -> None:
        """Raise ModelError where the tensors do not fit the operator, or a sum could overflow."""
        self._verify_tensors(tensors)
        steps = np.asarray(tensors[self.steps].data, dtype=np.int64)
        exponents = np.asarray(tensors[self.exponents].data)
        self.require(
            bool((steps >= 1).all() and (steps <= MAX_STEPS).all()),
            f"steps are not 1 to {MAX_STEPS}",
        )
        self.require(
            bool((exponents >= 0).all() and (exponents <= MAX_EXPONENT).all()),
            f"exponents are not 0 to {MAX_EXPONENT}",
        )
        for name, value in (
            ("steps_in_one", self.steps_in_one),
            ("decision_scale", self.decision_scale),
        ):
            self.require(
                math.isfinite(value) and value > 0.0, f"{name} {value:g} is not above zero"
            )
        self.require(
            bool(np.asarray(tensors[self.coefficients].data).any()), "all coefficients are zero"
        )
        self.require(
            0 <= self.distance_shift < 64
            and 1 <= self.decision_shift < 63
            and 0 <= self.multiplier < 2**32,
            "shifts or multiplier are out of range",
        )
        # Largest difference of a feature, squared and summed
        self.require(
            sum(((RANGE + _VECTOR) * s) ** 2 for s in steps.tolist()) < 2**63,
            "a squared distance could overflow",
        )
        for total, bias in zip(self.sum_bounds(tensors), self._bias(tensors), strict=True):
            self.require(
                total < 2**63 and abs(bias) + (total >> self.decision_shift) + 1 < SUM_LIMIT,
                "a decision could overflow",
            )

    def _verify_tensors(self, tensors: Tensors) -> None:
        classes, (count, size) = self.classes, self._vector_shape(tensors)
        self.require(2 <= classes <= MAX_CLASSES, f"{classes} classes are not 2 to {MAX_CLASSES}")
        self.require(size <= MAX_SIZE, f"{size} features are more than {MAX_SIZE}")
        self.require(
            min(self.vectors_per_class) >= 0 and sum(self.vectors_per_class) == count,
            f"{count} vectors are not the {sum(self.vectors_per_class)} of all classes",
        )
        wanted = {
            self.vectors: (DType.INT8, (count, size)),
            self.exponents: (DType.INT8, (count,)),
            self.steps: (DType.INT16, (size,)),
            self.coefficients: (DType.INT16, (classes - 1, count)),
            self.bias: (DType.INT32, (pair_count(classes),)),
        }
        for tensor, (dtype, shape) in ((tensors[i], what) for i, what in wanted.items()):
            self.require(
                tensor.data is not None and tensor.dtype is dtype and tensor.shape == shape,
                f"{tensor.name!r} is not an {dtype.value} constant of shape {shape}",
            )
        x, y = tensors[self.input], tensors[self.output]
        self.require(x.dtype is y.dtype is DType.FLOAT32, "input and output have to be float32")
        self.require(x.size == size, f"the input has {x.size} values, a vector {size}")
        self.require_shape(tensors, (1, pair_count(classes)))

    def sum_bounds(self, tensors: Tensors) -> list[int]:
        """Return for each pair what no partial sum of its kernels exceeds, rounding included."""
        coefficients = np.abs(np.asarray(tensors[self.coefficients].data, dtype=np.int64))
        own = np.repeat(np.arange(self.classes), self.vectors_per_class)
        half = 1 << (self.decision_shift - 1)
        return [
            ONE
            * int(coefficients[high - 1, own == low].sum() + coefficients[low, own == high].sum())
            + half
            for low in range(self.classes)
            for high in range(low + 1, self.classes)
        ]

    def partners(self, tensors: Tensors) -> Array:
        """Return where a vector has a coefficient against a class: bool (vectors, classes)."""
        return partners_of(np.asarray(tensors[self.coefficients].data), self.vectors_per_class)

    def maccs(self, tensors: Tensors) -> int:
        """Multiplications, the addition behind each included, of one inference.

        For each vector that has a coefficient: two a feature, and exp; and one for each coefficient
        that is not zero.
        """
        partners = self.partners(tensors)
        used = int(partners.any(axis=1).sum())
        return used * (2 * self._vector_shape(tensors)[1] + MACCS_OF_EXP) + int(partners.sum())

    def _vector_shape(self, tensors: Tensors) -> tuple[int, int]:
        shape = tensors[self.vectors].shape
        self.require(len(shape) == 2 and min(shape) >= 1, f"vectors have the shape {shape}")
        return shape[0], shape[1]

    def _bias(self, tensors: Tensors) -> list[int]:
        return [int(value) for value in np.asarray(tensors[self.bias].data).tolist()]

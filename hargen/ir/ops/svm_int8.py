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
"""Features; they are kept on the stack, in 16 bits each."""

LARGEST = 127
"""Of a vector's values: two of them share a word."""

LIMIT = 2**15 - 1
"""Of a feature in steps."""

MAX_SCALE = 255
NORM_BITS = 7
MAX_NORM = 2 ** (2 * NORM_BITS) - 1
MAX_NORM_UNIT = LIMIT >> NORM_BITS
FRACTION_BITS = range(4, 21)

ONE = 23168
"""A kernel of 1; the polynomial that makes one reaches up to the square root of 2 of it."""

LARGEST_KERNEL = 2**15 - 1
DUAL_LIMIT = (SUM_LIMIT - 1) // 257
"""Sums of two vectors, one of them 256 times as large, fit 32 bits together."""

FAR = 1 << 30
MACCS_OF_DISTANCE = 1  # its scale
MACCS_OF_EXP = 3  # a polynomial of the third degree
_NORM_VALUES = 2


@dataclass(frozen=True, kw_only=True)
class SvmDecisionInt8(Operator):
    """decisions[pair] = decision_scale * (bias[pair] + a rounded sum of coefficient * kernel).

    A feature x becomes X = round(x * steps_in_one) steps. A vector's distance, of which a halving
    of the kernel is 2^fraction_bits, is (scale * (norm_unit * norm - X v) >> 8) + |X|^2 *
    multiplier / 2^32. Windows with |X|^2 > farthest have kernels of 0.

    vectors: int8 (vectors, inputs), -LARGEST to LARGEST, ordered by class. norms: int16 (vectors,),
    0 to MAX_NORM. scales: int16 (vectors,), 1 to MAX_SCALE. coefficients: int16
    (classes - 1, vectors), rows as those of SvmDecision. bias: int32 (pairs,).
    """

    input: TensorId
    vectors: TensorId
    norms: TensorId
    scales: TensorId
    coefficients: TensorId
    bias: TensorId
    vectors_per_class: tuple[int, ...]
    steps_in_one: float
    norm_unit: int
    fraction_bits: int
    farthest: int
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
        for name, tensor, low, high in (
            ("vectors", self.vectors, -LARGEST, LARGEST),
            ("norms", self.norms, 0, MAX_NORM),
            ("scales", self.scales, 1, MAX_SCALE),
        ):
            values = np.asarray(tensors[tensor].data)
            self.require(
                bool((values >= low).all() and (values <= high).all()),
                f"{name} are not {low} to {high}",
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
            1 <= self.decision_shift < 63
            and self.fraction_bits in FRACTION_BITS
            and 1 <= self.norm_unit <= MAX_NORM_UNIT
            and 0 <= self.farthest < LIMIT**2
            and 0 <= self.multiplier < 2**32,
            "shifts, units or multiplier are out of range",
        )
        self.require(
            max(self.product_bounds(tensors)) <= DUAL_LIMIT
            and self.distance_bound(tensors) < SUM_LIMIT,
            "a distance could overflow",
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
            self.norms: (DType.INT16, (count,)),
            self.scales: (DType.INT16, (count,)),
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

    def product_bounds(self, tensors: Tensors) -> list[int]:
        """Return for each vector what no partial sum of its products exceeds.

        |X v| <= |X| |v| (Cauchy and Schwarz), in part as in whole; |X|^2 is at most `farthest`.
        """
        vectors = np.asarray(tensors[self.vectors].data, dtype=np.int64)
        norms = np.asarray(tensors[self.norms].data, dtype=np.int64)
        return [
            math.isqrt(self.farthest * squared) + 1 + self.norm_unit * norm
            for squared, norm in zip((vectors**2).sum(axis=1).tolist(), norms.tolist(), strict=True)
        ]

    def distance_bound(self, tensors: Tensors) -> int:
        """Return what no distance exceeds, its rounding included."""
        largest = (max(self.product_bounds(tensors)) * MAX_SCALE >> 8) + 1
        base = max(FAR, (self.farthest * self.multiplier >> 32) + 1)
        return base + (1 << (self.fraction_bits - 1)) + largest

    def sum_bounds(self, tensors: Tensors) -> list[int]:
        """Return for each pair what no partial sum of its kernels exceeds, rounding included."""
        coefficients = np.abs(np.asarray(tensors[self.coefficients].data, dtype=np.int64))
        own = np.repeat(np.arange(self.classes), self.vectors_per_class)
        half = 1 << (self.decision_shift - 1)
        return [
            LARGEST_KERNEL
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

        One a feature for |x|^2. For each vector that has a coefficient: one a feature, those of
        |v|^2, its scale, and exp; and one for each coefficient that is not zero.
        """
        partners = self.partners(tensors)
        used = int(partners.any(axis=1).sum())
        size = self._vector_shape(tensors)[1]
        of_a_vector = size + _NORM_VALUES + MACCS_OF_DISTANCE + MACCS_OF_EXP
        return size + used * of_a_vector + int(partners.sum())

    def _vector_shape(self, tensors: Tensors) -> tuple[int, int]:
        shape = tensors[self.vectors].shape
        self.require(len(shape) == 2 and min(shape) >= 1, f"vectors have the shape {shape}")
        return shape[0], shape[1]

    def _bias(self, tensors: Tensors) -> list[int]:
        return [int(value) for value in np.asarray(tensors[self.bias].data).tolist()]

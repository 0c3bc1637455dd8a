"""Support vector classifiers, one against one: decisions, and the probabilities made of them.

A pair of classes (low, high) has its place in the order (0, 1), (0, 2) ... (1, 2) ...; a decision
above zero is for the lower class.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np

from hargen.ir.operator import Operator, TensorId, Tensors
from hargen.ir.tensor import Array, DType

MAX_CLASSES = 32
MAX_DEGREE = 16
_EXP_MACCS = 9  # multiplications of hg_exp_f32, most with the addition behind them


class SvmKernel(Enum):
    """The functions of two vectors that have a C kernel; a linear one becomes a FullyConnected."""

    RBF = "rbf"
    POLY = "poly"


def pair_count(classes: int) -> int:
    """Return how many pairs so many classes have."""
    return classes * (classes - 1) // 2


def pair_index(a: int, b: int, classes: int) -> int:
    """Return the place of the pair of two classes in (0, 1), (0, 2) ... (1, 2) ..."""
    low, high = min(a, b), max(a, b)
    return low * (2 * classes - low - 1) // 2 + high - low - 1


def partners_of(coefficients: Array, vectors_per_class: tuple[int, ...]) -> Array:
    """Return where a vector has a coefficient against a class: bool (vectors, classes).

    coefficients: (classes - 1, vectors), rows as those of SvmDecision.
    """
    own = np.repeat(np.arange(len(vectors_per_class)), vectors_per_class)
    found = np.zeros((coefficients.shape[1], len(vectors_per_class)), dtype=bool)
    for row, values in enumerate(coefficients):
        found[np.arange(len(own)), row + (row >= own)] = values != 0
    return found


@dataclass(frozen=True, kw_only=True)
class SvmDecision(Operator):
    """decisions[pair] = bias[pair] + the sum of coefficient * kernel over both classes' vectors.

    vectors: (vectors, inputs), ordered by class. coefficients: (classes - 1, vectors); row r of a
    vector of class c is against class r, or r + 1 from c on. bias: (pairs). All float32. The kernel
    is exp(-gamma |x - v|^2) (RBF) or (gamma x v + offset)^degree (POLY).
    """

    input: TensorId
    vectors: TensorId
    coefficients: TensorId
    bias: TensorId
    vectors_per_class: tuple[int, ...]
    kernel: SvmKernel
    gamma: float
    offset: float = 0.0
    degree: int = 1

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return len(self.vectors_per_class)

    def verify(self, tensors: Tensors) -> None:
        """Raise ModelError where the tensors do not fit the operator."""
        vectors, classes = tensors[self.vectors], self.classes
        self.require(2 <= classes <= MAX_CLASSES, f"{classes} classes are not 2 to {MAX_CLASSES}")
        self.require(
            len(vectors.shape) == 2
            and min(vectors.shape) >= 1
            and min(self.vectors_per_class) >= 0
            and sum(self.vectors_per_class) == vectors.shape[0],
            f"vectors of shape {vectors.shape} are not the {sum(self.vectors_per_class)} of all"
            " classes",
        )
        self.require(
            tensors[self.input].size == vectors.shape[1],
            f"the input has {tensors[self.input].size} values, a vector {vectors.shape[1]}",
        )
        _require_float_constants(
            self,
            tensors,
            {
                self.vectors: vectors.shape,
                self.coefficients: (classes - 1, vectors.shape[0]),
                self.bias: (pair_count(classes),),
            },
        )
        _require_float(self, tensors, self.input, self.output)
        self.require_shape(tensors, (1, pair_count(classes)))
        self.require(
            math.isfinite(self.gamma) and math.isfinite(self.offset),
            f"gamma {self.gamma:g} or offset {self.offset:g} is not finite",
        )
        self.require(self.gamma >= 0.0, f"gamma {self.gamma:g} is negative")
        self.require(
            1 <= self.degree <= MAX_DEGREE, f"degree {self.degree} is not 1 to {MAX_DEGREE}"
        )

    def partners(self, tensors: Tensors) -> Array:
        """Return where a vector has a coefficient against a class: bool (vectors, classes)."""
        return partners_of(np.asarray(tensors[self.coefficients].data), self.vectors_per_class)

    def maccs(self, tensors: Tensors) -> int:
        """Multiplications, the addition behind each included, of one inference.

        For each vector that has a coefficient: distance or product, gamma, and exp or the powers;
        and one for each coefficient that is not zero.
        """
        partners = self.partners(tensors)
        used = int(partners.any(axis=1).sum())
        function = _EXP_MACCS if self.kernel is SvmKernel.RBF else self.degree - 1
        return used * (tensors[self.vectors].shape[1] + 1 + function) + int(partners.sum())


@dataclass(frozen=True, kw_only=True)
class SvmPairProbability(Operator):
    """Platt's sigmoid: 1 / (1 + exp(slope * decision + offset)), that of the pair's lower class.

    slopes, offsets: float32, one a pair.
    """

    input: TensorId
    slopes: TensorId
    offsets: TensorId

    def verify(self, tensors: Tensors) -> None:
        """Raise ModelError where the tensors do not fit the operator."""
        shape = tensors[self.input].shape
        pairs = tensors[self.input].size
        _require_float(self, tensors, self.input, self.output)
        _require_float_constants(self, tensors, {self.slopes: (pairs,), self.offsets: (pairs,)})
        self.require_shape(tensors, shape)

    def maccs(self, tensors: Tensors) -> int:
        """Multiplications, the addition behind each included, of one inference."""
        return tensors[self.output].size * (_EXP_MACCS + 1)


@dataclass(frozen=True, kw_only=True)
class SvmProbability(Operator):
    """Probabilities of the classes from those of the pairs, by Wu, Lin and Weng's second method."""

    input: TensorId

    def verify(self, tensors: Tensors) -> None:
        """Raise ModelError where the tensors do not fit the operator."""
        classes = tensors[self.output].size
        _require_float(self, tensors, self.input, self.output)
        self.require(2 <= classes <= MAX_CLASSES, f"{classes} classes are not 2 to {MAX_CLASSES}")
        self.require_shape(tensors, (1, classes))
        self.require(
            tensors[self.input].size == pair_count(classes),
            f"{tensors[self.input].size} pairs are not those of {classes} classes",
        )

    def maccs(self, tensors: Tensors) -> int:
        """Multiplications up to the first look at the optimum; the input says how many follow."""
        classes = tensors[self.output].size
        return classes * (classes - 1) + classes * classes + classes


def _require_float(operator: Operator, tensors: Tensors, *ids: TensorId) -> None:
    for tensor in (tensors[i] for i in ids):
        operator.require(
            tensor.dtype is DType.FLOAT32,
            f"tensor {tensor.name!r} is {tensor.dtype.value}, and not float32",
        )


def _require_float_constants(
    operator: Operator, tensors: Tensors, shapes: dict[TensorId, tuple[int, ...]]
) -> None:
    for tensor, shape in ((tensors[i], shape) for i, shape in shapes.items()):
        operator.require(
            tensor.data is not None and tensor.dtype is DType.FLOAT32 and tensor.shape == shape,
            f"{tensor.name!r} of shape {tensor.shape} is not a float32 constant of shape {shape}",
        )

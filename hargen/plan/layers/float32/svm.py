"""Support vector classifiers: vectors in runs, coefficients without zeros, probabilities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from hargen.ir.operator import TensorId
from hargen.ir.ops.svm import SvmDecision, SvmKernel, SvmPairProbability, SvmProbability
from hargen.ir.tensor import Array, Tensor
from hargen.plan.plan import Constant, Kernel, Parameters, Role

MAX_RUN = 0xFFFF  # HG_SVM_RUN_COUNT
_FUNCTIONS = {SvmKernel.RBF: "hg_svm_rbf_f32", SvmKernel.POLY: "hg_svm_poly_f32"}


def plan_svm_decision(operator: SvmDecision, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the kernel of the decisions.

    The vectors of a class are ordered by the classes that they have coefficients against, so that a
    few runs say it for all of them, and no zero is stored. Vectors without any are left out.
    """
    vectors, coefficients, bias = (
        _values(tensors, i) for i in (operator.vectors, operator.coefficients, operator.bias)
    )
    partners = operator.partners(tensors)
    order: list[int] = []
    runs: list[int] = []
    for own, members, mask in _runs(operator, partners):
        for start in range(0, len(members), MAX_RUN):
            part = members[start : start + MAX_RUN]
            order += part
            runs += [len(part) | own << 16, mask]
    own_class = np.repeat(np.arange(operator.classes), operator.vectors_per_class)
    packed = [
        coefficients[other - (other > own_class[vector]), vector]
        for vector in order
        for other in np.flatnonzero(partners[vector])
    ]
    return Kernel(
        function=_FUNCTIONS[operator.kernel],
        header="hg_svm_f32.h",
        parameters=Parameters(
            "hg_svm_f32_t",
            (
                ("size", vectors.shape[1]),
                ("classes", operator.classes),
                ("runs", len(runs) // 2),
                ("degree", operator.degree),
                ("gamma", operator.gamma),
                ("offset", operator.offset),
            ),
        ),
        inputs=(operator.input,),
        constants=(
            Constant(
                f"{prefix}_vectors_weights",
                Role.WEIGHTS,
                "float",
                vectors[order].reshape(-1),
                f"{len(order)}x{vectors.shape[1]}, by class and partners",
            ),
            Constant(
                f"{prefix}_coefficients_weights",
                Role.WEIGHTS,
                "float",
                np.array(packed, dtype=np.float32),
                "of each vector, by partner",
            ),
            Constant(f"{prefix}_bias", Role.BIAS, "float", bias, "one a pair of classes"),
            Constant(
                f"{prefix}_runs",
                Role.TABLE,
                "uint32_t",
                np.array(runs, dtype=np.uint32),
                "vectors and their class, then the partners as bits",
            ),
        ),
    )


def plan_svm_pair_probability(
    operator: SvmPairProbability, tensors: Sequence[Tensor], prefix: str
) -> Kernel:
    """Return the kernel of Platt's sigmoids."""
    slopes, offsets = (_values(tensors, i) for i in (operator.slopes, operator.offsets))
    return Kernel(
        function="hg_svm_platt_f32",
        header="hg_svm_probability_f32.h",
        parameters=Parameters("hg_svm_platt_f32_t", (("pairs", tensors[operator.input].size),)),
        inputs=(operator.input,),
        constants=(
            Constant(f"{prefix}_slopes_weights", Role.WEIGHTS, "float", slopes, "one a pair"),
            Constant(f"{prefix}_offsets_bias", Role.BIAS, "float", offsets, "one a pair"),
        ),
    )


def plan_svm_probability(
    operator: SvmProbability, tensors: Sequence[Tensor], prefix: str
) -> Kernel:
    """Return the kernel that couples the probabilities of pairs."""
    del prefix
    return Kernel(
        function="hg_svm_couple_f32",
        header="hg_svm_probability_f32.h",
        parameters=Parameters("hg_svm_couple_f32_t", (("classes", tensors[operator.output].size),)),
        inputs=(operator.input,),
    )


def _runs(operator: SvmDecision, partners: Array) -> Iterator[tuple[int, list[int], int]]:
    """Yield each class, those of its vectors that have the same partners, and these as bits."""
    bits = np.left_shift(1, np.arange(operator.classes, dtype=np.int64))
    masks = partners @ bits
    start = 0
    for own, count in enumerate(operator.vectors_per_class):
        of_class = masks[start : start + count]
        for mask in np.unique(of_class[of_class != 0]):
            yield own, [int(i) for i in start + np.flatnonzero(of_class == mask)], int(mask)
        start += count


def _values(tensors: Sequence[Tensor], tensor: TensorId) -> Array:
    return np.ascontiguousarray(tensors[tensor].data, dtype=np.float32)

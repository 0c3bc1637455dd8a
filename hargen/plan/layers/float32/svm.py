"""Support vector classifiers: decisions with a polynomial kernel, probabilities."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hargen.ir.operator import TensorId
from hargen.ir.ops.svm import SvmDecision, SvmKernel, SvmPairProbability, SvmProbability
from hargen.ir.tensor import Array, Tensor
from hargen.plan.layers.float32.svm_rbf import plan_svm_rbf
from hargen.plan.layers.float32.svm_runs import CHUNK, pack_runs
from hargen.plan.plan import Constant, Kernel, Parameters, Role


def plan_svm_decision(operator: SvmDecision, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the kernel of the decisions.

    The vectors of a class are ordered by the classes that they have coefficients against, so that a
    few runs say it for all of them, and no zero is stored. Vectors without any are left out.
    """
    if operator.kernel is SvmKernel.RBF:
        return plan_svm_rbf(operator, tensors, prefix)
    vectors, coefficients, bias = (
        _values(tensors, i) for i in (operator.vectors, operator.coefficients, operator.bias)
    )
    partners = operator.partners(tensors)
    runs = pack_runs(coefficients, partners, operator.vectors_per_class, chunk=CHUNK)
    return Kernel(
        function="hg_svm_poly_f32",
        header="hg_svm_poly_f32.h",
        parameters=Parameters(
            "hg_svm_poly_f32_t",
            (
                ("size", vectors.shape[1]),
                ("vectors", len(runs.order)),
                ("classes", operator.classes),
                ("degree", operator.degree),
                ("gamma", operator.gamma),
                ("offset", operator.offset),
            ),
        ),
        inputs=(operator.input,),
        constants=(
            runs.vectors_constant(vectors, prefix),
            Constant(
                f"{prefix}_coefficients_weights",
                Role.WEIGHTS,
                "float",
                runs.coefficients,
                f"by run and {CHUNK} vectors, then by partner",
            ),
            Constant(f"{prefix}_bias", Role.BIAS, "float", bias, "one a pair of classes"),
            runs.constant(prefix),
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


def _values(tensors: Sequence[Tensor], tensor: TensorId) -> Array:
    return np.ascontiguousarray(tensors[tensor].data, dtype=np.float32)

"""Support vector classifiers in integers, float32 at both ends."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hargen.ir.ops.svm_int8 import SvmDecisionInt8
from hargen.ir.tensor import Array, Tensor
from hargen.plan.layers.float32.svm_runs import pack_runs
from hargen.plan.plan import Constant, Kernel, Parameters, Role
from hargen.quantize.halving import halving_table


def plan_svm_decision_int8(
    operator: SvmDecisionInt8, tensors: Sequence[Tensor], prefix: str
) -> Kernel:
    """Return the kernel of the decisions; vectors without coefficients are left out."""
    vectors, exponents, steps, coefficients, bias = (
        np.asarray(tensors[i].data)
        for i in (
            operator.vectors,
            operator.exponents,
            operator.steps,
            operator.coefficients,
            operator.bias,
        )
    )
    runs = pack_runs(coefficients, operator.partners(tensors), operator.vectors_per_class)
    count, size = len(runs.order), vectors.shape[1]

    def constant(name: str, role: Role, ctype: str, values: Array, comment: str) -> Constant:
        return Constant(f"{prefix}_{name}", role, ctype, values.reshape(-1), comment)

    return Kernel(
        function="hg_svm_rbf_s8",
        header="hg_svm_s8.h",
        parameters=Parameters(
            "hg_svm_s8_t",
            (
                ("size", size),
                ("classes", operator.classes),
                ("runs", len(runs.words) // 2),
                ("steps_in_one", operator.steps_in_one),
                ("distance_shift", operator.distance_shift),
                ("multiplier", operator.multiplier),
                ("decision_shift", operator.decision_shift),
                ("decision_scale", operator.decision_scale),
            ),
        ),
        inputs=(operator.input,),
        constants=(
            constant(
                "vectors_weights",
                Role.WEIGHTS,
                "int8_t",
                vectors[runs.order].astype(np.int8),
                f"{count}x{size}, by class and partners",
            ),
            constant(
                "exponents_weights",
                Role.WEIGHTS,
                "uint8_t",
                exponents[runs.order].astype(np.uint8),
                "one a vector",
            ),
            constant("steps", Role.TABLE, "uint8_t", steps.astype(np.uint8), "one a feature"),
            constant(
                "coefficients_weights",
                Role.WEIGHTS,
                "int16_t",
                runs.coefficients,
                "of each vector, by partner",
            ),
            constant("bias", Role.BIAS, "int32_t", bias, "one a pair of classes"),
            runs.constant(prefix),
            constant(
                "halvings",
                Role.TABLE,
                "uint32_t",
                np.array(halving_table(), dtype=np.uint32),
                "2^-(i/32) in Q1.30",
            ),
        ),
    )

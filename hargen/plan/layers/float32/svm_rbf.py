"""Support vector classifiers with an RBF kernel: by products, or by distances; exact sums."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from hargen.ir.ops.svm import SvmDecision
from hargen.ir.tensor import Array, DType, Tensor
from hargen.plan.layers.float32.activation import LARGEST
from hargen.plan.layers.float32.svm_runs import CHUNK, Runs, pack_runs
from hargen.plan.layers.float32.weighted import LANES
from hargen.plan.plan import Constant, Kernel, Parameters, Role

_VALUE_BITS = 28  # HG_SVM_VALUE_BITS in firmware/runtime/hg_svm_sums.h
_SHIFT = 2  # to those from the bits of a mantissa in hg_svm_rbf_products_f32.h
_MOST_HALVINGS = 190
"""Of |v|^2, where products are subtracted from it: a shift by a register looks at a byte."""

_LARGEST_SHIFT = 96
"""Of coefficients: float32 then still holds the scale of a decision."""

_HEAD, _ASKED = 8, 50


def plan_svm_rbf(operator: SvmDecision, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the kernel of the decisions: by products where the vectors are short enough."""
    vectors, coefficients = (
        np.ascontiguousarray(tensors[i].data, dtype=np.float32)
        for i in (operator.vectors, operator.coefficients)
    )
    halvings = operator.gamma / math.log(2.0)  # that a squared distance of 1 is
    lengths = halvings * (vectors.astype(np.float64) ** 2).sum(axis=1)
    by_products = bool(lengths.max() <= _MOST_HALVINGS)
    whole = np.ceil(lengths) if by_products else lengths
    scaled = coefficients.astype(np.float64) * np.exp2(whole - lengths)
    partners, per_class = operator.partners(tensors), operator.vectors_per_class
    runs = pack_runs(scaled, partners, per_class, chunk=CHUNK, vectors=vectors)
    sums = _exact_sums(operator, scaled, np.asarray(tensors[operator.bias].data), runs)
    shared = Parameters(
        "hg_svm_sums_t",
        (
            ("size", vectors.shape[1]),
            ("vectors", len(runs.order)),
            ("classes", operator.classes),
            ("decision_scale", math.ldexp(1.0, -sums.shift - _VALUE_BITS)),
            ("high_scale", math.ldexp(1.0, 32 - sums.shift - _VALUE_BITS)),
        ),
    )
    terms = (
        Constant(
            f"{prefix}_coefficients_weights",
            Role.WEIGHTS,
            "int32_t",
            sums.coefficients,
            f"by run and {CHUNK} vectors, then by partner",
        ),
        Constant(f"{prefix}_bias", Role.BIAS, "int64_t", sums.bias, "one a pair of classes"),
        runs.constant(prefix),
    )
    if not by_products:
        return Kernel(
            function="hg_svm_rbf_f32",
            header="hg_svm_rbf_f32.h",
            parameters=Parameters(
                "hg_svm_rbf_f32_t",
                (("sums", shared), *_distance_fields(operator, vectors[runs.order])),
            ),
            inputs=(operator.input,),
            constants=(runs.vectors_constant(vectors, prefix), *terms),
        )
    return Kernel(
        function="hg_svm_rbf_products_f32",
        header="hg_svm_rbf_products_f32.h",
        parameters=Parameters(
            "hg_svm_rbf_products_f32_t", (("sums", shared), ("halvings", halvings))
        ),
        inputs=(operator.input,),
        constants=(
            runs.vectors_constant(vectors, prefix),
            Constant(
                f"{prefix}_halvings_weights",
                Role.WEIGHTS,
                "uint8_t",
                (whole[runs.order] + _SHIFT).astype(np.uint8),
                f"|v|^2 in halvings, and {_SHIFT}",
            ),
            *terms,
        ),
        scratch=vectors.shape[1] * DType.FLOAT32.size,
    )


def _distance_fields(operator: SvmDecision, vectors: Array) -> tuple[tuple[str, int | float], ...]:
    # A hundredth of a halving more than what makes 2^-28, for the roundings on the way there.
    far = (_VALUE_BITS + 0.01) * math.log(2.0) / max(operator.gamma, sys.float_info.min)
    return (
        ("head", _head(vectors, far)),
        ("halvings", -operator.gamma / math.log(2.0)),
        ("far", min(far, LARGEST)),
        ("farthest", min(4.0 * far, LARGEST)),
    )


def _head(vectors: Array, far: float) -> int:
    """Return after how many features a block of vectors is left out if all are far already.

    Asked with support vectors for inputs: where fewer than a tenth of the blocks would be left out,
    asking costs more than it saves, and all features are the head.
    """
    size: int = vectors.shape[1]
    whole = len(vectors) // LANES * LANES
    if size < 2 * _HEAD or whole == 0:
        return size
    asked = vectors[:: len(vectors) // _ASKED + 1, np.newaxis, :_HEAD].astype(np.float64)
    are_far = ((asked - vectors[:whole, :_HEAD]) ** 2).sum(axis=2) > far
    left_out = float(are_far.reshape(len(asked), -1, LANES).all(axis=2).mean())
    return _HEAD if left_out > 0.1 else size


@dataclass(frozen=True, eq=False)
class _Sums:
    """coefficients: int32, times 2^-shift. bias: int64, times 2^-(shift + _VALUE_BITS)."""

    coefficients: Array
    bias: Array
    shift: int


def _exact_sums(operator: SvmDecision, coefficients: Array, bias: Array, runs: Runs) -> _Sums:
    """Return the terms of decisions as integers, with as many digits as 64-bit sums can take.

    A coefficient times its kernel's value is at most what is bounded here, but for a rounding of
    the value, for which there is one bit more.
    """
    own = np.repeat(np.arange(operator.classes), operator.vectors_per_class)
    sums = [
        abs(float(bias[pair]))
        + np.abs(coefficients[high - 1, own == low]).sum()
        + np.abs(coefficients[low, own == high]).sum()
        for pair, (low, high) in enumerate(combinations(range(operator.classes), 2))
    ]
    # frexp: what is below 2^e
    largest = math.frexp(float(np.abs(coefficients).max()))[1]
    total = math.frexp(float(max(sums)))[1]
    shift = min(30 - largest, 62 - _VALUE_BITS - total, _LARGEST_SHIFT)
    return _Sums(
        np.rint(np.ldexp(runs.coefficients, shift)).astype(np.int32),
        np.rint(np.ldexp(bias.astype(np.float64), shift + _VALUE_BITS)).astype(np.int64),
        shift,
    )

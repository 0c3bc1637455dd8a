"""Support vector classifiers in integers, float32 at both ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np

from hargen.ir.ops.svm import MAX_CLASSES, pair_index
from hargen.ir.ops.svm_int8 import NORM_BITS, SvmDecisionInt8
from hargen.ir.tensor import Array, Tensor
from hargen.plan.layers.float32.svm_runs import Runs, pack_runs
from hargen.plan.plan import Constant, Kernel, Parameters, Role

_TOGETHER = 4  # HG_SVM_S8_TOGETHER in firmware/runtime/hg_svm_s8.h
_CHUNK = 64  # HG_SVM_S8_CHUNK
_LAST = 0x80  # HG_SVM_S8_TERM_IS_LAST
_VALUE_BYTES, _TOTAL_BYTES = 2, 8


def plan_svm_decision_int8(
    operator: SvmDecisionInt8, tensors: Sequence[Tensor], prefix: str
) -> Kernel:
    """Return the kernel of the decisions; vectors without coefficients are left out."""
    vectors, norms, scales, coefficients, bias = (
        np.asarray(tensors[i].data).astype(np.int64)
        for i in (
            operator.vectors,
            operator.norms,
            operator.scales,
            operator.coefficients,
            operator.bias,
        )
    )
    runs = pack_runs(
        coefficients, operator.partners(tensors), operator.vectors_per_class, chunk=_CHUNK
    )
    count, size = len(runs.order), vectors.shape[1]
    return Kernel(
        function="hg_svm_rbf_s8",
        header="hg_svm_s8.h",
        parameters=Parameters(
            "hg_svm_s8_t",
            (
                ("size", size),
                ("vectors", count),
                ("classes", operator.classes),
                ("norm_unit", operator.norm_unit),
                ("fraction_bits", operator.fraction_bits),
                ("steps_in_one", operator.steps_in_one),
                ("farthest", operator.farthest),
                ("multiplier", operator.multiplier),
                ("decision_shift", operator.decision_shift),
                ("decision_scale", operator.decision_scale),
            ),
        ),
        inputs=(operator.input,),
        constants=(
            Constant(
                f"{prefix}_vectors_weights",
                Role.WEIGHTS,
                "uint32_t",
                _vector_words(vectors[runs.order], norms[runs.order], scales[runs.order]),
                f"{count}x{size}, by class and partners, {_TOGETHER} together",
            ),
            Constant(
                f"{prefix}_coefficients_weights",
                Role.WEIGHTS,
                "uint32_t",
                _coefficient_words(runs, operator.classes),
                f"by {_CHUNK} vectors, run and partner, two in a word, a word in front",
            ),
            Constant(
                f"{prefix}_bias",
                Role.BIAS,
                "int32_t",
                bias.astype(np.int32),
                "one a pair of classes",
            ),
        ),
    )


def _vector_words(vectors: Array, norms: Array, scales: Array) -> Array:
    """Return vectors, |v|^2 as two more values of each and scales, as the C reads them."""
    fill = -len(vectors) % _TOGETHER
    even = np.pad(vectors, ((0, fill), (0, vectors.shape[1] % 2)))
    digits = np.stack([norms >> NORM_BITS, norms & (1 << NORM_BITS) - 1], axis=1)
    values = np.hstack([even, np.pad(digits, ((0, fill), (0, 0)))])
    halves = (values[0::2] + 256 * values[1::2]).astype("<i2")
    pairs = halves.view("<u4").reshape(len(values) // _TOGETHER, 2, -1)
    whole = pairs.shape[2] // 2 * 2
    blocks = pairs[:, :, :whole].reshape(len(pairs), 2, -1, 2).swapaxes(1, 2)
    last = np.pad(scales, (0, fill)).astype(np.uint8).view("<u4")
    return np.concatenate(
        [
            blocks.reshape(len(pairs), -1),
            pairs[:, :, whole:].reshape(len(pairs), -1),
            last[:, None],
        ],
        axis=1,
    ).reshape(-1)


def _coefficient_words(runs: Runs, classes: int) -> Array:
    """Return coefficients two in a word, behind a word that says which values they belong to.

    Zeros are those of vectors that share a word with others, and are of another run.
    """
    words: list[Array] = []
    for chunk, parts in groupby(_parts(runs), key=lambda part: part.first // _CHUNK):
        heads = []
        for part in parts:
            first, end = part.first - chunk * _CHUNK, part.first - chunk * _CHUNK + len(part.values)
            pair = pair_index(part.own, part.other, classes)
            total = _CHUNK * _VALUE_BYTES + pair * _TOTAL_BYTES
            halves = np.pad(part.values, (first % 2, end % 2)).astype("<i2").view("<u4")
            head = np.array([len(halves) | first // 2 * 4 << 8 | total << 16], dtype="<u4")
            heads.append(head)
            words += [head, halves]
        heads[-1] |= _LAST
    return np.concatenate(words)


@dataclass(frozen=True, eq=False)
class _Part:
    """Coefficients of vectors of one run and chunk against one class; `first` is the first one."""

    first: int
    own: int
    other: int
    values: Array


def _parts(runs: Runs) -> Iterator[_Part]:
    first, used = 0, 0
    for word, mask in zip(runs.words[0::2].tolist(), runs.words[1::2].tolist(), strict=True):
        end, own = first + (word & 0xFFFF), word >> 16
        chunks = range(first // _CHUNK * _CHUNK + _CHUNK, end, _CHUNK)
        for start, stop in pairwise([first, *chunks, end]):
            for other in (bit for bit in range(MAX_CLASSES) if mask >> bit & 1):
                yield _Part(start, own, other, runs.coefficients[used : used + stop - start])
                used += stop - start
        first = end

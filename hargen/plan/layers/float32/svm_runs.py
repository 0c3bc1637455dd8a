"""Support vectors in runs: those of a class that have coefficients against the same classes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from hargen.ir.tensor import Array
from hargen.plan.plan import Constant, Role

MAX_RUN = 0xFFFF  # HG_SVM_RUN_COUNT


@dataclass(frozen=True, eq=False)
class Runs:
    """order: positions of the vectors that are kept. coefficients: theirs, without zeros."""

    order: list[int]
    coefficients: Array
    words: Array

    def constant(self, prefix: str) -> Constant:
        """Return the runs as the C reads them."""
        return Constant(
            f"{prefix}_runs",
            Role.TABLE,
            "uint32_t",
            self.words,
            "vectors and their class, then the partners as bits",
        )


def pack_runs(coefficients: Array, partners: Array, vectors_per_class: Sequence[int]) -> Runs:
    """Order vectors so that a few runs say for all of them which coefficients follow.

    Args:
        coefficients: (classes - 1, vectors), rows as those of SvmDecision.
        partners: (vectors, classes), where a vector has one.
        vectors_per_class: counts.
    """
    order: list[int] = []
    words: list[int] = []
    for own, members, mask in _groups(partners, vectors_per_class):
        for start in range(0, len(members), MAX_RUN):
            part = members[start : start + MAX_RUN]
            order += part
            words += [len(part) | own << 16, mask]
    own_class = np.repeat(np.arange(len(vectors_per_class)), vectors_per_class)
    packed = [
        coefficients[other - (other > own_class[vector]), vector]
        for vector in order
        for other in np.flatnonzero(partners[vector])
    ]
    return Runs(order, np.array(packed, dtype=coefficients.dtype), np.array(words, dtype=np.uint32))


def _groups(
    partners: Array, vectors_per_class: Sequence[int]
) -> Iterator[tuple[int, list[int], int]]:
    """Yield each class, those of its vectors that have the same partners, and these as bits."""
    bits = np.left_shift(1, np.arange(len(vectors_per_class), dtype=np.int64))
    masks = partners @ bits
    start = 0
    for own, count in enumerate(vectors_per_class):
        of_class = masks[start : start + count]
        for mask in np.unique(of_class[of_class != 0]):
            yield own, [int(i) for i in start + np.flatnonzero(of_class == mask)], int(mask)
        start += count

"""Support vectors in runs: those of a class that have coefficients against the same classes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from hargen.ir.tensor import Array
from hargen.plan.layers.float32.weighted import LANES, blocks
from hargen.plan.plan import Constant, Role

CHUNK = 16  # HG_SVM_CHUNK in firmware/runtime/hg_svm_f32.h
MAX_RUN = 0xFFFF  # HG_SVM_RUN_COUNT


@dataclass(frozen=True, eq=False)
class Runs:
    """order: positions of the vectors that are kept. coefficients: theirs, without zeros."""

    order: list[int]
    coefficients: Array
    words: Array

    def vectors_constant(self, vectors: Array, prefix: str) -> Constant:
        """Return those of the vectors that are kept, as the C reads them."""
        return Constant(
            f"{prefix}_vectors_weights",
            Role.WEIGHTS,
            "float",
            blocks(vectors[self.order], LANES),
            f"{len(self.order)}x{vectors.shape[1]}, by class and partners, blocks of {LANES}",
        )

    def constant(self, prefix: str) -> Constant:
        """Return the runs as the C reads them."""
        return Constant(
            f"{prefix}_runs",
            Role.TABLE,
            "uint32_t",
            self.words,
            "vectors and their class, then the partners as bits",
        )


def pack_runs(
    coefficients: Array,
    partners: Array,
    vectors_per_class: Sequence[int],
    *,
    chunk: int = 1,
    vectors: Array | None = None,
) -> Runs:
    """Order vectors so that a few runs say for all of them which coefficients follow.

    Args:
        coefficients: (classes - 1, vectors), rows as those of SvmDecision.
        partners: (vectors, classes), where a vector has one.
        vectors_per_class: counts.
        chunk: vectors that are used together, counted through all runs: the coefficients of those
            of one run in a chunk lie by partner.
        vectors: (vectors, features); where given, those of a run are ordered from the middle out.
    """
    order: list[int] = []
    words: list[int] = []
    packed: list[Array] = []
    for own, members, mask in _groups(partners, vectors_per_class):
        if vectors is not None:
            members = _by_radius(vectors, members)
        others = [other for other in range(len(vectors_per_class)) if mask >> other & 1]
        for start in range(0, len(members), MAX_RUN):
            run = members[start : start + MAX_RUN]
            words += [len(run) | own << 16, mask]
            while run:
                part, run = run[: chunk - len(order) % chunk], run[chunk - len(order) % chunk :]
                packed += [coefficients[other - (other > own), part] for other in others]
                order += part
    return Runs(order, np.concatenate(packed), np.array(words, dtype=np.uint32))


def _by_radius(vectors: Array, members: list[int]) -> list[int]:
    """Order vectors by how far they are from the middle of all.

    Windows near the middle then find those that are too far to matter side by side, in blocks that
    are skipped as a whole.
    """
    distances = ((vectors[members] - np.median(vectors, axis=0)) ** 2).sum(axis=1)
    return [members[i] for i in np.argsort(distances, kind="stable")]


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

"""Where windows are cut from: streams in the network's terms, and what each window may move by."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from hargen.datasets import Windows
from hargen.preprocessing import Preprocessing
from hargen.preprocessing.reference import filtered_windows, normalize

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Pool:
    """Windows as places in streams, so that they can be shifted in time and never leave theirs.

    samples: float32 (samples, axes), all streams one after the other. spec: what is still to be
    done to windows that are cut from them: the filter where it starts anew in every window, and the
    normalization; None: nothing. starts: int64 (n,), where
    each window begins; first, last: int64 (n,), the least and the greatest place where it may begin
    within its recording. y: int64 (n,), class. group, cell: int64 (n,): the subject, session or
    recording that it is of, index into groups; and the stratum, of data set and class.
    """

    samples: Floats
    starts: Ints
    first: Ints
    last: Ints
    y: Ints
    group: Ints
    cell: Ints
    groups: tuple[str, ...]
    window: int
    spec: Preprocessing | None = None

    def __len__(self) -> int:
        return len(self.starts)

    def take(self, picks: npt.NDArray[np.bool_]) -> Pool:
        """Return the windows of a mask (n,)."""
        names = ("starts", "first", "last", "y", "group", "cell")
        return replace(self, **{name: getattr(self, name)[picks] for name in names})

    def fixed(self) -> Pool:
        """Return the same windows, not to be shifted."""
        return replace(self, first=self.starts, last=self.starts)

    def windows(self) -> Floats:
        """Return the windows as the network sees them, float32 (n, window, axes)."""
        return self.normalized(self.cut())

    def cut(self) -> Floats:
        """Return the windows before they are normalized: still accelerations."""
        return self._cut(self.starts)

    def shifted(self, generator: np.random.Generator) -> Floats:
        """Return the same, each moved by up to half its length within its recording."""
        shift = np.floor((generator.random(len(self)) - 0.5) * self.window).astype(np.int64)
        return self._cut(np.clip(self.starts + shift, self.first, self.last))

    def normalized(self, cut: Floats) -> Floats:
        """Return windows that were cut, and may have been changed since, normalized."""
        if self.spec is None or self.spec.normalization is None:
            return cut
        return normalize(cut.astype(np.float64), self.spec).astype(np.float32)

    def _cut(self, starts: Ints) -> Floats:
        found: Floats = self.samples[starts[:, None] + np.arange(self.window)]
        if self.spec is None or self.spec.filter is None or self.spec.filter_state == "stream":
            return found
        return filtered_windows(found.astype(np.float64), self.spec).astype(np.float32)

    def to_windows(self, classes: tuple[str, ...], source: str) -> Windows:
        """Return the windows as a data set; its recordings are the groups."""
        return Windows(
            x=self.windows(),
            y=self.y,
            classes=classes,
            source=source,
            recordings=self.groups,
            recording=self.group,
        )

    def sha256(self) -> str:
        """Return the SHA-256 of the windows' values, places, classes and groups."""
        digest = hashlib.sha256(repr((self.samples.shape, self.groups, self.window)).encode())
        digest.update(self.samples.astype("<f4").tobytes())
        for array in (self.starts, self.first, self.last, self.y, self.group):
            digest.update(array.astype("<i8").tobytes())
        return digest.hexdigest()


def join(pools: list[Pool]) -> Pool:
    """Return several pools of one window as one; cells and groups of different ones differ."""
    samples = np.cumsum([0, *(len(pool.samples) for pool in pools)])
    groups = np.cumsum([0, *(len(pool.groups) for pool in pools)])
    cells = np.cumsum([0, *(int(pool.cell.max(initial=-1)) + 1 for pool in pools)])

    def joined(name: str, offsets: npt.NDArray[np.integer]) -> Ints:
        parts = [getattr(pool, name) + o for pool, o in zip(pools, offsets, strict=False)]
        return np.concatenate(parts).astype(np.int64)

    return Pool(
        samples=np.concatenate([pool.samples for pool in pools]),
        starts=joined("starts", samples),
        first=joined("first", samples),
        last=joined("last", samples),
        y=joined("y", np.zeros(len(pools), dtype=np.int64)),
        group=joined("group", groups),
        cell=joined("cell", cells),
        groups=tuple(name for pool in pools for name in pool.groups),
        window=pools[0].window,
        spec=pools[0].spec,
    )

"""Which recordings are trained on, chosen on, and tested on; drawn once from a seed.

What is drawn are groups: subjects, sessions or recordings, whole. Every class of every data set is
a stratum, of which each part gets about its share, as far as there are enough groups.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hargen.errors import DataError
from hargen.train.pool import Pool

Mask = npt.NDArray[np.bool_]

WINDOWS = "windows"
RANDOM_WINDOWS = (
    "random windows: neighbours of the windows tested on, of the same recording, were trained on; "
    "such figures run high"
)


@dataclass(frozen=True, eq=False)
class Units:
    """What is drawn: unit of each window (n,), and the units' names."""

    of_window: npt.NDArray[np.int64]
    names: tuple[str, ...]
    by: str


@dataclass(frozen=True, eq=False)
class Split:
    """Three masks over the windows of a pool, and names of the units in each part.

    by: what the units are. test is empty where a data set of its own is tested on, validation where
    nothing is to be chosen. missing: sentences on classes that a part lacks.
    """

    by: str
    train: Mask
    validation: Mask
    test: Mask
    names: dict[str, list[str]]
    missing: tuple[str, ...] = ()

    def sha256(self) -> str:
        """Return the SHA-256 of the parts' lists as JSON with sorted keys and no blanks."""
        text = json.dumps(self.names, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def to_table(self) -> dict[str, Any]:
        """Return what a card says of the split; of random windows, their numbers alone."""
        lists = self.names
        if self.by == WINDOWS:
            return {"by": WINDOWS, "sha256": self.sha256(), "warning": RANDOM_WINDOWS} | {
                part: len(names) for part, names in lists.items()
            }
        return {"by": self.by, "sha256": self.sha256(), **lists}


def units_of(pool: Pool, grouped_by: str, *, windows: bool, parts: int) -> Units:
    """Return what a split draws.

    Args:
        pool: all windows.
        grouped_by: what its groups are; "" where nobody knows.
        windows: every window for itself.
        parts: so many parts need at least one unit each.

    Raises:
        DataError: the data names no subjects or recordings, or too few.
    """
    if windows:
        names = tuple(f"window {i}" for i in range(len(pool)))
        return Units(np.arange(len(pool), dtype=np.int64), names, WINDOWS)
    hint = "--split windows draws windows at random, which gives figures that run high"
    if not grouped_by:
        raise DataError(
            "the data does not say which windows are of one subject or recording",
            where=pool.groups[0].split(":")[0],
            hint=f"add an array 'recording'; {hint}",
        )
    present = sorted(set(pool.group.tolist()))
    if len(present) < parts:
        raise DataError(
            f"{len(present)} {grouped_by}{'s' if len(present) != 1 else ''}, which do not make "
            f"{parts} parts to train on, choose on and test on",
            where=pool.groups[0].split(":")[0],
            hint=f"give more data, or a test set of its own (--test); {hint}",
        )
    position = {group: i for i, group in enumerate(present)}
    unit = np.array([position[group] for group in pool.group.tolist()], dtype=np.int64)
    return Units(unit, tuple(pool.groups[group] for group in present), grouped_by)


def single(
    pool: Pool, units: Units, classes: tuple[str, ...], *, test: float, validation: float, seed: int
) -> Split:
    """Return one split; the shares are of each stratum's windows, and may be 0.

    Raises:
        DataError: a class has nothing to train on, or a part that is asked for stays empty.
    """
    generator = np.random.default_rng([seed, 0])
    counts = _counts(pool, units)
    tested = _draw(counts, np.zeros(len(counts), dtype=bool), test, generator)
    chosen_on = _draw(counts, tested, validation, generator)
    found = _split(pool, units, classes, tested, chosen_on)
    for part, share in (("test", test), ("validation", validation)):
        if share > 0 and not found.names[part]:
            raise _empty(part, units)
    return found


def folds(
    pool: Pool, units: Units, classes: tuple[str, ...], k: int, *, validation: float, seed: int
) -> list[Split]:
    """Return k splits for cross-validation: each unit is tested on in one of them.

    Raises:
        DataError: there are fewer units than folds; see single.
    """
    if len(units.names) < k:
        raise DataError(
            f"{len(units.names)} {units.by}s do not make {k} folds",
            where=units.names[0].split(":")[0],
            hint="fewer --folds",
        )
    counts = _counts(pool, units)
    fold_of = _deal(counts, k, np.random.default_rng([seed, 0]))
    splits = []
    for fold in range(k):
        tested = fold_of == fold
        generator = np.random.default_rng([seed, 1 + fold])
        chosen_on = _draw(counts, tested, validation, generator)
        if validation > 0 and not chosen_on.any():
            raise _empty("validation", units)
        splits.append(_split(pool, units, classes, tested, chosen_on))
    return splits


def _counts(pool: Pool, units: Units) -> npt.NDArray[np.int64]:
    """Return the number of windows of each unit in each stratum."""
    counts = np.zeros((len(units.names), int(pool.cell.max()) + 1), dtype=np.int64)
    np.add.at(counts, (units.of_window, pool.cell), 1)
    return counts


def _draw(
    counts: npt.NDArray[np.int64], taken: Mask, share: float, generator: np.random.Generator
) -> Mask:
    """Return units that are not taken, of each stratum about its share, and never all of one.

    Strata with few units come first: others have a choice.
    """
    chosen = np.zeros(len(counts), dtype=bool)
    order = generator.permutation(len(counts))
    if share <= 0:
        return chosen
    for cell in np.argsort((counts > 0).sum(axis=0), kind="stable"):
        wanted = share * counts[:, cell].sum()
        for unit in order:
            if chosen[unit] or taken[unit] or not counts[unit, cell]:
                continue
            have = counts[chosen, cell].sum()
            if have and have + counts[unit, cell] / 2 > wanted:
                continue
            rest = counts[~(chosen | taken)].sum(axis=0) - counts[unit]
            if (rest[counts[unit] > 0] > 0).all():
                chosen[unit] = True
    return chosen


def _deal(
    counts: npt.NDArray[np.int64], k: int, generator: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Return the fold of each unit: rare strata first, each to the fold that has least of it."""
    fold_of = np.full(len(counts), -1, dtype=np.int64)
    order = generator.permutation(len(counts))
    sums = np.zeros((k, counts.shape[1]), dtype=np.int64)
    for cell in np.argsort((counts > 0).sum(axis=0), kind="stable"):
        for unit in order:
            if fold_of[unit] < 0 and counts[unit, cell]:
                keys = [(sums[fold, cell], sums[fold].sum(), fold) for fold in range(k)]
                fold_of[unit] = min(keys)[2]
                sums[fold_of[unit]] += counts[unit]
    return fold_of


def _split(
    pool: Pool, units: Units, classes: tuple[str, ...], tested: Mask, chosen_on: Mask
) -> Split:
    masks = {
        "train": ~(tested | chosen_on),
        "validation": chosen_on,
        "test": tested,
    }
    missing = []
    for part, mask in masks.items():
        of_part = mask[units.of_window]
        absent = [name for i, name in enumerate(classes) if not (pool.y[of_part] == i).any()]
        if absent and part == "train":
            raise DataError(
                f"nothing is left to train {absent[0]!r} on",
                where=pool.groups[0].split(":")[0],
                why=f"all its {units.by}s are tested on",
                hint="give more data, fewer --folds, or a test set of its own (--test)",
            )
        if absent and mask.any():
            missing.append(f"{', '.join(absent)} not in the {part} part: too few {units.by}s")
    return Split(
        by=units.by,
        train=masks["train"][units.of_window],
        validation=masks["validation"][units.of_window],
        test=masks["test"][units.of_window],
        names={
            part: [name for name, in_it in zip(units.names, mask, strict=True) if in_it]
            for part, mask in masks.items()
        },
        missing=tuple(missing),
    )


def _empty(part: str, units: Units) -> DataError:
    return DataError(
        f"no {units.by} can be spared for the {part} part",
        where=units.names[0].split(":")[0],
        why=f"each of the {len(units.names)} is the only one of a class",
        hint="give more data, or --validation 0 and a test set of its own (--test); "
        "--split windows draws windows at random, which gives figures that run high",
    )

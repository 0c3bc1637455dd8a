"""Which class of a data set is which class of a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hargen.datasets.windows import UNLABELLED, Windows
from hargen.errors import DataError

NO_CLASS = -1

_REST = {"stationary", "still", "static", "idle", "rest", "resting", "inactive"}
SYNONYMS: tuple[frozenset[str], ...] = (
    frozenset(_REST | {"sitting", "sit", "standing", "stand"}),
    frozenset({"walking", "walk"}),
    frozenset({"jogging", "jog", "running", "run"}),
    frozenset({"stairs", "stair", "upstairs", "downstairs"})
    | {"climbingstairs", "walkingupstairs", "walkingdownstairs"},
    frozenset({"biking", "bike", "cycling", "cycle", "bicycling", "bicycle"}),
    frozenset({"driving", "drive", "car", "vehicle", "invehicle"}),
)
"""Names of the same activity, as letters and digits in lower case."""


def _key(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


def same_name(one: str, other: str) -> bool:
    """Return whether two names differ in case, blanks and punctuation at most."""
    return _key(one) == _key(other)


def candidates(model_classes: Sequence[str], name: str) -> tuple[int, ...]:
    """Return the indices of the classes that a name can mean: the one of that name, or synonyms."""
    keys = [_key(other) for other in model_classes]
    key = _key(name)
    if key and key in keys:
        return (keys.index(key),)
    group = next((group for group in SYNONYMS if key in group), frozenset())
    return tuple(i for i, model_key in enumerate(keys) if model_key in group)


def match_classes(model_classes: Sequence[str], data_classes: Sequence[str]) -> tuple[int, ...]:
    """Return for each class of the data the index of the model's class, or -1.

    Names are compared without case, blanks and punctuation; after that as SYNONYMS. Where the model
    has several classes for one synonym (sitting and standing for stationary), none of them is
    meant: -1.
    """
    found = (candidates(model_classes, name) for name in data_classes)
    return tuple(indices[0] if len(indices) == 1 else NO_CLASS for indices in found)


@dataclass(frozen=True)
class Labels:
    """Labels in the model's terms.

    y: int64 (n,), index of the model's class, or -1 where a window does not count for accuracy.
    left_out: number of such windows by the data's class ("unlabelled" for those without).
    """

    y: npt.NDArray[np.int64]
    left_out: dict[str, int]


def labels_for(windows: Windows, model_classes: Sequence[str]) -> Labels:
    """Return the labels of windows in terms of a model's classes.

    Raises:
        DataError: the data names no classes and has labels beyond the model's outputs; or not one
            of its classes is the model's.
    """
    unlabelled = int((windows.y == UNLABELLED).sum())
    left_out = {"unlabelled": unlabelled} if unlabelled else {}
    if not windows.classes:
        if len(windows) and windows.y.max() >= len(model_classes):
            raise DataError(
                f"label {windows.y.max()} is out of range",
                where=windows.source,
                why=f"the model has {len(model_classes)} outputs and the data names no classes",
                hint="add an array 'classes' with their names",
            )
        return Labels(windows.y, left_out)
    mapping = match_classes(model_classes, windows.classes)
    counts = windows.counts()
    if max(mapping) == NO_CLASS and any(counts.values()):
        raise DataError(
            "no class of the data is one of the model's",
            where=windows.source,
            why=f"data: {', '.join(windows.classes)}; model: {', '.join(model_classes)}",
            hint="name the model's outputs with --classes, in their order",
        )
    for name, index in zip(windows.classes, mapping, strict=True):
        if index == NO_CLASS and counts[name]:
            left_out[name] = counts[name]
    # The extra last element is what -1 picks.
    return Labels(np.array([*mapping, NO_CLASS], dtype=np.int64)[windows.y], left_out)

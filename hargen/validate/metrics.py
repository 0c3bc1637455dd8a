"""Numbers that sum up a run: accuracy and its interval, confusion, recall, F1, percentiles.

Classes are positions in the model's class list. A window whose true class the model does not have
carries LEFT_OUT and counts for none of these numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

LEFT_OUT = -1
Classes: TypeAlias = NDArray[np.int64]


def first_maximum(outputs: NDArray[Any]) -> Classes:
    """Return the class of every row of outputs (n, classes); of equal values the first wins."""
    classes: Classes = np.argmax(outputs, axis=1).astype(np.int64)
    return classes


def wilson(correct: int, total: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the Wilson score interval of a proportion, both ends within 0 and 1.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    JASA 22 (1927). Unlike the normal approximation it stays honest for few windows and for
    accuracies near 1.

    Raises:
        ValueError: there are no windows, or more correct ones than windows.
    """
    if not 0 <= correct <= total or total == 0:
        raise ValueError(f"{correct} of {total} is not a proportion")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    p = correct / total
    centre = p + z * z / (2 * total)
    margin = z * math.sqrt(p * (1 - p) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    low = (centre - margin) / scale if correct > 0 else 0.0
    high = (centre + margin) / scale if correct < total else 1.0
    return low, high


@dataclass(frozen=True)
class Accuracy:
    """How many of the judged windows are right; no value and interval where none is judged."""

    judged: int
    correct: int
    value: float | None
    interval: tuple[float, float] | None


def accuracy(truth: Classes, predicted: Classes) -> Accuracy:
    """Return the accuracy over the windows whose true class the model has."""
    judged = truth != LEFT_OUT
    total = int(judged.sum())
    correct = int((predicted[judged] == truth[judged]).sum())
    if total == 0:
        return Accuracy(0, 0, None, None)
    return Accuracy(total, correct, correct / total, wilson(correct, total))


def confusion(truth: Classes, predicted: Classes, classes: int) -> list[list[int]]:
    """Return counts[true class][predicted class]."""
    judged = truth != LEFT_OUT
    flat = truth[judged] * classes + predicted[judged]
    counts = np.bincount(flat, minlength=classes * classes)
    table: list[list[int]] = counts.reshape(classes, classes).tolist()
    return table


@dataclass(frozen=True)
class ClassScore:
    """One class: its true windows, and recall and F1, None where they would divide by zero."""

    windows: int
    recall: float | None
    f1: float | None


def class_scores(table: Sequence[Sequence[int]]) -> list[ClassScore]:
    """Return recall and F1 of every class of a confusion table.

    Recall = TP / (TP + FN), F1 = 2 TP / (2 TP + FP + FN). A class that is neither true nor
    predicted anywhere has no F1; one that is only predicted has F1 0 and no recall.
    """
    scores = []
    for index, row in enumerate(table):
        hits, actual = row[index], sum(row)
        predicted = sum(other[index] for other in table)
        scores.append(
            ClassScore(
                windows=actual,
                recall=hits / actual if actual else None,
                f1=2 * hits / (actual + predicted) if actual + predicted else None,
            )
        )
    return scores


def macro_f1(scores: Sequence[ClassScore]) -> float | None:
    """Return the plain mean of the classes' F1, over the classes that have one."""
    values = [score.f1 for score in scores if score.f1 is not None]
    return sum(values) / len(values) if values else None


@dataclass(frozen=True)
class Spread:
    """Four values that each occurred: percentiles are by nearest rank, never interpolated."""

    min: int
    median: int
    p99: int
    max: int


def spread(values: Sequence[int]) -> Spread | None:
    """Return minimum, median, 99th percentile and maximum, or None of no values.

    The p-th percentile is the smallest value that at least p % of the values do not exceed.
    """
    if not values:
        return None
    ordered = sorted(values)

    def rank(percent: int) -> int:
        return ordered[-(-percent * len(ordered) // 100) - 1]

    return Spread(ordered[0], rank(50), rank(99), ordered[-1])

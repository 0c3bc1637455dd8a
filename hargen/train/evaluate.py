"""What a network is worth on windows that it was not trained on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hargen.datasets import Windows
from hargen.validate import metrics

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Figures:
    """Right answers on labelled windows.

    score: mean recall over the classes that are there. per_group: (windows, right answers) of
    every group, which is a subject, session or recording; empty where the data names none.
    """

    windows: int
    correct: int
    accuracy: float
    macro_f1: float
    score: float
    confusion: list[list[int]]
    per_group: dict[str, tuple[int, int]]


def measure(windows: Windows, predicted: Ints) -> Figures:
    """Return the figures of predicted classes (n,) on windows that all have a class."""
    table = metrics.confusion(windows.y, predicted, len(windows.classes))
    scores = metrics.class_scores(table)
    recalls = [score.recall for score in scores if score.recall is not None]
    right = predicted == windows.y
    per_group = {}
    if windows.recording is not None:
        for index, name in enumerate(windows.recordings):
            mask = windows.recording == index
            if mask.any():
                per_group[name] = (int(mask.sum()), int(right[mask].sum()))
    return Figures(
        windows=len(windows),
        correct=int(right.sum()),
        accuracy=float(right.mean()),
        macro_f1=metrics.macro_f1(scores) or 0.0,
        score=float(np.mean(recalls)),
        confusion=table,
        per_group=per_group,
    )


def spread(values: list[float]) -> dict[str, float]:
    """Return mean, standard deviation (of a sample; 0 of a single value), least and greatest."""
    deviation = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    return {
        "mean": round(float(np.mean(values)), 4),
        "std": round(deviation, 4),
        "min": round(min(values), 4),
        "max": round(max(values), 4),
    }


def groups_table(per_group: dict[str, tuple[int, int]]) -> dict[str, Any]:
    """Return the accuracy of every group, and least, median and greatest of them."""
    shares = [right / count for count, right in per_group.values()]
    return {
        "min": round(min(shares), 4),
        "median": round(float(np.median(shares)), 4),
        "max": round(max(shares), 4),
        "each": [
            {"name": name, "windows": count, "correct": right}
            for name, (count, right) in per_group.items()
        ],
    }

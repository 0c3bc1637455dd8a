"""A float network and its int8 form on the same windows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hargen import datasets
from hargen.datasets import Windows
from hargen.validate import metrics

Classes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Comparison:
    """The float and the int8 network on the same windows, as shares from 0 to 1.

    judged: windows whose class the model has. before, after: accuracy by the float reference and by
    the int8 one's; None where no window is judged. agreement: windows of one class.
    """

    source: str
    windows: int
    judged: int
    before: float | None
    after: float | None
    agreement: float

    @property
    def drop(self) -> float:
        """Accuracy lost, in percentage points; without labels, at most what does not agree."""
        if self.before is None or self.after is None:
            return 100 * (1 - self.agreement)
        return 100 * (self.before - self.after)


def compare(windows: Windows, truth: Classes, exact: Classes, rounded: Classes) -> Comparison:
    """Return the comparison of two networks' classes (n,) of the same windows."""
    before, after = metrics.accuracy(truth, exact), metrics.accuracy(truth, rounded)
    return Comparison(
        source=windows.source,
        windows=len(windows),
        judged=before.judged,
        before=before.value,
        after=after.value,
        agreement=float((exact == rounded).mean()),
    )


def true_classes(windows: Windows, classes: tuple[str, ...] | None) -> Classes:
    """Return the model's class of every window; all unknown where names cannot be compared."""
    if classes is None:
        if not windows.classes:
            return windows.y
        return np.full(len(windows), metrics.LEFT_OUT, dtype=np.int64)
    return datasets.labels_for(windows, classes).y

"""Compares what a board answered with the truth and with the reference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hargen.datasets import Windows
from hargen.errors import DeviceError
from hargen.link.stream import Answer
from hargen.manifest import Manifest
from hargen.validate import metrics, wire
from hargen.validate.expected import Expected
from hargen.validate.metrics import Classes
from hargen.validate.report import (
    MISMATCHES_SHOWN,
    ClassResult,
    CountSpread,
    Mismatch,
    Recording,
    TimeSpread,
)


@dataclass(frozen=True)
class BoardRun:
    """What a board answered, one entry an answered window, in the order of the windows.

    index: the window's position in the data. outputs: the output's bytes. classes: what the board
    says the class is. cycles: of one inference. stack_high_water: bytes, the deepest of all. Of
    streams also taken: what else each window's answer says, and the cycles of its preprocessing.
    """

    index: Sequence[int]
    outputs: Sequence[bytes]
    classes: Sequence[int]
    cycles: Sequence[int]
    stack_high_water: int
    taken: Sequence[Answer] = ()


def verdict(
    manifest: Manifest,
    windows: Windows,
    truth: Classes,
    run: BoardRun,
    expected: Expected | None,
    exact: NDArray[Any] | None,
) -> dict[str, Any]:
    """Return the report's fields that say how right the board is.

    Args:
        manifest: of the project; its classes give the order of the outputs.
        windows: all that were to be sent.
        truth: (n,) the model's class of each of them, metrics.LEFT_OUT where it has none.
        run: the board's answers.
        expected: what the reference makes of all windows, None without a reference.
        exact: (n, outputs) what every bit is compared with, None where there is nothing.

    Raises:
        DeviceError: the class of a network is not the first maximum of the board's own outputs.
    """
    picked = np.asarray(run.index, np.int64)
    answered = np.asarray(run.classes, np.int64)
    outputs = wire.outputs(list(run.outputs), manifest.model.output)
    if manifest.model.classes_by == "largest output":
        _check_classes(picked, answered, outputs)
    true_class = truth[picked]
    score = metrics.accuracy(true_class, answered)
    table = metrics.confusion(true_class, answered, len(manifest.classes))
    scores = metrics.class_scores(table)
    return {
        "windows": len(picked),
        "left_out": len(picked) - score.judged,
        "judged": score.judged,
        "correct": score.correct,
        "accuracy": score.value,
        "accuracy_interval": score.interval,
        "per_recording": _per_recording(windows, picked, true_class, answered),
        "classes": list(manifest.classes),
        "confusion": table,
        "per_class": [
            ClassResult(name=name, windows=s.windows, recall=s.recall, f1=s.f1)
            for name, s in zip(manifest.classes, scores, strict=True)
        ],
        "macro_f1": metrics.macro_f1(scores),
        **_against_reference(true_class, picked, answered, outputs, expected),
        **_exactness(picked, run.outputs, exact),
    }


def counts(values: Sequence[int]) -> CountSpread | None:
    """Return the spread of counts as the report has it, None of no values."""
    spread = metrics.spread(values)
    if spread is None:
        return None
    return CountSpread(min=spread.min, median=spread.median, p99=spread.p99, max=spread.max)


def milliseconds(cycles: CountSpread, clock_hz: int) -> TimeSpread:
    """Return cycles as time at a clock."""
    times = {name: 1000 * value / clock_hz for name, value in cycles.model_dump().items()}
    return TimeSpread(**times)


def _check_classes(index: Classes, answered: Classes, outputs: Any) -> None:
    if len(index) == 0:
        return
    wrong = np.flatnonzero(metrics.first_maximum(outputs) != answered)
    if len(wrong):
        first = wrong[0]
        raise DeviceError(
            f"the board's class {answered[first]} is not the first maximum of its own outputs",
            where=f"window {index[first]}",
            why=f"the outputs are {', '.join(str(value) for value in outputs[first])}",
            hint="the firmware's argmax is wrong; hargen export --force writes it anew",
        )


def _per_recording(
    windows: Windows, picked: Classes, truth: Classes, answered: Classes
) -> list[Recording]:
    if windows.recording is None:
        return []
    owner = windows.recording[picked]
    found = []
    for number in np.unique(owner):
        mine = owner == number
        score = metrics.accuracy(truth[mine], answered[mine])
        found.append(
            Recording(
                name=windows.recordings[number],
                windows=int(mine.sum()),
                judged=score.judged,
                correct=score.correct,
                accuracy=score.value,
            )
        )
    return found


def _against_reference(
    truth: Classes,
    picked: Classes,
    answered: Classes,
    outputs: NDArray[Any],
    expected: Expected | None,
) -> dict[str, Any]:
    if expected is None:
        return {
            "reference_accuracy": None,
            "agreement": None,
            "labels_equal": None,
            "largest_difference": None,
        }
    classes = expected.classes[picked]
    equal = int((classes == answered).sum())
    differences = np.abs(outputs.astype(np.float64) - expected.outputs[picked])
    return {
        "reference_accuracy": metrics.accuracy(truth, classes).value,
        "agreement": equal / len(picked) if len(picked) else None,
        "labels_equal": equal,
        "largest_difference": float(differences.max()) if differences.size else None,
    }


def _exactness(
    picked: Classes, outputs: Sequence[bytes], exact: NDArray[Any] | None
) -> dict[str, Any]:
    if exact is None:
        return {"bit_exact": None, "mismatches": []}
    wanted = [exact[index].tobytes() for index in picked]
    wrong = [n for n, (got, want) in enumerate(zip(outputs, wanted, strict=True)) if got != want]
    return {
        "bit_exact": len(picked) - len(wrong),
        "mismatches": [
            Mismatch(index=picked[n], board=outputs[n].hex(), reference=wanted[n].hex())
            for n in wrong[:MISMATCHES_SHOWN]
        ],
    }

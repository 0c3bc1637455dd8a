"""Compares a board's answers with those of the same C on this machine, and of float64."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hargen.preprocessing import Preprocessing
from hargen.validate import judge, metrics, wire
from hargen.validate.judge import BoardRun
from hargen.validate.metrics import Classes
from hargen.validate.report import Distance
from hargen.validate.trial import Trial
from hargen.validate.twin import Twin


def fields(trial: Trial, spec: Preprocessing, truth: Classes, run: BoardRun) -> dict[str, Any]:
    """Return the report's fields about the twin and about the preprocessing.

    Args:
        trial: what was sent.
        spec: the project's preprocessing.
        truth: (n,) the model's class of each window.
        run: the board's answers.
    """
    same = trial.twin
    found: dict[str, Any] = {
        "twin": None if same is None else same.compiler,
        "twin_exact": None if same is None else _equal(same, run),
        "preprocessing_distance": None,
        "unsettled": None,
        "clipped": None,
        "smoothing": None,
        "smoothed_accuracy": None,
        "cycles_preprocess": None,
    }
    if trial.counts is None:
        return found
    found["unsettled"] = sum(not answer.window.settled for answer in run.taken)
    found["clipped"] = trial.counts.clipped
    found["cycles_preprocess"] = judge.counts([a.cycles_preprocess for a in run.taken])
    if spec.smoothing is not None:
        activities = np.array([answer.window.activity for answer in run.taken], np.int64)
        found["smoothing"] = f"{spec.smoothing.kind} of {spec.smoothing.windows}"
        found["smoothed_accuracy"] = metrics.accuracy(truth[: len(activities)], activities).value
    if same is not None and same.windows is not None:
        found["preprocessing_distance"] = _distance(trial, same.windows, same.quantized, run)
    return found


def _equal(same: Twin, run: BoardRun) -> int:
    """Return the windows whose answers are the twin's in every bit."""
    return sum(
        got == same.outputs[index].tobytes()
        and answered == same.classes[index]
        and (not run.taken or _same_on_the_way(same, run, position, index))
        for position, (index, got, answered) in enumerate(
            zip(run.index, run.outputs, run.classes, strict=True)
        )
    )


def _same_on_the_way(same: Twin, run: BoardRun, position: int, index: int) -> bool:
    if same.windows is None or same.activities is None or same.settled is None:
        return False
    answer = run.taken[position].window
    return (
        answer.window_crc == same.window_crcs[index]
        and answer.activity == same.activities[index]
        and answer.settled == same.settled[index]
    )


def _distance(
    trial: Trial, ours: NDArray[np.float32], quantized: NDArray[np.int8] | None, run: BoardRun
) -> Distance:
    """Return how far the twin's windows, which are the board's, are from the reference's.

    Args:
        trial: what was sent.
        ours: the twin's windows.
        quantized: the same as int8, where the C made them so without floats.
        run: the board's answers.
    """
    theirs = trial.reference_windows
    difference = np.abs(ours.astype(np.float64) - theirs)
    source = trial.manifest.model.input
    return Distance(
        max=float(difference.max(initial=0.0)),
        rms=float(np.sqrt((difference**2).mean())) if difference.size else 0.0,
        inputs=difference.size,
        inputs_differ=None
        if source.scale is None
        else int(
            (
                (wire.quantize(ours, source) if quantized is None else quantized)
                != wire.quantize(theirs, source)
            ).sum()
        ),
        classes_differ=None
        if trial.expected is None
        else int((trial.expected.classes[list(run.index)] != np.asarray(run.classes)).sum()),
    )

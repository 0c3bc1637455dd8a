"""A study: the trials of one problem, and what became of each."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import optuna
from optuna.trial import TrialState

from hargen.errors import UsageError
from hargen.train.search import space
from hargen.train.search.request import SearchRequest
from hargen.train.search.sampler import NumberedSampler
from hargen.train.search.storage import reaching, shown

PROBLEM = "problem"
OUTCOME, PARAMETERS, BEAT, RETRIES = "outcome", "parameters", "beat", "retries"
"""Names of a trial's attributes."""
_BEING_MADE_SECONDS = 15.0
_FRUITLESS_EACH, _FRUITLESS_BASE = 10, 50


class Outcome(StrEnum):
    """What became of a trial; one that was lost or interrupted has none."""

    trained = "trained"
    stopped = "stopped"
    infeasible = "infeasible"
    repeated = "repeated"
    diverged = "diverged"
    surplus = "surplus"


COUNTED = (Outcome.trained, Outcome.stopped, Outcome.diverged)
"""What --trials counts: networks whose training was begun."""


def open_study(request: SearchRequest, storage: Any, problem: dict[str, Any]) -> Any:
    """Return the study of that name, made where there is none.

    Raises:
        UsageError: it is of another problem.
        ToolError: the storage cannot be reached.
    """
    sampler = NumberedSampler(request.training.seed)
    with reaching(request.storage):
        try:
            study = optuna.create_study(
                storage=storage,
                study_name=request.study,
                directions=request.goal.directions,
                sampler=sampler,
            )
        except optuna.exceptions.DuplicatedStudyError:
            study = optuna.load_study(study_name=request.study, storage=storage, sampler=sampler)
            _compare(study, request, problem)
            return study
        for parameters in space.starters(request.training.window):
            study.enqueue_trial(space.encode(parameters))
        study.set_user_attr(PROBLEM, problem)  # last: whoever sees it finds all of it
        return study


def _compare(study: Any, request: SearchRequest, problem: dict[str, Any]) -> None:
    where = f"{shown(request.storage)}, study {request.study!r}"
    deadline = time.monotonic() + _BEING_MADE_SECONDS
    while PROBLEM not in (attributes := study.user_attrs):
        if study.get_trials(deepcopy=False, states=_FINISHED) or time.monotonic() > deadline:
            raise UsageError(
                "the study is none of hargen search", where=where, hint="another --study"
            )
        time.sleep(0.2)  # another worker is making it
    saved, plain = attributes[PROBLEM], json.loads(json.dumps(problem))
    other = sorted(key for key in {*saved, *plain} if saved.get(key) != plain.get(key))
    if other:
        raise UsageError(
            "the study is of another problem",
            where=where,
            why=f"{', '.join(other)} differ",
            hint="give the same data and options, or another --study or --storage",
        )


_FINISHED = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL)


def outcome(trial: Any) -> Outcome | None:
    """Return what became of a trial; None of one that still runs, was lost or interrupted."""
    name = trial.user_attrs.get(OUTCOME)
    return None if name is None else Outcome(name)


def counts(trials: Sequence[Any]) -> Counter[str]:
    """Return how many trials came to each outcome; "lost" are those that came to none."""
    return Counter(outcome(trial) or "lost" for trial in trials if trial.state in _FINISHED)


def counted(trials: Sequence[Any]) -> list[Any]:
    """Return the trials that --trials counts, those that may become such ones included."""
    return [
        trial
        for trial in trials
        if trial.state == TrialState.RUNNING
        or (trial.state in _FINISHED and outcome(trial) in COUNTED)
    ]


def is_fruitless(trials: Sequence[Any], wanted: int) -> bool:
    """Return whether so many networks were out of question that others are hardly to be found."""
    found = counts(trials)
    vain = found[Outcome.infeasible] + found[Outcome.repeated]
    return vain >= _FRUITLESS_BASE + _FRUITLESS_EACH * wanted

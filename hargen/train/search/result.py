"""What a search found: the networks that no other one beats in everything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from optuna.trial import TrialState

import hargen
from hargen.errors import LimitError
from hargen.train import families
from hargen.train.evaluate import spread
from hargen.train.search.attempt import ACCURACIES, COST, SCORES
from hargen.train.search.cost import Cost
from hargen.train.search.request import FAMILY, SearchRequest
from hargen.train.search.study import PARAMETERS, PROBLEM, Outcome, counts, outcome


@dataclass(frozen=True)
class Found:
    """A trained network. scores, accuracies: int8, on the validation part, a value a seed."""

    trial: int
    parameters: dict[str, Any]
    architecture: str
    cost: Cost
    scores: tuple[float, ...]
    accuracies: tuple[float, ...]
    keeps_limits: bool

    @property
    def score(self) -> float:
        """Mean recall over the classes, mean of the seeds: what is searched for."""
        return sum(self.scores) / len(self.scores)

    @property
    def accuracy(self) -> float:
        """Share of right answers, mean of the seeds."""
        return sum(self.accuracies) / len(self.accuracies)

    def beats(self, other: Found) -> bool:
        """Return whether this one is nowhere worse than another, and somewhere better."""
        mine, its = self._figures(), other._figures()
        return mine != its and all(a >= b for a, b in zip(mine, its, strict=True))

    def _figures(self) -> tuple[float, int, int]:
        assert self.cost.instructions is not None
        return self.score, -self.cost.flash, -self.cost.instructions

    def to_table(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "trial": self.trial,
            "score": spread(list(self.scores)),
            "accuracy": spread(list(self.accuracies)),
            "flash_bytes": self.cost.flash,
            "ram_bytes": self.cost.ram,
            "instructions": self.cost.instructions,
            "maccs": self.cost.maccs,
            "architecture": self.architecture,
            "parameters": self.parameters,
        }


@dataclass(frozen=True)
class Result:
    """front: networks within the limits that none beats, by size. others: the rest."""

    request: SearchRequest
    problem: dict[str, Any]
    counts: Counter[str]
    front: tuple[Found, ...]
    others: tuple[Found, ...]

    @property
    def best(self) -> Found:
        """The network of the front with the best score."""
        return max(self.front, key=lambda found: (found.score, -found.cost.flash, -found.trial))

    def to_table(self) -> dict[str, Any]:
        """Return everything as JSON."""
        return {
            "hargen": hargen.__version__,
            "study": self.request.study,
            "problem": self.problem,
            "trials": {name: self.counts[name] for name in (*Outcome, "lost")},
            "best": self.best.trial,
            "front": [found.to_table() for found in self.front],
            "others": [found.to_table() for found in self.others],
        }


def collect(study: Any, request: SearchRequest) -> Result:
    """Return what is in a study.

    Raises:
        LimitError: no trained network keeps the limits.
    """
    trials = study.get_trials(deepcopy=False)
    problem = study.user_attrs[PROBLEM]
    everything = [
        _found(trial, request, len(problem["classes"]))
        for trial in trials
        if trial.state == TrialState.COMPLETE and outcome(trial) is Outcome.trained
    ]
    front = pareto([found for found in everything if found.keeps_limits])
    tally = counts(trials)
    if not front:
        raise LimitError(
            f"no network was found within the limits ({request.limits})",
            why=f"{tally[Outcome.infeasible]} that were tried pass them{_nearest(trials)}",
            hint="more --trials, or wider limits",
        )
    others = [found for found in everything if found not in front]
    return Result(request, problem, tally, tuple(front), tuple(others))


def pareto(everything: Sequence[Found]) -> list[Found]:
    """Return the networks that no other one beats, by bytes of weights, then instructions."""
    front = [one for one in everything if not any(other.beats(one) for other in everything)]
    return sorted(front, key=lambda found: (found.cost.flash, found.cost.instructions or 0))


def _found(trial: Any, request: SearchRequest, classes: int) -> Found:
    attributes = trial.user_attrs
    family = families.find(FAMILY)
    parameters = attributes[PARAMETERS]
    settings = families.parse(family, parameters, request.training.window)
    cost = Cost(**attributes[COST])
    return Found(
        trial=trial.number,
        parameters=parameters,
        architecture=family.describe(settings, classes),
        cost=cost,
        scores=tuple(attributes[SCORES]),
        accuracies=tuple(attributes[ACCURACIES]),
        keeps_limits=request.limits.keeps(cost),
    )


def _nearest(trials: Sequence[Any]) -> str:
    costs = [Cost(**trial.user_attrs[COST]) for trial in trials if COST in trial.user_attrs]
    return f"; the smallest needs {min(costs, key=lambda cost: cost.flash)}" if costs else ""

"""One trial: choose a network, measure it, and train it if it keeps the limits."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from optuna.trial import TrialState

from hargen.errors import ModelError, UsageError
from hargen.importers.keras.backend import load_backend
from hargen.train import families
from hargen.train.loop import Arrays, Epoch
from hargen.train.material import Material
from hargen.train.search import space
from hargen.train.search.cost import Cost, Meter, Network
from hargen.train.search.median import Median, running_best
from hargen.train.search.request import FAMILY, SearchRequest
from hargen.train.search.study import OUTCOME, PARAMETERS, Outcome, outcome
from hargen.train.training import Candidate, Watch, imported, train_candidate

COST, CURVE, SCORES, ACCURACIES = "cost", "curve", "scores", "accuracies"
"""Names of a trial's attributes: bytes and counts; the score after each epoch of the first seed;
score and accuracy of each seed's int8 network on the validation part."""


@dataclass(frozen=True)
class Ended:
    """How a trial ended: what Optuna is told."""

    state: TrialState
    values: list[float] | None = None


class _StoppedError(Exception):
    pass


@dataclass(frozen=True, eq=False)
class Bench:
    """What a worker tries networks on."""

    request: SearchRequest
    material: Material
    meter: Meter
    epoch: Callable[[Epoch], None] = lambda _: None

    def run(self, study: Any, trial: Any) -> Ended:
        """Return what came of a trial that was asked for; the rest is in its attributes.

        Raises:
            ToolError, DeviceError: networks cannot be built or measured here.
        """
        others = [t for t in study.get_trials(deepcopy=False) if t.number != trial.number]
        parameters = _normal(space.suggest(trial))
        twin = _twin(others, parameters, trial.number)
        trial.set_user_attr(PARAMETERS, parameters)
        if twin is not None:
            return _repeat(trial, twin)
        cost = self._untrained(trial, parameters)
        if cost is None:
            return _end(trial, Outcome.infeasible, TrialState.PRUNED)
        try:
            return self._train(trial, parameters, Median(_peers(others, cost), self._epochs))
        except _StoppedError:
            return _end(trial, Outcome.stopped, TrialState.PRUNED)
        except ModelError as error:
            trial.set_user_attr("why", str(error))
            return _end(trial, Outcome.diverged, TrialState.PRUNED)

    @property
    def _epochs(self) -> int:
        return self.request.training.recipe.epochs

    def _untrained(self, trial: Any, parameters: dict[str, Any]) -> Cost | None:
        """Return what the network costs before it is trained; None if that passes a limit."""
        training, limits = self.request.training, self.request.limits
        try:
            network = self.meter.untrained(parameters, training.window)
        except (UsageError, ModelError) as error:  # too long for the window, or cannot be run
            trial.set_user_attr("why", str(error))
            trial.set_constraint("possible", 1.0)
            return None
        cost = network.cost
        if limits.keeps(cost):
            cost = self.meter.count(network)
        trial.set_user_attr(COST, vars(cost))
        if limits.keeps(cost):
            return cost
        _constrain(trial, limits.excess(cost))
        return None

    def _train(self, trial: Any, parameters: dict[str, Any], median: Median) -> Ended:
        request = replace(self.request.training, parameters=parameters)
        trained: list[Candidate] = []
        for seed in range(request.seed, request.seed + request.seeds):
            watch = self._watch(None if trained else median)
            found = train_candidate(request, self.material, 0, seed, _Forgetful(), watch)
            trained.append(found)
            load_backend()[0].utils.clear_session()
        first = trained[0]
        cost = self.meter.count(Network(imported(first.keras), first.tflite))
        judged = [one.validation for one in trained if one.validation is not None]
        scores = [one.score for one in judged]
        trial.set_user_attr(COST, vars(cost))
        trial.set_user_attr(CURVE, [epoch.score for epoch in first.history])
        trial.set_user_attr(SCORES, scores)
        trial.set_user_attr(ACCURACIES, [one.accuracy for one in judged])
        _constrain(trial, self.request.limits.excess(cost))
        assert cost.instructions is not None
        values = [float(np.mean(scores)), float(cost.flash), float(cost.instructions)]
        told = values[: len(self.request.goal.directions)]
        return _end(trial, Outcome.trained, TrialState.COMPLETE, told)

    def _watch(self, rule: Median | None) -> Watch:
        def judge(_number: int, _of: int, epoch: Epoch) -> None:
            self.epoch(epoch)
            if rule is not None and epoch.score is not None:
                rule.see(epoch.score)
                if rule.is_hopeless(epoch.number):
                    raise _StoppedError

        return Watch(epoch=judge)


class _Forgetful:
    """Keeps nothing: a trial that is interrupted is tried again from its beginning."""

    def load(self) -> Arrays | None:
        return None

    def save(self, arrays: Arrays) -> None:
        pass


def _end(trial: Any, what: Outcome, state: TrialState, values: list[float] | None = None) -> Ended:
    trial.set_user_attr(OUTCOME, what.value)
    return Ended(state, values)


def _constrain(trial: Any, excess: dict[str, float]) -> None:
    for name, value in excess.items():
        trial.set_constraint(name, value)


def _normal(table: dict[str, Any]) -> dict[str, Any]:
    """Return parameters as everyone spells them."""
    found = families.parse(families.find(FAMILY), table, 0).model_dump_json()
    return dict(json.loads(found))


def _twin(others: Sequence[Any], parameters: dict[str, Any], number: int) -> Any | None:
    """Return a trial of the same network that was, or is being, tried before this one."""
    for trial in others:
        if trial.user_attrs.get(PARAMETERS) != parameters:
            continue
        if trial.state == TrialState.RUNNING and trial.number < number:
            return trial
        if trial.state in (TrialState.COMPLETE, TrialState.PRUNED):
            return trial
    return None


def _repeat(trial: Any, twin: Any) -> Ended:
    """Take over what came of the same network: training it again would bring the same."""
    trial.set_user_attr("same_as", twin.number)
    for name, value in twin.constraints.items():
        trial.set_constraint(name, value)
    if twin.state == TrialState.COMPLETE:
        return _end(trial, Outcome.repeated, TrialState.COMPLETE, list(twin.values))
    return _end(trial, Outcome.repeated, TrialState.PRUNED)


def _peers(others: Sequence[Any], cost: Cost) -> list[list[float]]:
    """Return the courses of the trained networks that cost no more than one."""
    assert cost.instructions is not None
    return [
        running_best(trial.user_attrs[CURVE])
        for trial in others
        if trial.state == TrialState.COMPLETE
        and outcome(trial) is Outcome.trained
        and trial.user_attrs[COST]["flash"] <= cost.flash
        and trial.user_attrs[COST]["instructions"] <= cost.instructions
    ]

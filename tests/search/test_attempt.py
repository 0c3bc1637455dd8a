"""What becomes of a trial, with stand-ins for the board and for training."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import optuna
import pytest
from optuna.trial import TrialState

from hargen.errors import ModelError, UsageError
from hargen.train.loop import Epoch
from hargen.train.recipe import Recipe
from hargen.train.search import attempt, space, worker
from hargen.train.search.attempt import Bench
from hargen.train.search.cost import Cost
from hargen.train.search.request import Goal, Limits, SearchRequest
from hargen.train.search.study import PARAMETERS, Outcome, outcome


class Meter:
    """Networks of 100 B and 1000 instructions a filter of the first block; counts its calls."""

    def __init__(self) -> None:
        self.counted = 0

    def untrained(self, parameters: dict[str, Any], window: int) -> Any:
        if parameters["kernels"][0] > window:
            raise UsageError("the window is too short")
        filters = parameters["filters"][0]
        return SimpleNamespace(cost=Cost(flash=100 * filters, ram=10, maccs=1))

    def count(self, network: Any) -> Cost:
        self.counted += 1
        cost: Cost = network.cost
        return replace(cost, instructions=10 * cost.flash)


class Training:
    """Trainings whose score after each epoch is given; keeps the parameters and seeds."""

    def __init__(self, scores: list[float]) -> None:
        self.scores = scores
        self.calls: list[tuple[dict[str, Any], int]] = []

    def __call__(
        self, request: Any, _material: Any, fold: int, seed: int, _s: Any, watch: Any
    ) -> Any:
        assert fold == 0
        self.calls.append((dict(request.parameters), seed))
        history = []
        for number, score in enumerate(self.scores, start=1):
            history.append(Epoch(number, 0.0, 0.0, score, score))
            watch.epoch(1, 1, history[-1])
        figures = SimpleNamespace(score=self.scores[-1] + seed / 100, accuracy=self.scores[-1])
        flash = 100 * request.parameters["filters"][0]
        return SimpleNamespace(keras=flash, tflite=b"", history=history, validation=figures)


class World:
    """A study, and trials in it."""

    def __init__(self, request: SearchRequest, monkeypatch: pytest.MonkeyPatch) -> None:
        self.study = optuna.create_study(directions=request.goal.directions)
        self.meter = Meter()
        self.training = Training([0.5, 0.6, 0.7, 0.8])
        monkeypatch.setattr(attempt, "train_candidate", lambda *a: self.training(*a))
        monkeypatch.setattr(attempt, "imported", lambda flash: flash)
        monkeypatch.setattr(
            attempt,
            "Network",
            lambda flash, _: SimpleNamespace(cost=Cost(flash=flash, ram=10, maccs=1)),
        )
        cleared = SimpleNamespace(utils=SimpleNamespace(clear_session=lambda: None))
        monkeypatch.setattr(attempt, "load_backend", lambda: (cleared, None))
        self.bench = Bench(request, None, self.meter)  # type: ignore[arg-type]

    def run(self, filters: int, kernel: int = 5, scores: list[float] | None = None) -> Any:
        if scores is not None:
            self.training = Training(scores)
        table = space.smallest(kernel) | {"filters": [filters]}
        self.study.enqueue_trial(space.encode(table))
        trial = self.study.ask()
        ended = self.bench.run(self.study, trial)
        self.study.tell(trial, ended.values, state=ended.state)
        return self.study.trials[trial.number]


@pytest.fixture
def world(
    request_of: Callable[..., SearchRequest], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., World]:
    """Return a function that makes a world of a request; trainings have four epochs."""

    def make(seeds: int = 1, **other: Any) -> World:
        request = request_of(**other)
        training = replace(request.training, recipe=Recipe(epochs=4), seeds=seeds)
        return World(replace(request, training=training), monkeypatch)

    return make


def test_a_network_that_keeps_the_limits_is_trained(world) -> None:
    here = world()
    trial = here.run(8)
    assert (trial.state, outcome(trial)) == (TrialState.COMPLETE, Outcome.trained)
    assert trial.values == [0.8, 800, 8000]
    assert here.training.calls[0][0]["filters"] == [8]
    assert here.meter.counted == 2  # untrained, and trained: what is told is the latter
    json.dumps(trial.user_attrs)


def test_the_best_alone_is_a_study_of_the_score_alone(world) -> None:
    here = world(goal=Goal.best)
    assert here.run(8).values == [0.8]
    assert here.run(8).values == [0.8]


def test_seeds_are_averaged(world) -> None:
    here = world(seeds=3)
    trial = here.run(8)
    assert [seed for _, seed in here.training.calls] == [0, 1, 2]
    assert trial.values[0] == pytest.approx(0.81)


@pytest.mark.parametrize(
    ("limits", "counted"),
    [(Limits(flash=700), 0), (Limits(ram=9), 0), (Limits(instructions=7999), 1)],
)
def test_past_a_limit_nothing_is_trained(world, limits: Limits, counted: int) -> None:
    here = world(limits=limits)
    trial = here.run(8)
    assert (trial.state, outcome(trial)) == (TrialState.PRUNED, Outcome.infeasible)
    assert here.training.calls == []
    assert here.meter.counted == counted  # what the plan says is known without the board
    assert max(trial.constraints.values()) > 0


def test_what_the_window_is_too_short_for(world) -> None:
    here = world(limits=Limits())
    here.bench = replace(
        here.bench,
        request=replace(
            here.bench.request, training=replace(here.bench.request.training, window=4)
        ),
    )
    trial = here.run(8, kernel=5)
    assert outcome(trial) is Outcome.infeasible
    assert trial.user_attrs["why"] == "the window is too short"


def test_the_same_network_is_not_trained_again(world) -> None:
    here = world()
    first = here.run(8)
    again = here.run(8)
    assert outcome(again) is Outcome.repeated
    assert again.values == first.values
    assert again.user_attrs["same_as"] == first.number
    assert len(here.training.calls) == 1
    past = [here.run(20), here.run(20)]
    assert [trial.state for trial in past] == [TrialState.PRUNED] * 2
    assert past[0].constraints == past[1].constraints


def test_below_the_median_of_what_costs_no_more_it_is_stopped(world) -> None:
    here = world()
    for filters in (4, 5, 6, 7):
        here.run(filters)
    worse = [0.4, 0.4, 0.4, 0.4]
    small = here.run(4, kernel=6, scores=worse)
    assert outcome(small) is Outcome.trained  # only one costs as little
    large = here.run(8, scores=worse)
    assert (large.state, outcome(large)) == (TrialState.PRUNED, Outcome.stopped)


def test_a_training_that_diverges_is_one_network_less(world, monkeypatch) -> None:
    here = world()

    def fail(*_: object) -> None:
        raise ModelError("the loss is no number")

    monkeypatch.setattr(attempt, "train_candidate", fail)
    trial = here.run(8)
    assert (trial.state, outcome(trial)) == (TrialState.PRUNED, Outcome.diverged)


def test_an_interrupted_network_goes_back_to_the_study(world, monkeypatch) -> None:
    here = world()

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(attempt, "train_candidate", interrupt)
    here.study.enqueue_trial(space.encode(space.smallest() | {"filters": [8]}))
    with pytest.raises(KeyboardInterrupt):
        worker._try(here.study, here.bench, here.bench.request)
    failed, waiting = here.study.trials
    assert (failed.state, waiting.state) == (TrialState.FAIL, TrialState.WAITING)
    again = space.suggest(here.study.ask())
    assert again["filters"] == failed.user_attrs[PARAMETERS]["filters"] == [8]

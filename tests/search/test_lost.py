"""Trials of workers that are no more are failed, and tried again by others."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import optuna
import pytest
from optuna.trial import TrialState

from hargen.train.search.lost import MOST_RETRIES, Heart, Watcher, give_back
from hargen.train.search.study import BEAT, RETRIES


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def running(number: int, beat: int | None) -> Any:
    attributes = {} if beat is None else {BEAT: beat}
    return SimpleNamespace(number=number, state=TrialState.RUNNING, user_attrs=attributes)


@pytest.mark.parametrize("beat", [None, 7])
def test_a_beat_that_stands_still_is_lost_after_a_while(beat: int | None) -> None:
    clock = Clock()
    watcher = Watcher(10.0, clock)
    for now, expected in ((0.0, 0), (10.0, 0), (10.5, 1)):
        clock.now = now
        assert len(watcher.lost([running(3, beat)])) == expected


def test_a_beat_that_goes_on_is_not_lost() -> None:
    clock = Clock()
    watcher = Watcher(10.0, clock)
    for step in range(10):
        clock.now = 9.0 * step
        assert watcher.lost([running(3, step)]) == []


def test_what_is_over_is_forgotten() -> None:
    clock = Clock()
    watcher = Watcher(10.0, clock)
    watcher.lost([running(3, 1)])
    watcher.lost([])
    clock.now = 100.0
    assert watcher.lost([running(3, 1)]) == []


def test_a_heart_beats_while_it_is_held() -> None:
    study = optuna.create_study()
    trial = study.ask()
    with Heart(trial, 0.01):
        deadline = time.monotonic() + 10
        while study.trials[0].user_attrs.get(BEAT, 0) < 3 and time.monotonic() < deadline:
            time.sleep(0.01)
    beats = study.trials[0].user_attrs[BEAT]
    assert beats >= 3
    time.sleep(0.05)
    assert study.trials[0].user_attrs[BEAT] == beats


def test_a_network_that_is_given_back_comes_next_and_not_for_ever() -> None:
    study = optuna.create_study()
    trial = study.ask()
    first = trial.suggest_int("x", 0, 1 << 30)
    for retry in range(1, MOST_RETRIES + 1):
        assert give_back(study, trial)
        assert not give_back(study, trial)  # another worker comes too late
        trial = study.ask()
        assert trial.suggest_int("x", 0, 1 << 30) == first
        assert trial.user_attrs[RETRIES] == retry
    assert give_back(study, trial)
    assert study.ask().suggest_int("x", 0, 1 << 30) != first
    states = [trial.state for trial in study.trials]
    assert states == [TrialState.FAIL] * (1 + MOST_RETRIES) + [TrialState.RUNNING]

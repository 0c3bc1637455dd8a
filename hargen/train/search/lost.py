"""Trials of workers that are no more: failed, and given to others.

A worker counts up a number in the trial that it works at. Others watch it by their own clocks, so
that machines need not agree on the time, and any storage will do.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import TrialState

from hargen.train.search.study import BEAT, RETRIES

MOST_RETRIES = 2
"""A network that ends its worker each time, for want of memory, must not end all of them."""


class Heart:
    """Counts up in a trial while its worker lives; a context manager."""

    def __init__(self, trial: Any, seconds: float) -> None:
        self._trial = trial
        self._seconds = seconds
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        number = 0
        while not self._over.is_set():
            number += 1
            # a storage may be busy or away: the next beat may come through
            with contextlib.suppress(Exception):
                self._trial.set_user_attr(BEAT, number)
            self._over.wait(self._seconds)


class Watcher:
    """Sees which running trials have nobody any more.

    Args:
        patience: seconds without a beat.
        now: a clock in seconds that never goes back.
    """

    def __init__(self, patience: float, now: Callable[[], float] = time.monotonic) -> None:
        self._patience = patience
        self._now = now
        self._seen: dict[int, tuple[int | None, float]] = {}

    def lost(self, trials: Sequence[Any]) -> list[Any]:
        """Return the running trials whose beat has stood still for too long."""
        now = self._now()
        found = []
        running = {trial.number: trial for trial in trials if trial.state == TrialState.RUNNING}
        self._seen = {n: seen for n, seen in self._seen.items() if n in running}
        for number, trial in running.items():
            beat = trial.user_attrs.get(BEAT)
            known, since = self._seen.get(number, (beat, now))
            if known != beat:
                since = now
            self._seen[number] = (beat, since)
            if now - since > self._patience:
                found.append(trial)
        return found


def give_back(study: Any, trial: Any) -> bool:
    """Fail a running trial and enqueue its network for whoever comes next; False if it is over.

    Args:
        study: the study.
        trial: with number, params and user_attrs.
    """
    try:
        study.tell(trial.number, state=TrialState.FAIL)
    except (ValueError, UpdateFinishedTrialError):  # over: its worker or another one was first
        return False
    retries = trial.user_attrs.get(RETRIES, 0)
    if retries < MOST_RETRIES:
        study.enqueue_trial(trial.params, user_attrs={RETRIES: retries + 1})
    return True

"""A worker of a study as a process of its own; it does not train, but says when it could.

    python worker_process.py STORAGE TRIALS ROLE

With ROLE "hang" it stays in its first trial until it is killed; otherwise ROLE is its name, and it
begins when it is told to.
"""

from __future__ import annotations

import sys
import time
from types import SimpleNamespace
from typing import Any

from optuna.trial import TrialState

from hargen.train.request import Request
from hargen.train.search import storage, study, worker
from hargen.train.search.attempt import Ended
from hargen.train.search.request import Limits, SearchRequest


class Bench:
    """In the place of hargen's: takes a moment, and gives figures that follow from the choice."""

    def __init__(self, *_: object) -> None:
        pass

    def run(self, _study: Any, trial: Any) -> Ended:
        x = trial.suggest_int("x", 0, 1 << 30)
        trial.set_user_attr("worker", ROLE)
        if ROLE == "hang":
            print("hanging", flush=True)
            time.sleep(600)
        time.sleep(0.05)
        trial.set_user_attr(study.OUTCOME, "trained")
        return Ended(TrialState.COMPLETE, [0.5, float(x), 1.0])


STORAGE, TRIALS, ROLE = sys.argv[1], int(sys.argv[2]), sys.argv[3]
worker.Bench = Bench  # type: ignore[misc, assignment]
worker.loop = SimpleNamespace(prepare=lambda: None)  # type: ignore[assignment]
request = SearchRequest(
    training=Request(family="tcnn", data=()),
    limits=Limits(),
    trials=TRIALS,
    board="",
    storage=STORAGE,
    study="tcnn",
    beat_seconds=0.5,
)
storage.check()
found = study.open_study(request, storage.connect(STORAGE), {"window": 24})
print("ready", flush=True)
if ROLE != "hang":
    sys.stdin.readline()  # both begin at once
worker.work(found, request, None, None)  # type: ignore[arg-type]

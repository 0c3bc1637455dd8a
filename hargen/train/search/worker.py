"""A worker: asks a study for trials until there are enough; many may do so at once."""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import TrialState

from hargen.errors import LimitError
from hargen.train import loop
from hargen.train.loop import Epoch
from hargen.train.material import Material
from hargen.train.search import space, storage
from hargen.train.search.attempt import Bench
from hargen.train.search.cost import Cost, Meter
from hargen.train.search.lost import Heart, Watcher, give_back
from hargen.train.search.request import PATIENCE_IN_BEATS, SearchRequest
from hargen.train.search.study import OUTCOME, Outcome, counted, is_fruitless

_POLL_SECONDS = 1.0


@dataclass(frozen=True)
class SearchWatch:
    """Who is told how far it is: of a step's name, of each epoch, of all trials now and then."""

    step: Callable[[str], None] = lambda _: None
    epoch: Callable[[Epoch], None] = lambda _: None
    trials: Callable[[list[Any]], None] = lambda _: None


NOBODY = SearchWatch()


@contextlib.contextmanager
def meter(request: SearchRequest, material: Material) -> Iterator[Meter]:
    """Give what measures networks, in a folder that is gone at the end.

    Raises:
        UsageError: there is no such board.
    """
    split = material.splits[0]
    windows = material.joined.pool.take(split.train)
    found = windows.to_windows(material.joined.classes, "the training part")
    with tempfile.TemporaryDirectory(prefix="hargen-search-") as folder:
        yield Meter(Path(folder), request.board, found)


def check_limits(request: SearchRequest, found: Meter) -> None:
    """Refuse limits that not even the smallest networks keep.

    Raises:
        LimitError: see above.
        UsageError: the window is too short for any network.
    """
    loop.prepare()
    limits, window = request.limits, request.training.window
    smallest = found.untrained(space.smallest(), window)
    cost = smallest.cost
    if limits.keeps(cost):
        cost = found.count(smallest)
    if limits.keeps(cost):
        return
    passed = {name for name, value in limits.excess(cost).items() if value > 0}
    if passed == {"ram"}:
        kernel = min(space.LONGEST_KERNEL, window)
        shortest = found.untrained(space.smallest(kernel), window).cost
        if limits.keeps(shortest):
            return
        cost = min(cost, shortest, key=lambda one: one.ram)  # the first of equals
    raise LimitError(
        f"no network keeps the limits ({limits})",
        why=f"the smallest needs {_figures(cost)}",
        hint="raise --max-flash, --max-ram or --max-instructions, or shorten --window",
    )


def _figures(cost: Cost) -> str:
    kib = f"{cost.flash} B ({cost.flash / 1024:.3f} KiB) of weights, "
    kib += f"{cost.ram} B ({cost.ram / 1024:.3f} KiB) of activations"
    return kib if cost.instructions is None else f"{kib}, {cost.instructions} instructions"


def work(
    study: Any,
    request: SearchRequest,
    material: Material,
    found: Meter,
    watch: SearchWatch = NOBODY,
) -> None:
    """Try networks until the study has as many as were asked for, and nobody works any more.

    Whatever ends it early, Ctrl-C for one, gives the network at hand back to the study.

    Raises:
        ToolError: the storage went away, or networks cannot be built or measured here.
        DeviceError: the virtual board fails.
    """
    loop.prepare()
    bench = Bench(request, material, found, watch.epoch)
    watcher = Watcher(PATIENCE_IN_BEATS * request.beat_seconds)
    with storage.reaching(request.storage):
        while True:
            trials = study.get_trials(deepcopy=False)
            watch.trials(trials)
            for trial in watcher.lost(trials):
                give_back(study, trial)
            if len(counted(trials)) < request.trials and not is_fruitless(trials, request.trials):
                _try(study, bench, request)
            elif any(trial.state == TrialState.RUNNING for trial in trials):
                time.sleep(min(_POLL_SECONDS, request.beat_seconds))
            else:
                return


def _try(study: Any, bench: Bench, request: SearchRequest) -> None:
    trial = study.ask()
    with Heart(trial, request.beat_seconds):
        if _is_surplus(study, trial, request.trials):
            trial.set_user_attr(OUTCOME, Outcome.surplus)
            study.tell(trial, state=TrialState.FAIL)
            return
        try:
            ended = bench.run(study, trial)
        except UpdateFinishedTrialError:
            return  # others took this worker for lost: the network is theirs
        except BaseException:
            give_back(study, trial)
            raise
    with contextlib.suppress(ValueError, UpdateFinishedTrialError):  # lost just now
        study.tell(trial, ended.values, state=ended.state)


def _is_surplus(study: Any, trial: Any, wanted: int) -> bool:
    """Return whether other workers asked at the same time, and were first with enough trials."""
    before = [other for other in study.get_trials(deepcopy=False) if other.number < trial.number]
    return len(counted(before)) >= wanted

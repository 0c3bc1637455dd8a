"""Progress of a search: a bar on a terminal, a line a network; both on stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from hargen.cli import console

if TYPE_CHECKING:
    from hargen.train.loop import Epoch
    from hargen.train.search.request import SearchRequest
    from hargen.train.search.worker import SearchWatch


@contextmanager
def watch(request: SearchRequest) -> Iterator[SearchWatch]:
    """Give what a search tells its progress to."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield _lines(request)
        return
    with _bar(request) as found:
        yield found


def _lines(request: SearchRequest) -> SearchWatch:
    from hargen.train.search.worker import SearchWatch

    teller = _Teller(request, console.progress)
    return SearchWatch(step=console.progress, trials=teller.see)


@contextmanager
def _bar(request: SearchRequest) -> Iterator[SearchWatch]:
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from hargen.train.search.worker import SearchWatch

    with (
        # a copy of stderr, which TensorFlow's noise is kept from
        os.fdopen(os.dup(sys.stderr.fileno()), "w") as terminal,
        Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(file=terminal, highlight=False),
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        ) as progress,
    ):
        task = progress.add_task("", total=None)
        teller = _Teller(request, lambda text: progress.console.print(escape(text)))

        def step(name: str) -> None:
            progress.update(task, description=escape(console.printable(name)))

        def epoch(found: Epoch) -> None:
            step(f"epoch {found.number} of {request.training.recipe.epochs}")

        def trials(found: list[Any]) -> None:
            teller.see(found)
            progress.update(task, total=request.trials, completed=teller.done)

        yield SearchWatch(step=step, epoch=epoch, trials=trials)


class _Teller:
    """Says of each trial once what became of it."""

    def __init__(self, request: SearchRequest, say: Callable[[str], None]) -> None:
        self._request = request
        self._say = say
        self._told: set[int] | None = None
        self.done = 0

    def see(self, trials: list[Any]) -> None:
        from hargen.train.search.study import COUNTED, outcome

        over = [trial for trial in trials if trial.state.is_finished()]
        self.done = sum(outcome(trial) in COUNTED for trial in over)
        if self._told is None:  # those of an earlier command
            self._told = {trial.number for trial in over}
            if over:
                self._say(f"going on: {self.done} of {self._request.trials} networks are done")
        for trial in over:
            if trial.number not in self._told:
                self._told.add(trial.number)
                self._say(f"[{self.done}/{self._request.trials}] {self._text(trial)}")

    def _text(self, trial: Any) -> str:
        from hargen.train.search.attempt import COST
        from hargen.train.search.cost import Cost
        from hargen.train.search.study import outcome

        what = outcome(trial) or "given back"
        text = f"trial {trial.number} {what}"
        if COST in trial.user_attrs:
            text += f": {Cost(**trial.user_attrs[COST])}"
        return f"{text}, {100 * trial.values[0]:.2f} %" if trial.values else text

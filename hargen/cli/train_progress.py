"""Progress of a training: a bar on a terminal, a line a network elsewhere; both on stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hargen.cli import console

if TYPE_CHECKING:
    from hargen.train.loop import Epoch
    from hargen.train.training import Watch


@contextmanager
def watch(epochs: int) -> Iterator[Watch]:
    """Give what a training tells its progress to.

    Args:
        epochs: of each network, at most.
    """
    if sys.stderr is None or not sys.stderr.isatty():
        yield _lines(epochs)
        return
    with _bar(epochs) as found:
        yield found


def _lines(epochs: int) -> Watch:
    from hargen.train.training import Watch

    def epoch(run: int, runs: int, found: Epoch) -> None:
        if found.number == 1 or found.number % 10 == 0 or found.number == epochs:
            console.progress(
                f"network {run} of {runs}, epoch {found.number} of {epochs}: {_figures(found)}"
            )

    return Watch(step=console.progress, epoch=epoch)


@contextmanager
def _bar(epochs: int) -> Iterator[Watch]:
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import (
        BarColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from hargen.train.training import Watch

    with (
        # a copy of stderr, which TensorFlow's noise is kept from
        os.fdopen(os.dup(sys.stderr.fileno()), "w") as terminal,
        Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(file=terminal),
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        ) as progress,
    ):
        task = progress.add_task("", total=None)

        def step(name: str) -> None:
            progress.update(task, description=escape(console.printable(name)))

        def epoch(run: int, runs: int, found: Epoch) -> None:
            progress.update(
                task,
                total=runs * epochs,
                completed=(run - 1) * epochs + found.number,
                description=f"network {run} of {runs}, epoch {found.number}: {_figures(found)}",
            )

        yield Watch(step=step, epoch=epoch)


def _figures(found: Epoch) -> str:
    text = f"loss {found.loss:.3f}"
    if found.validation_accuracy is None:
        return text
    return f"{text}, validation {100 * found.validation_accuracy:.1f} %"

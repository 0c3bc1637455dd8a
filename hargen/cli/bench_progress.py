"""Progress of a benchmark: a bar on a terminal, a line a model elsewhere; both on stderr."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from hargen.cli import console

if TYPE_CHECKING:
    from hargen.bench.bench import Watch
    from hargen.bench.report import Model


@contextmanager
def watch(models: Sequence[Path]) -> Iterator[Watch]:
    """Give a function that takes a model's steps and its figures, and shows them."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield _lines(len(models))
        return
    with _bar(models) as follow:
        yield follow


def _lines(total: int) -> Watch:
    started = time.monotonic()

    def follow(index: int, event: str | Model) -> None:
        if not isinstance(event, str):
            seconds = time.monotonic() - started
            place = f"[{index + 1}/{total}, {seconds:.0f} s]"
            console.progress(f"{place} {event.model}: {event.status}")

    return follow


@contextmanager
def _bar(models: Sequence[Path]) -> Iterator[Watch]:
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    with (
        # a copy of stderr, which TensorFlow's noise is kept from
        os.fdopen(os.dup(sys.stderr.fileno()), "w") as terminal,
        Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(file=terminal, highlight=False),
            transient=True,
        ) as progress,
    ):
        task = progress.add_task("", total=len(models))

        def follow(index: int, event: str | Model) -> None:
            if isinstance(event, str):
                text = escape(console.printable(f"{models[index]}: {event}"))
                progress.update(task, description=text)
                return
            progress.advance(task)
            if not event.measured:
                text = escape(console.printable(f"{event.model}: {event.status}"))
                progress.console.print(text, style="red", highlight=False)

        yield follow

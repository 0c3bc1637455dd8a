"""Progress of the zoo's table: bars on a terminal, a line a row elsewhere; both on stderr."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hargen.cli import console

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import TaskID

    from hargen.zoo.pool import Watch
    from hargen.zoo.task import Task
    from hargen.zoo.worker import Event


@contextmanager
def watch(total: int) -> Iterator[Watch]:
    """Give a function that takes what the rows' processes tell, and shows it."""
    from rich.console import Console

    terminal = Console(stderr=True)
    if terminal.is_terminal:
        with _bars(total, terminal) as follow:
            yield follow
    else:
        yield _lines(total)


def _lines(total: int) -> Watch:
    started = time.monotonic()
    done = 0

    def follow(task: Task, event: Event) -> None:
        nonlocal done
        if not isinstance(event, tuple):
            done += 1
            seconds = time.monotonic() - started
            text = f"{_title(task)}: {event.status}"
            console.progress(f"[{done}/{total}, {seconds:.0f} s] {text}")

    return follow


@contextmanager
def _bars(total: int, terminal: Console) -> Iterator[Watch]:
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    running: dict[int, TaskID] = {}
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=terminal,
        transient=True,
    ) as progress:
        rows = progress.add_task("rows", total=total)

        def follow(task: Task, event: Event) -> None:
            number = task.entry.row
            if isinstance(event, tuple):
                step, done, count = event
                if number not in running:
                    running[number] = progress.add_task("", total=None)
                progress.update(
                    running[number],
                    description=escape(console.printable(f"{_title(task)}: {step}")),
                    completed=done,
                    total=count or None,
                )
                return
            if number in running:
                progress.remove_task(running.pop(number))
            progress.advance(rows)
            if not event.passed:
                text = console.printable(f"{_title(task)}: {event.status}")
                progress.console.print(escape(text), style="red", highlight=False)

        yield follow


def _title(task: Task) -> str:
    entry = task.entry
    return f"row {entry.row} {entry.model} {entry.format} {entry.artifact.dataset}"

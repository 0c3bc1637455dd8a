"""The progress bar, where there is a terminal to see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def bar(json_file: Path | None = None) -> Iterator[Callable[[int, int], None]]:
    """Show a bar while the context lasts; yields a function of (done, total).

    rich shows nothing of it where the output is no terminal. It is gone at the end: the table says
    the same and more.
    """
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    from hargen.cli import console

    with Progress(
        TextColumn("windows"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console.rich_console(json_file),
        transient=True,
    ) as progress:
        task = progress.add_task("windows", total=None, visible=progress.console.is_terminal)

        def advance(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        yield advance

"""What is going on, where there is a terminal to see it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def bar() -> Iterator[Callable[[int, int], None]]:
    """Show a bar on stderr while the context lasts; yields a function of (done, total).

    It is gone at the end: the table says the same and more.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    with Progress(
        TextColumn("windows"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as progress:
        task = progress.add_task("windows", total=None)

        def advance(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        yield advance


@contextmanager
def stages() -> Iterator[Callable[[str], None]]:
    """Show on stderr what is being done while the context lasts; yields what takes its name.

    It is gone at the end. It writes to a copy of stderr, which TensorFlow's noise is kept from.
    """
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.live import Live
    from rich.spinner import Spinner

    spinner = Spinner("dots")
    with (
        os.fdopen(os.dup(sys.stderr.fileno()), "w") as terminal,
        Live(
            spinner,
            console=Console(file=terminal),
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        ),
    ):
        yield lambda name: spinner.update(text=f"{name} ...")

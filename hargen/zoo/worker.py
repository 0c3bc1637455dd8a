"""The process of one row: it tells its parent how far it is, and hands over the row."""

from __future__ import annotations

import os
import signal
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import NoReturn

from hargen.zoo.report import Row
from hargen.zoo.task import Task, empty, failed

TELL_SECONDS = 0.1  # between two tellings of one step

Event = tuple[str, int, int] | Row


def run(task: Task, parent: Connection) -> None:
    """Fill one row and send it; runs as the main function of a process of its own.

    What libraries print goes to the log: the parent's terminal shows a table.
    """
    # Both end the row by an exception, so that its virtual board and its compilers end too.
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    if hasattr(signal, "pthread_sigmask"):  # the parent holds it back until here
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    _print_to(task.log)
    told: tuple[str, float] = ("", 0.0)

    def tell(step: str, done: int, total: int) -> None:
        nonlocal told
        now = time.monotonic()
        if step != told[0] or now - told[1] >= TELL_SECONDS or 0 < done == total:
            told = (step, now)
            parent.send((step, done, total))

    try:
        from hargen.zoo.measure import measure

        row = measure(task, tell)
    except Exception as error:
        import traceback

        traceback.print_exc()
        row = empty(task.entry, failed(f"internal error: {type(error).__name__}: {error}"))
    parent.send(row)
    parent.close()


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


def _print_to(log: Path) -> None:
    """Let everything that this process and its children print go to a file."""
    sys.stdout.flush()
    sys.stderr.flush()
    target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.dup2(target, 1)
    os.dup2(target, 2)
    os.close(target)

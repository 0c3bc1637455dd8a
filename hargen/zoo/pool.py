"""Rows in parallel: a process a row, so many at a time, none of which outlives the parent."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from hargen.zoo import worker
from hargen.zoo.report import Row
from hargen.zoo.task import Task, empty, failed

END_SECONDS = 5.0

Watch = Callable[[Task, worker.Event], None]
"""Called with what a row's process tells: its step, and at last the row itself."""


@dataclass
class _Running:
    task: Task
    process: BaseProcess
    row: Row | None = None


def run_all(tasks: Sequence[Task], jobs: int, watch: Watch) -> tuple[Row, ...]:
    """Fill all rows and return them in the order of the tasks.

    A row whose process dies becomes a failed row. Whatever ends this function early, Ctrl-C for
    one, ends the processes too.

    Args:
        tasks: what to fill; each one's folder is made by it, its log lies beside the folder.
        jobs: processes at a time.
        watch: called in this process.
    """
    waiting = deque(tasks)
    running: dict[Connection, _Running] = {}
    rows: dict[int, Row] = {}
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                connection, started = _start(waiting.popleft())
                running[connection] = started
            for ready in wait(list(running)):
                assert isinstance(ready, Connection)
                current = running[ready]
                if _receive(ready, current, watch):
                    continue
                del running[ready]
                row = _ended(current)
                rows[row.row] = row
                watch(current.task, row)
    finally:
        _end([current.process for current in running.values()])
    return tuple(rows[task.entry.row] for task in tasks)


def _start(task: Task) -> tuple[Connection, _Running]:
    # spawn: a forked child of a process with threads (a progress display has some) may hang
    context = multiprocessing.get_context("spawn")
    mine, its = context.Pipe(duplex=False)
    process = context.Process(target=worker.run, args=(task, its), daemon=True)
    with _interrupts_held_back():
        process.start()
    its.close()
    return mine, _Running(task, process)


@contextlib.contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Hold back Ctrl-C, here and in a process that is started: that one lets it in when it can.

    Before that it would tell in a traceback where its imports were.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # its own start, inside, would let interrupts in again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _receive(connection: Connection, current: _Running, watch: Watch) -> bool:
    """Take one event; False where the process has closed its end."""
    try:
        event: worker.Event = connection.recv()
    except (EOFError, OSError):
        connection.close()
        return False
    if isinstance(event, Row):
        current.row = event
    else:
        watch(current.task, event)
    return True


def _ended(current: _Running) -> Row:
    """Return the row of a process that is at its end, or what is known of one that died."""
    current.process.join()
    if current.row is not None:
        return current.row
    code = current.process.exitcode
    words = ""
    with contextlib.suppress(OSError):
        lines = current.task.log.read_text(encoding="utf-8", errors="replace").splitlines()
        words = next((f": {line.strip()}" for line in reversed(lines) if line.strip()), "")
    return empty(current.task.entry, failed(f"its process died with code {code}{words}"))


def _end(processes: Sequence[BaseProcess]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(END_SECONDS)
        if process.is_alive():
            process.kill()
            process.join()

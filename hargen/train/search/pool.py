"""Several workers on this machine: a process each, none of which outlives the parent."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import NoReturn

from hargen.errors import HargenError, ToolError
from hargen.train.search.request import SearchRequest

_END_SECONDS = 10.0
_POLL_SECONDS = 1.0


@dataclass(frozen=True)
class _Failure:
    """An error of a worker, in parts: pickles of exceptions lose some."""

    code: int
    what: str
    where: str
    why: str
    hint: str


class WorkerError(HargenError):
    """What a worker ended with; it exits as that error would."""

    def __init__(self, failure: _Failure) -> None:
        super().__init__(failure.what, where=failure.where, why=failure.why, hint=failure.hint)
        self.exit_code = failure.code


def run(request: SearchRequest, jobs: int, look: Callable[[], None]) -> list[str]:
    """Let so many processes work at a study; return what went wrong without ending all of it.

    Args:
        request: the search; every process reads the data itself.
        jobs: processes.
        look: called in this process about once a second.

    Raises:
        HargenError: the error of a worker, where none came to the end.
    """
    started = [_start(request) for _ in range(jobs)]
    try:
        while any(process.is_alive() for process, _ in started):
            wait([process.sentinel for process, _ in started if process.is_alive()], _POLL_SECONDS)
            look()
    finally:
        _end([process for process, _ in started])
    look()
    return _judge(started)


def _judge(started: Sequence[tuple[BaseProcess, Connection]]) -> list[str]:
    errors: list[HargenError] = []
    for process, connection in started:
        if process.exitcode == 0:
            continue
        if connection.poll():
            errors.append(WorkerError(connection.recv()))
        else:
            errors.append(ToolError(f"a worker died with code {process.exitcode}"))
    if len(errors) == len(started):
        raise errors[0]
    return [str(error) for error in errors]


def _start(request: SearchRequest) -> tuple[BaseProcess, Connection]:
    # spawn: TensorFlow does not survive a fork
    context = multiprocessing.get_context("spawn")
    mine, its = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(request, its), daemon=True)
    with _without_interrupts():
        process.start()
    its.close()
    return process, mine


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Ignore Ctrl-C for a moment: the new process does too, until it can end quietly."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _work(request: SearchRequest, parent: Connection) -> None:
    """Run a worker; the main function of a process of its own."""
    # Both by an exception, so that the network at hand goes back to the study.
    signal.signal(signal.SIGTERM, _exit)
    signal.signal(signal.SIGINT, _exit)
    nowhere = os.open(os.devnull, os.O_WRONLY)  # the parent's terminal shows a table
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    try:
        from hargen.train.search.search import join

        join(request)
    except HargenError as error:
        parent.send(_Failure(error.exit_code, error.what, error.where, error.why, error.hint))
        sys.exit(error.exit_code)
    except Exception as error:
        what = f"internal error in a worker: {type(error).__name__}: {error}"
        parent.send(_Failure(1, what, "", "", "--jobs 1 with HARGEN_DEBUG=1 shows where"))
        sys.exit(1)


def _exit(number: int, _frame: FrameType | None) -> NoReturn:
    for other in (signal.SIGTERM, signal.SIGINT):  # a second one must not stop what the first began
        signal.signal(other, signal.SIG_IGN)
    raise SystemExit(128 + number)


def _end(processes: Sequence[BaseProcess]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(_END_SECONDS)
        if process.is_alive():
            process.kill()
            process.join()

"""Single keys from the terminal, without Enter and without echo."""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

try:
    import termios
    import tty
except ImportError:  # a platform without: there are no keys then
    HAS_TERMINALS = False
else:
    HAS_TERMINALS = True

Keys = Callable[[], str]
"""Returns what was typed since the last call, "" where nothing was."""


def _none() -> str:
    return ""


@contextmanager
def keys(descriptor: int | None = None) -> Iterator[Keys]:
    """Give the keys of a terminal while the context lasts, and the terminal back as it was.

    Where there is no terminal, or the command runs in its background, there are no keys: whoever
    changed the terminal's mode from there would be stopped.

    Args:
        descriptor: of the terminal; standard input if left out.
    """
    if descriptor is None:
        descriptor = _standard_input()
    if descriptor is None or not _is_ours(descriptor):
        yield _none
        return
    before = termios.tcgetattr(descriptor)
    heard = _on_resume(lambda: tty.setcbreak(descriptor, termios.TCSADRAIN))
    try:
        tty.setcbreak(descriptor, termios.TCSADRAIN)
        yield lambda: _typed(descriptor)
    finally:
        _forget_resume(heard)
        with suppress(termios.error):  # it hung up: there is nothing left to restore
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _standard_input() -> int | None:
    try:
        return sys.stdin.fileno()
    except (AttributeError, OSError, ValueError):  # closed, or none at all
        return None


def _is_ours(descriptor: int) -> bool:
    if not HAS_TERMINALS or not os.isatty(descriptor):
        return False
    try:
        return os.tcgetpgrp(descriptor) == os.getpgrp()
    except OSError:  # a terminal that does not control this session has no foreground
        return True


def _typed(descriptor: int) -> str:
    found = b""
    with suppress(OSError):  # it hung up
        while select.select([descriptor], [], [], 0)[0]:
            data = os.read(descriptor, 64)
            if not data:
                break
            found += data
    return found.decode("ascii", "ignore")


def _on_resume(again: Callable[[], None]) -> Any:
    """Do something whenever the process goes on after Ctrl-Z: the shell sets its own mode."""

    def go_on(_number: int, _frame: object) -> None:
        with suppress(termios.error):
            again()

    try:
        return signal.signal(signal.SIGCONT, go_on)
    except ValueError:  # not the main thread, which alone hears signals
        return None


def _forget_resume(before: Any) -> None:
    if before is not None:
        signal.signal(signal.SIGCONT, before)

"""Runs somebody else's program: with a time limit, bounded memory, and no process left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from hargen.errors import ToolError

KEPT = 32768
"""Bytes kept of each end of the output: the cause is at one of them."""
_GRACE = 2.0  # seconds for the pipe to run dry after the end
_CHUNK = 4096


@dataclass(frozen=True)
class Outcome:
    """How a program ended.

    Attributes:
        code: exit code; None where it was ended because its time was up.
        output: standard output and error as they came, undecodable bytes replaced; of a long one
            the first and the last KEPT bytes.
    """

    code: int | None
    output: str


def run(command: Sequence[str], *, seconds: float, folder: Path | None = None) -> Outcome:
    """Run a program to its end or to its time's; nothing of it runs on after that.

    Raises:
        ToolError: it cannot be started.
    """
    try:
        process = subprocess.Popen(
            list(command),
            cwd=folder,
            env={**os.environ, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # a group of its own: tools are often scripts whose children would live on
            start_new_session=True,
        )
    except OSError as error:
        raise ToolError(
            "the tool cannot be started", where=command[0], why=error.strerror or str(error)
        ) from error
    assert process.stdout is not None
    ends = _Ends()
    reader = threading.Thread(target=ends.read, args=(process.stdout,), daemon=True)
    reader.start()
    code: int | None
    try:
        code = process.wait(seconds)
    except subprocess.TimeoutExpired:
        code = None
    finally:
        _end_group(process)
        reader.join(_GRACE)
        if not reader.is_alive():
            process.stdout.close()
    return Outcome(code, ends.text())


def _end_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class _Ends:
    """The first and the last bytes of a stream that may never end."""

    def __init__(self) -> None:
        self._head = bytearray()
        self._tail = bytearray()
        self._dropped = False

    def read(self, stream: IO[bytes]) -> None:
        with contextlib.suppress(OSError, ValueError):
            while data := os.read(stream.fileno(), _CHUNK):
                room = KEPT - len(self._head)
                self._head += data[:room]
                self._tail += data[room:] if room < len(data) else b""
                if len(self._tail) > KEPT:
                    self._dropped = True
                    del self._tail[:-KEPT]

    def text(self) -> str:
        middle = b"\n[...]\n" if self._dropped else b""
        return (bytes(self._head) + middle + bytes(self._tail)).decode("utf-8", "replace")

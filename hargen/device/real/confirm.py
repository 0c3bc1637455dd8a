"""Asks the board what it runs: the one judge of whether an image was written."""

from __future__ import annotations

import time

from hargen.board import Board
from hargen.errors import DeviceError
from hargen.link.client import Client
from hargen.link.replies import Hello

SECONDS = 8.0
"""For the reset, the port's return and the firmware's start."""
_TIMEOUT = 1.0
_PAUSE = 0.2


def ask(port: str, board: Board, seconds: float) -> Hello:
    """Return what the firmware says of itself, as soon as it says anything.

    Raises:
        DeviceError: the port cannot be opened, or nothing of ours answers in time.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            with Client(port, baud=board.serial.hello_baud, timeout=_TIMEOUT) as client:
                return client.hello()
        except DeviceError:
            if time.monotonic() + _PAUSE > deadline:
                raise
        time.sleep(_PAUSE)

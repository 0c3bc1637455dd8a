"""The cycles that the virtual board estimates for the same image and the same windows."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from hargen.board import Board
from hargen.build.compile import Image
from hargen.device import virtual
from hargen.link.client import Client
from hargen.link.messages import Stage

WINDOWS = 20


def cycles(image: Image, board: Board, rows: NDArray[Any]) -> list[int]:
    """Return the estimated cycles of each window, on a virtual board of its own.

    Args:
        image: what the real board runs.
        board: for the rate of HELLO.
        rows: (n, elements) in the model's input dtype.

    Raises:
        MissingExtraError: Unicorn is not installed.
        DeviceError: the virtual board fails.
    """
    with tempfile.TemporaryDirectory(prefix="hargen-") as folder:
        project_dir = Path(folder)
        virtual.program(project_dir, image.elf_path)
        with (
            virtual.VirtualBoard(project_dir, with_pty=False) as running,
            Client(running.url, baud=board.serial.hello_baud) as client,
        ):
            client.hello()
            return [
                result.cycles_inference
                for result in client.run(Stage.WINDOW, (row.tobytes() for row in rows))
            ]

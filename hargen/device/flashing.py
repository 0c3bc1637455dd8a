"""Writing an image to a board, real or virtual."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from hargen import board as boards
from hargen.board import Board
from hargen.build.compile import Image
from hargen.errors import UsageError
from hargen.manifest import Manifest

if TYPE_CHECKING:
    from hargen.device.real import Flashed, Request
    from hargen.device.virtual import FlashResult


def target(manifest: Manifest, asked: str | None) -> Board:
    """Return the project's board; a name that the user gave must be its.

    Raises:
        UsageError: the name is unknown, or another board's.
    """
    board = boards.load(manifest.board)
    if asked is not None and boards.load(asked).name != board.name:
        raise UsageError(
            f"the project is for {board.name}, not for {asked}",
            hint=f"export the model again with --board {asked}",
        )
    return board


def flash_virtual(project_dir: Path, image: Image) -> FlashResult:
    """Write an image to the project's virtual board.

    Raises:
        DeviceError: the image does not fit the board, or the board is running.
    """
    from hargen.device import virtual

    return virtual.program(project_dir, image.elf_path)


def flash_real(
    image: Image, board: Board, request: Request, warn: Callable[[str], None]
) -> Flashed:
    """Write an image to a real board and ask it what it runs; see hargen.device.real.writing.

    Raises:
        UsageError, ToolError, DeviceError: see there.
    """
    from hargen.device import real

    return real.program(image, board, request, warn)

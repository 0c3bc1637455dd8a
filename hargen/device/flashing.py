"""Writing an image to a board, real or virtual."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hargen import board as boards
from hargen.board import Board
from hargen.build.compile import Image
from hargen.errors import DeviceError, UsageError
from hargen.manifest import Manifest

if TYPE_CHECKING:
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


def flash(project_dir: Path, image: Image, board: Board, *, virtual: bool) -> FlashResult:
    """Write an image to the project's virtual board.

    Raises:
        DeviceError: the image does not fit the board, or a real board is asked for: hargen has no
            way of its own to write to one yet.
    """
    if not virtual:
        raise DeviceError(
            f"hargen does not write to a real {board.name} by itself yet",
            hint=f"copy {image.binary_path} to the board's drive {board.probe.volume}; "
            f"or STM32_Programmer_CLI -c port=SWD mode=UR reset=HWrst -w {image.elf_path} -v -rst; "
            f"then hargen validate-serial --port /dev/ttyACM0. "
            "--virtual writes to the virtual board",
        )
    from hargen.device import virtual as virtual_board

    return virtual_board.program(project_dir, image.elf_path)

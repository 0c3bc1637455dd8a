"""What every way of writing an image has in common."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hargen.board import Board
from hargen.build.compile import Image


@dataclass(frozen=True)
class Job:
    """An image, the board it is for, the probe (its serial number, or ""), and the time for it."""

    image: Image
    board: Board
    serial_number: str
    seconds: float


@dataclass(frozen=True)
class Attempt:
    """What came of it; problem is "" where the tool claims success."""

    output: str
    problem: str = ""


class Programmer(Protocol):
    """A way of writing an image."""

    @property
    def name(self) -> str:
        """Its name, as --tool takes it."""

    @property
    def title(self) -> str:
        """Its name for people."""

    @property
    def verifies(self) -> bool:
        """Whether it reads back what it wrote."""

    @property
    def install(self) -> str:
        """How to get it."""

    def find(self, board: Board, serial_number: str) -> Path | None:
        """Return the program, or the drive; None where it is not here."""

    def program(self, where: Path, job: Job) -> Attempt:
        """Write the image, verify it where it can, and reset the board.

        Raises:
            ToolError: the tool cannot be started.
        """

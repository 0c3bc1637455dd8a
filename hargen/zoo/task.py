"""What the process of a row is given, and the row before it is filled."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hargen.plan.choice import Optimize
from hargen.zoo.catalogue import Entry
from hargen.zoo.report import FAILED, Row

BOARD = "B-U585I-IOT02A"
"""That of the published figures."""


@dataclass(frozen=True)
class Task:
    """A row to fill: its entry, the folder of data sets, and the folder for the project.

    jobs: compilers at a time. optimize: what the network is compiled for.
    """

    entry: Entry
    data: Path
    folder: Path
    jobs: int = 1
    optimize: Optimize = "balanced"

    @property
    def log(self) -> Path:
        """Where what libraries and tools print goes, beside the project."""
        return self.folder.with_name(f"{self.folder.name}.log")


def empty(entry: Entry, status: str) -> Row:
    """Return a row with what is known without running it."""
    return Row(
        row=entry.row,
        model=entry.model,
        format=entry.format,
        dataset=entry.artifact.dataset,
        artifact=entry.artifact.name,
        status=status,
        published=entry.published,
    )


def failed(why: str) -> str:
    """Return the status of a row that failed, in one line."""
    return FAILED + " / ".join(line.strip() for line in why.splitlines() if line.strip())

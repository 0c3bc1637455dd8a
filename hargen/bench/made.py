"""A model on its virtual board: exported, built, flashed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hargen.board import Board
from hargen.build import compile as compiling
from hargen.build.compile import Image
from hargen.device import flashing
from hargen.emit import project
from hargen.emit.project import ExportResult
from hargen.plan.choice import Optimize
from hargen.validate import expected

Tell = Callable[[str], None]
"""Called with the step that begins."""


@dataclass(frozen=True, eq=False)
class Made:
    """The project and its image, which is in the virtual board's flash."""

    exported: ExportResult
    image: Image


def make(
    model: Path,
    folder: Path,
    board: Board,
    tell: Tell = lambda _: None,
    *,
    name: str = "har",
    classes: tuple[str, ...] | None = None,
    optimize: Optimize = "balanced",
    converted: bytes | None = None,
    jobs: int | None = None,
) -> Made:
    """Export a model, build it, and write it to the project's virtual board.

    Models that go into one folder one after the other share what is compiled of the firmware.

    Args:
        model: the file.
        folder: for the project; one that is there already is replaced.
        board: whose project it becomes.
        tell: is told what is done.
        name: prefix of the C functions.
        classes: names of the outputs, where they are not the card's.
        optimize: what the network is compiled for.
        converted: what the model was converted to, exported in its place.
        jobs: compilers at a time; otherwise ninja decides.

    Raises:
        ModelError, DataError: the model is not usable.
        ToolError: a tool is missing, or fails.
        DeviceError: the image does not fit the board.
    """
    tell("export")
    exported = project.export(
        model,
        folder,
        board=board,
        reference=expected.outputs,
        name=name,
        classes=classes,
        optimize=optimize,
        force=True,
        converted=converted,
    )
    tell("build")
    image = compiling.build(folder, jobs=jobs)
    tell("flash")
    flashing.flash_virtual(folder, image)
    return Made(exported, image)

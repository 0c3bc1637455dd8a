"""hargen export: a model file becomes a project folder."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from hargen.cli.options import BoardName, Classes, class_names
from hargen.cli.quantize import Edges, EdgesOption, MaxDrop, Representative, quantized

EMBEDDED = "default"


class Format(StrEnum):
    """What is written."""

    project = "project"
    c = "c"


class Optimize(StrEnum):
    """What the kernels are chosen for."""

    balanced = "balanced"
    speed = "speed"
    size = "size"


def export(
    model: Annotated[
        Path,
        typer.Argument(
            metavar="MODEL", help="A trained model, int8 .tflite, .keras or .h5; or `default`."
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Folder to write the project to.")
    ],
    board: BoardName = None,
    name: Annotated[
        str, typer.Option("--name", "-n", help="Prefix of the C functions, as in har_run.")
    ] = "har",
    classes: Classes = None,
    optimize: Annotated[
        Optimize, typer.Option("--optimize", "-O", help="What to choose the kernels for.")
    ] = Optimize.balanced,
    content: Annotated[
        Format,
        typer.Option("--format", help="A project for a board, or the C of the network alone."),
    ] = Format.project,
    force: Annotated[
        bool,
        typer.Option(
            "--force", "-f", help="Write into a folder that holds something else already."
        ),
    ] = False,
    representative: Representative = None,
    max_drop: MaxDrop = 1.0,
    edges: EdgesOption = Edges.float,
) -> None:
    """Turn a model into a project in plain C."""
    from hargen import board as boards
    from hargen import models
    from hargen.cli import results
    from hargen.emit import project
    from hargen.validate import expected

    if str(model) == EMBEDDED and not model.exists():
        model = models.default().tflite
    names = class_names(classes)
    target = None if board is None else boards.load(board)
    converted = None
    if representative is not None:
        converted = quantized(model, representative, names, max_drop, edges)
    result = project.export(
        model,
        output,
        board=target,
        reference=expected.outputs,
        name=name,
        classes=names,
        optimize=optimize.value,
        content=content.value,
        force=force,
        converted=converted,
    )
    results.print_export(result, model)

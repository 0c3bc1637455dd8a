"""Arguments and options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeAlias

import typer


class Stage(StrEnum):
    """Where the data is put in."""

    raw = "raw"
    window = "window"
    int8 = "int8"


def _complete_board(incomplete: str) -> list[str]:
    from hargen import board

    return [name for name in board.names() if name.lower().startswith(incomplete.lower())]


ProjectDir: TypeAlias = Annotated[
    Path,
    typer.Argument(metavar="[DIR]", help="Folder of an exported project.", show_default="here"),
]
BoardName: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--board",
        "-b",
        metavar="NAME",
        help="Board (hargen boards); only --format c does without.",
        autocompletion=_complete_board,
    ),
]
OptionalBoardName: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--board",
        "-b",
        metavar="NAME",
        help="The project's board, to be sure of it.",
        autocompletion=_complete_board,
    ),
]
Virtual: TypeAlias = Annotated[
    bool, typer.Option("--virtual", "-v", help="Use the virtual board of this project.")
]
Port: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--port", "-p", metavar="PORT", help="Serial port, or socket://host:port, of a board."
    ),
]
BoardTimeout: TypeAlias = Annotated[
    float,
    typer.Option(
        "--timeout", metavar="SECONDS", min=0.01, max=3600.0, help="Patience with the board."
    ),
]
Data: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--data",
        "-d",
        metavar="DATA",
        help="Windows (.npz), or recordings: mobility_v1, st_har_26hz, WISDM, CSV.",
    ),
]
Synthetic: TypeAlias = Annotated[
    int | None,
    typer.Option("--synthetic", "-s", metavar="N", help="N windows of made-up motion instead."),
]
Seed: TypeAlias = Annotated[int, typer.Option("--seed", min=0, help="Of the synthetic motion.")]
Baud: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--baud",
        metavar="N",
        min=1,
        max=2**32 - 1,  # it travels in 32 bits
        help="Rate for the windows, instead of the board's.",
    ),
]
Classes: TypeAlias = Annotated[
    str | None,
    typer.Option("--classes", "-c", metavar="A,B,C", help="Names of the outputs, in their order."),
]
InsteadOfCards: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--preprocessing",
        metavar="NAME|FILE",
        help="In place of the card's: st-zoo, default, none, or a .toml with [preprocessing].",
    ),
]
JsonFile: TypeAlias = Annotated[
    Path | None,
    typer.Option("--json", metavar="FILE", help="Write the result as JSON; - is standard output."),
]


class Optimize(StrEnum):
    """What a network is compiled for."""

    balanced = "balanced"
    speed = "speed"
    size = "size"


OptimizeOption: TypeAlias = Annotated[
    Optimize,
    typer.Option("--optimize", "-O", help="What the network is to be: see docs/tune.md."),
]


def class_names(classes: str | None) -> tuple[str, ...] | None:
    """Return the names that --classes lists, None where it was not given."""
    return None if classes is None else tuple(part.strip() for part in classes.split(","))

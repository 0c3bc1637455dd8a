"""Options of the commands that train: data, split, recipe."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeAlias

import typer


class SplitBy(StrEnum):
    """What is drawn for the parts to train, choose and test on."""

    recordings = "recordings"
    windows = "windows"


TrainingData: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option("--data", "-d", metavar="DATA", help="Recordings to train on; several times."),
]
Synthetic: TypeAlias = Annotated[
    int | None,
    typer.Option("--synthetic", metavar="N", help="N windows of made-up motion besides."),
]
Window: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--window",
        "-w",
        metavar="N",
        min=1,
        max=4096,
        help="Samples in a window.",
        show_default="the file's, or 24",
    ),
]
PreprocessingName: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--preprocessing",
        metavar="NAME|FILE",
        help="default, st-zoo, none, or a .toml with [preprocessing].",
        show_default="default",
    ),
]
Rate: TypeAlias = Annotated[
    float | None,
    typer.Option(
        "--rate",
        metavar="HZ",
        min=1.0,
        max=1000.0,
        help="Sample rate.",
        show_default="the data's; 26 where they differ",
    ),
]
Rename: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="OLD=NEW", help="A class by another name; OLD= leaves out."),
]
Split: TypeAlias = Annotated[
    SplitBy, typer.Option("--split", help="What is drawn; windows give high figures.")
]
Seed: TypeAlias = Annotated[int, typer.Option("--seed", metavar="N", min=0, help="Of all chance.")]
Patience: TypeAlias = Annotated[
    int,
    typer.Option(
        "--patience", metavar="N", min=1, max=100_000, help="Epochs without a gain, then stop."
    ),
]
Batch: TypeAlias = Annotated[
    int, typer.Option("--batch", metavar="N", min=1, max=65536, help="Windows in a batch.")
]
LearningRate: TypeAlias = Annotated[
    float, typer.Option("--learning-rate", metavar="R", min=1e-8, max=1.0, help="At first.")
]
Epochs: TypeAlias = Annotated[
    int, typer.Option("--epochs", metavar="N", min=1, max=100_000, help="At most.")
]

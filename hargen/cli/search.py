"""hargen search: which tcnn is best within limits of flash, RAM and instructions."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hargen.cli.options import Classes, JsonFile, class_names
from hargen.cli.train_options import (
    Batch,
    Epochs,
    LearningRate,
    Patience,
    PreprocessingName,
    Rate,
    Rename,
    Seed,
    Split,
    SplitBy,
    Synthetic,
    TrainingData,
    Window,
)

if TYPE_CHECKING:
    from hargen.train.search.result import Result

_KIB = 1024


class GoalName(StrEnum):
    """What is searched for."""

    front = "front"
    best = "best"


def search(
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="FOLDER", help="For table, picture, parameters."),
    ],
    data: TrainingData = None,
    synthetic: Synthetic = None,
    max_flash: Annotated[
        float | None,
        typer.Option("--max-flash", metavar="KIB", min=0.001, help="Weights and biases."),
    ] = None,
    max_ram: Annotated[
        float | None, typer.Option("--max-ram", metavar="KIB", min=0.001, help="Activations.")
    ] = None,
    max_instructions: Annotated[
        int | None,
        typer.Option("--max-instructions", metavar="N", min=1, help="Of one inference."),
    ] = None,
    trials: Annotated[
        int, typer.Option("--trials", metavar="N", min=1, max=1_000_000, help="Networks to train.")
    ] = 200,
    goal: Annotated[
        GoalName, typer.Option("--goal", help="What none beats in everything, or most recall.")
    ] = GoalName.front,
    storage: Annotated[
        str | None,
        typer.Option(
            "--storage",
            metavar="URL",
            help="Where workers meet: a database's URL, a .db or a .journal file.",
            show_default="study.db in the folder",
        ),
    ] = None,
    study: Annotated[
        str, typer.Option("--study", metavar="NAME", help="Name of the study there.")
    ] = "tcnn",
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", metavar="N", min=1, max=1024, help="Processes here.")
    ] = 1,
    board: Annotated[
        str, typer.Option("--board", "-b", metavar="NAME", help="Whose virtual board counts.")
    ] = "B-U585I-IOT02A",
    window: Window = None,
    preprocessing: PreprocessingName = None,
    rate: Rate = None,
    classes: Classes = None,
    rename: Rename = None,
    split: Split = SplitBy.recordings,
    validation: Annotated[
        float,
        typer.Option("--validation", metavar="SHARE", min=0.01, max=0.8, help="To choose on."),
    ] = 0.2,
    test_share: Annotated[
        float,
        typer.Option(
            "--test-share", metavar="SHARE", min=0.0, max=0.8, help="To leave for hargen train."
        ),
    ] = 0.2,
    seed: Seed = 0,
    seeds: Annotated[
        int, typer.Option("--seeds", metavar="N", min=1, max=100, help="So many a network.")
    ] = 1,
    epochs: Epochs = 60,
    patience: Patience = 25,
    batch: Batch = 64,
    learning_rate: LearningRate = 2e-3,
    json_file: JsonFile = None,
) -> None:
    """Search the networks that are best within limits; the same command goes on or joins in.

    Each is measured before it is trained, and judged on validation recordings alone.
    """
    from hargen import board as boards
    from hargen.cli import console, search_progress
    from hargen.train import classes as names
    from hargen.train import curves
    from hargen.train.preprocessing import choose
    from hargen.train.recipe import Recipe
    from hargen.train.request import Request
    from hargen.train.search import write
    from hargen.train.search.request import FAMILY, Goal, Limits, SearchRequest
    from hargen.train.search.storage import check

    check()
    curves.check()
    chosen = choose(preprocessing, window, rate)
    training = Request(
        family=FAMILY,
        data=tuple(data or ()),
        synthetic=synthetic,
        window=chosen.window,
        preset=chosen.preset,
        rate_hz=rate,
        spec=chosen.spec,
        classes=class_names(classes),
        renamed=names.parse_map(rename or ()),
        random_windows=split is SplitBy.windows,
        seeds=seeds,
        seed=seed,
        validation_share=validation,
        test_share=test_share,
        recipe=Recipe(epochs=epochs, patience=patience, batch=batch, learning_rate=learning_rate),
    )
    request = SearchRequest(
        training=training,
        limits=Limits(
            flash=None if max_flash is None else int(max_flash * _KIB),
            ram=None if max_ram is None else int(max_ram * _KIB),
            instructions=max_instructions,
        ),
        trials=trials,
        board=boards.load(board).name,
        storage=storage or str(output / write.STUDY),
        study=study,
        goal=Goal(goal.value),
    )
    training.check()
    console.check_writable(json_file)
    write.check_folder(output)
    from hargen.train.search.search import search as run

    try:
        with search_progress.watch(request) as watch:
            result, notes = run(request, jobs, watch)
    except KeyboardInterrupt:
        console.note(f"interrupted; the same command goes on, with the trials in {_shown(request)}")
        raise
    for note in notes:
        console.note(note)
    paths = write.write(result, output)
    _print(result, json_file)
    console.write_table(result.to_table(), json_file)
    console.say(f"{', '.join(str(path) for path in paths)} written", json_file)
    console.say(f"next: hargen train {FAMILY} --params {output / 'best.toml'}", json_file)


def _shown(request: object) -> str:
    from hargen.train.search.request import SearchRequest
    from hargen.train.search.storage import shown

    assert isinstance(request, SearchRequest)
    return shown(request.storage)


def _print(result: Result, json_file: Path | None) -> None:
    from rich.table import Table

    from hargen.cli import console
    from hargen.train.search import formats

    for text in formats.summary(result):
        console.say(text, json_file)
    table = Table()
    for heading in formats.HEADINGS:
        table.add_column(heading, justify="right")
    for found in result.front:
        style = "bold" if found is result.best else None
        table.add_row(*formats.cells(found), style=style)
    console.rich_console(json_file).print(table)
    console.say(f"best: trial {result.best.trial}, {result.best.architecture}", json_file)

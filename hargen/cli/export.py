"""hargen export: a model file becomes a project folder."""

from __future__ import annotations

import tempfile
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hargen.cli import quantize_svm
from hargen.cli.options import (
    BoardName,
    Classes,
    InsteadOfCards,
    JsonFile,
    Optimize,
    OptimizeOption,
    class_names,
)
from hargen.cli.quantize import (
    Edges,
    EdgesOption,
    MaxDrop,
    Representative,
    no_representative_data,
    quantized,
)
from hargen.cli.tuning import MaxFlash, MaxRam, MaxUs, Tune

if TYPE_CHECKING:
    from hargen.emit.project import ExportResult
    from hargen.tune.tune import Tuned

EMBEDDED = "default"


class Format(StrEnum):
    """What is written."""

    project = "project"
    c = "c"


class Precision(StrEnum):
    """What the network computes in."""

    int8 = "int8"
    float32 = "float32"


def export(
    model: Annotated[
        Path,
        typer.Argument(
            metavar="MODEL",
            help="A trained model: .tflite, .keras, .h5, .svm, .onnx of an SVC; or `default`.",
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
    optimize: OptimizeOption = Optimize.balanced,
    tune: Tune = False,
    max_flash: MaxFlash = None,
    max_ram: MaxRam = None,
    max_us: MaxUs = None,
    content: Annotated[
        Format,
        typer.Option("--format", help="A project for a board, or the C of the network alone."),
    ] = Format.project,
    no_fpu: Annotated[
        bool,
        typer.Option(
            "--no-fpu", help="The C alone, for a core without an FPU: preprocess in integers."
        ),
    ] = False,
    preprocessing: InsteadOfCards = None,
    force: Annotated[
        bool,
        typer.Option(
            "--force", "-f", help="Write into a folder that holds something else already."
        ),
    ] = False,
    precision: Annotated[
        Precision | None,
        typer.Option(
            "--precision",
            help="Of a Keras model: int8, quantized by --representative data, or float32.",
        ),
    ] = None,
    representative: Representative = None,
    max_drop: MaxDrop = 1.0,
    edges: EdgesOption = Edges.float,
    json_file: JsonFile = None,
) -> None:
    """Turn a model into a project in plain C."""
    from hargen import board as boards
    from hargen import models
    from hargen.cli import console, results, tuning
    from hargen.emit import project
    from hargen.emit.place import inspect
    from hargen.errors import LimitError, UsageError
    from hargen.plan.front import Limits
    from hargen.validate import expected

    if str(model) == EMBEDDED and not model.exists():
        model = models.default().tflite
    names = class_names(classes)
    target = None if board is None else boards.load(board)
    if no_fpu and target is not None and target.mcu.has_fpu:
        raise UsageError(
            f"{target.name} has an FPU",
            where="--no-fpu",
            hint="leave --no-fpu away: the board's file says it; or leave --board away, with"
            " --format c",
        )
    console.check_writable(json_file)
    within = tuning.limits(max_flash, max_ram, max_us)
    converted = _converted(model, precision, representative, names, max_drop, edges, preprocessing)

    def write(folder: Path, limits: Limits, found: Tuned | None = None) -> ExportResult:
        return project.export(
            model,
            folder,
            board=target,
            reference=expected.outputs,
            name=name,
            classes=names,
            optimize=optimize.value,
            content=content.value,
            force=force,
            converted=converted,
            preprocessing=preprocessing,
            has_fpu=not no_fpu,
            choice=None if found is None else found.chosen.choice,
            tuning=None if found is None else record(found, within),
            limits=limits,
        )

    measured = None
    if tune:
        from hargen.tune.record import record

        inspect(output, {}, force=force)
        with tempfile.TemporaryDirectory(prefix="hargen-export-") as place:
            write(Path(place) / "trial", Limits())
        measured = tuning.tuned(model, target, optimize.value, within, converted, preprocessing)
    result = write(output, within, measured)
    console.write_json(results.export_json(result), json_file)
    results.print_export(result, model, json_file)
    if result.broken:
        raise LimitError(
            "the project is written, but files that were in the folder before break its rules",
            where=str(output),
            why="; ".join(result.broken),
            hint="hargen lint says what to do about each",
        )


def _converted(
    model: Path,
    precision: Precision | None,
    representative: Path | None,
    classes: tuple[str, ...] | None,
    max_drop: float,
    edges: Edges,
    preprocessing: str | None,
) -> bytes | None:
    """Return what a Keras model or an SVC becomes; None for a model that is taken as it is.

    Raises:
        UsageError: the options do not fit together, or the model.
        LimitError: int8 loses more accuracy than max_drop on the representative windows.
    """
    from hargen.errors import UsageError
    from hargen.importers.keras.model import is_keras

    is_svc = model.suffix == quantize_svm.SUFFIX
    if precision is not None and not is_svc and not is_keras(model):
        raise UsageError(
            "--precision is for Keras models and SVCs in .onnx",
            where=str(model),
            why="a .tflite or .svm file has the precision that it was converted to",
            hint="leave --precision away, or give the .keras, .h5 or .onnx file",
        )
    if is_svc and precision is Precision.int8 and representative is None:
        raise no_representative_data(model)
    if precision is not Precision.float32:
        if representative is None:
            return None
        return quantized(model, representative, classes, max_drop, edges, preprocessing)
    if representative is not None:
        raise UsageError(
            "--precision float32 and --representative exclude each other",
            why="a float32 network is not calibrated",
        )
    if is_svc:
        return None
    from hargen.cli import progress
    from hargen.convert.float32 import to_float32

    with progress.stages() as stage:
        stage("converting")
        return to_float32(model)

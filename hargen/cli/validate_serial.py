"""hargen validate-serial: windows through a board, and the verdict on its answers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hargen.cli.options import (
    Baud,
    BoardTimeout,
    Data,
    JsonFile,
    Port,
    ProjectDir,
    Seed,
    Stage,
    Synthetic,
    Virtual,
)


def validate_serial(
    directory: ProjectDir = Path(),
    virtual: Virtual = False,
    port: Port = None,
    data: Data = None,
    synthetic: Synthetic = None,
    seed: Seed = 0,
    stage: Annotated[
        Stage,
        typer.Option(
            "--stage", help="Where data is put in: sensor counts, ready windows, int8 windows."
        ),
    ] = Stage.window,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", help="Only the first N windows.")
    ] = None,
    json_file: JsonFile = None,
    min_accuracy: Annotated[
        float | None,
        typer.Option(
            "--min-accuracy", metavar="X", help="Exit with 6 below this accuracy, 0 to 1."
        ),
    ] = None,
    require_bit_exact: Annotated[
        bool,
        typer.Option("--require-bit-exact", help="Exit with 6 unless every output byte is equal."),
    ] = False,
    reference: Annotated[
        bool, typer.Option(help="Compare with LiteRT's reference kernels.")
    ] = True,
    baud: Baud = None,
    timeout: BoardTimeout = 2.0,
) -> None:
    """Prove a board's answers, over its serial port.

    Windows go to the board, its outputs are compared with LiteRT's reference kernels, and the
    result is printed as a table and, with --json, written as a report.
    """
    from hargen.cli import console, progress, table
    from hargen.validate import limits, validation

    console.check_writable(json_file)
    asked = limits.Limits(min_accuracy, require_bit_exact, reference)
    request = validation.Request(
        project_dir=directory,
        virtual=virtual,
        port=port,
        data=data,
        synthetic=synthetic,
        seed=seed,
        stage=stage.value,
        limit=limit,
        reference=reference,
        baud=baud,
        timeout=timeout,
    )
    with progress.bar() as advance:
        report = validation.validate(request, advance, console.warn)
    console.write_json(report.to_json(), json_file)
    console.rich_console(json_file).print(table.render(report))
    limits.check(asked, report)

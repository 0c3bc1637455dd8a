"""hargen compare: where reference, the C on this machine and a board first differ."""

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


def compare(
    directory: ProjectDir = Path(),
    virtual: Virtual = False,
    port: Port = None,
    data: Data = None,
    synthetic: Synthetic = None,
    seed: Seed = 0,
    stage: Annotated[
        Stage | None,
        typer.Option(
            "--stage",
            help="Where data is put in: sensor counts, ready windows, int8 windows.",
            show_default="counts where there are any",
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", "--windows", metavar="N", help="Only the first N windows."),
    ] = None,
    json_file: JsonFile = None,
    baud: Baud = None,
    timeout: BoardTimeout = 2.0,
) -> None:
    """Name the first place where reference, C and board differ.

    Windows go through SciPy and LiteRT, the project's C on this machine and, with --virtual or
    --port, a board. Every step of the preprocessing and every layer is compared; exit code 6 where
    something differs.
    """
    from hargen.cli import compare_table, console, progress
    from hargen.validate.compare import comparison

    console.check_writable(json_file)
    request = comparison.Request(
        project_dir=directory,
        virtual=virtual,
        port=port,
        data=data,
        synthetic=synthetic,
        seed=seed,
        limit=limit,
        stage=None if stage is None else stage.value,
        baud=baud,
        timeout=timeout,
    )
    with progress.bar() as advance:
        report = comparison.compare(request, advance, console.warn)
    console.write_json(report.to_json(), json_file)
    console.rich_console(json_file).print(compare_table.render(report))
    comparison.judge(report)

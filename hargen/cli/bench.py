"""hargen bench: what models cost, counted on the virtual board."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hargen.cli.options import Data, JsonFile, Optimize, OptimizeOption, Seed, Synthetic

if TYPE_CHECKING:
    from hargen.bench.report import Report

_WINDOWS = 100  # without --data and --synthetic


def bench(
    models: Annotated[
        list[Path],
        typer.Argument(
            metavar="MODEL",
            help="Models: .tflite, .svm, .onnx of an SVC; .keras, .h5 in float32; or `default`.",
            show_default=False,
        ),
    ],
    board: Annotated[
        str, typer.Option("--board", "-b", metavar="NAME", help="Whose virtual board counts.")
    ] = "B-U585I-IOT02A",
    optimize: OptimizeOption = Optimize.balanced,
    data: Data = None,
    synthetic: Synthetic = None,
    seed: Seed = 0,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help="Only the first N windows.")
    ] = None,
    layers: Annotated[bool, typer.Option(help="Print a table of each model's layers.")] = True,
    baseline: Annotated[
        Path | None,
        typer.Option(
            "--baseline",
            metavar="FILE",
            help="JSON of an earlier time: exit with 6 where instructions or flash rose.",
        ),
    ] = None,
    json_file: JsonFile = None,
) -> None:
    """Measure what models cost: instructions, RAM, flash and stack, by model and layer.

    Each model is exported aside, built, and run on the virtual board, from the model's input to
    its output. Instructions are exact; cycles are estimated.
    """
    from hargen import board as boards
    from hargen.bench import bench as benching
    from hargen.bench import compare
    from hargen.bench import report as reports
    from hargen.bench.measure import Request
    from hargen.bench.windows import Given
    from hargen.cli import bench_progress, bench_table, console
    from hargen.errors import LimitError, UsageError

    if data is not None and synthetic is not None:
        raise UsageError("give one of --data and --synthetic")
    windows = _WINDOWS if synthetic is None else synthetic
    if windows < 1:
        raise UsageError(f"--synthetic {windows} is below 1")
    console.check_writable(json_file)
    earlier = None if baseline is None else reports.read(baseline)
    request = Request(boards.load(board), Given(data, windows, seed, limit), optimize.value)
    with bench_progress.watch(models) as watch:
        report = benching.bench(models, request, watch)
    console.write_json(report.to_json(), json_file)
    bench_table.print_report(report, console.rich_console(json_file), with_layers=layers)
    found = None if earlier is None else compare.with_earlier(report, earlier)
    if found is not None:
        for note in found.notes:
            console.note(note)
    _end(report)
    if found is not None and found.rises:
        raise LimitError(
            f"more than in {baseline}",
            why="\n".join(found.rises),
            hint="where that is meant, write the file anew: the same command with --json",
        )


def _end(report: Report) -> None:
    """Exit with the first failure's code; the models themselves have been told of."""
    if report.failed:
        raise typer.Exit(report.failed[0].exit_code)

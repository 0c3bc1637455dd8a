"""hargen zoo: the published models beside ours, what is there and how it does."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from hargen.cli.options import JsonFile, Optimize, OptimizeOption

app = typer.Typer(
    help="The model zoo's table, with ours beside each published figure.",
    rich_markup_mode=None,
    no_args_is_help=True,
)

Models: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--models",
        "-m",
        metavar="DIR",
        help="Folder of models, laid out like the zoo; $HARGEN_SHARED/zoo by default.",
        show_default=False,
    ),
]
Data: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--data",
        "-d",
        metavar="DIR",
        help="Folder of data sets: mobility_v1/, WISDM_ar_v1.1_raw.txt; $HARGEN_SHARED/data by "
        "default.",
        show_default=False,
    ),
]


@app.command("list")
def list_models(models: Models = None, data: Data = None, json_file: JsonFile = None) -> None:
    """List the models that are there, and whether the data that they were published for is."""
    from hargen.cli import console, zoo_table
    from hargen.zoo import listing, places

    console.check_writable(json_file)
    folder = places.models_folder(models)
    found = listing.of(folder, places.data_folder(data) if data else places.any_data_folder())
    for text in found.notes:
        console.note(text)
    console.write_table(found.to_table(), json_file)
    console.rich_console(json_file).print(zoo_table.render_list(found))


@app.command()
def table(
    models: Models = None,
    data: Data = None,
    rows: Annotated[
        str | None,
        typer.Option("--rows", "-r", metavar="1,2,5-8", help="Only these rows."),
    ] = None,
    optimize: OptimizeOption = Optimize.balanced,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", "-j", metavar="N", help="Rows at a time.", show_default="cores"),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FOLDER",
            help="Write zoo.md, zoo.csv, zoo.html, zoo.json there.",
        ),
    ] = None,
    json_file: JsonFile = None,
    keep: Annotated[
        Path | None,
        typer.Option("--keep", metavar="DIR", help="Keep the projects there, a folder each."),
    ] = None,
) -> None:
    """Run every model on the virtual board and print the table, ours beside the published.

    Each row is exported, built, flashed and asked about every window of mobility_v1's test part,
    in processes of their own.
    """
    from hargen.cli import console, zoo_progress, zoo_table
    from hargen.errors import LimitError
    from hargen.zoo import columns, formats, places
    from hargen.zoo.table import Request, choose, cores, make

    console.check_writable(json_file)
    request = Request(
        models=places.models_folder(models),
        data=places.data_folder(data),
        rows=rows,
        jobs=cores() if jobs is None else jobs,
        keep=keep,
        optimize=optimize.value,
    )
    chosen = choose(request)
    if output is not None:
        formats.check_folder(output)
    with zoo_progress.watch(len(chosen.entries)) as follow:
        report = make(request, chosen, follow)
    console.write_json(report.to_json(), json_file)
    zoo_table.print_report(report, console.rich_console(json_file))
    if output is not None:
        for path in formats.write(report, output):
            console.say(f"{path} written", json_file)
    if report.failed:
        first = report.failed[0]
        raise LimitError(
            f"{len(report.failed)} of {len(report.rows)} rows failed",
            where=str(request.models),
            why=columns.failures(report)[0],
            hint=f"hargen zoo table --rows {first.row} --keep DIR leaves its project to look into",
        )

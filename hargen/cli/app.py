"""Puts the commands together.

rich_markup_mode=None keeps rich out of --help, and the command files import nothing heavy at their
top: `hargen --help` is read often and must be quick.
"""

from __future__ import annotations

from typing import Annotated

import typer

from hargen import __version__
from hargen.cli.bench import bench
from hargen.cli.board import app as board_app
from hargen.cli.boards import boards
from hargen.cli.build import build
from hargen.cli.compare import compare
from hargen.cli.doctor import doctor
from hargen.cli.export import export
from hargen.cli.flash import flash
from hargen.cli.lint import lint
from hargen.cli.monitor import monitor
from hargen.cli.quantize import quantize
from hargen.cli.search import search
from hargen.cli.selftest import selftest
from hargen.cli.train import train
from hargen.cli.validate_serial import validate_serial
from hargen.cli.zoo import app as zoo_app

app = typer.Typer(
    name="hargen",
    help="Trained human-activity-recognition models become STM32 projects in plain C, "
    "flashed and proven on the board.",
    epilog="Exit codes: 0 fine, 2 usage, 3 model or data not usable, 4 tool missing or failed, "
    "5 device or link, 6 result outside the limits asked for.",
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"hargen {__version__}")
        raise typer.Exit


@app.callback()
def _hargen(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", "-V", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    pass


app.command()(export)
app.command()(quantize)
app.command()(train)
app.command()(search)
app.command()(build)
app.command()(lint)
app.command()(flash)
app.command("validate-serial")(validate_serial)
app.command()(compare)
app.command()(selftest)
app.command()(monitor)
app.command()(bench)
app.add_typer(zoo_app, name="zoo")
app.add_typer(board_app, name="board")
app.command()(boards)
app.command()(doctor)

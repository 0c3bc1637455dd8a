"""hargen board run: the virtual board in the foreground, for any other program to talk to."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from hargen.cli.options import ProjectDir

app = typer.Typer(
    help="The virtual board as a thing of its own.", rich_markup_mode=None, no_args_is_help=True
)


@app.callback()
def _board() -> None:
    """Keep `run` a subcommand: with a single command and no callback typer would drop its name."""


@app.command()
def run(
    directory: ProjectDir = Path(),
    sensor: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="What the motion sensor feels: a CSV recording, or `synthetic`. Without it "
            "the board lies still.",
        ),
    ] = None,
    fast: Annotated[
        bool, typer.Option("--fast", help="Let time leap while the board sleeps.")
    ] = False,
) -> None:
    """Run the virtual board until Ctrl-C; prints its pty and its socket:// port."""
    from hargen import manifest
    from hargen.device import virtual

    manifest.read(directory)
    # at once: a program that starts the board reads from a pipe where to find it
    say = partial(print, flush=True)
    virtual.run_foreground(directory, sensor=sensor, fast=fast, say=say)

"""hargen flash: the built image goes onto a board."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hargen.cli.options import OptionalBoardName, ProjectDir, Virtual


def flash(
    directory: ProjectDir = Path(),
    board: OptionalBoardName = None,
    virtual: Virtual = False,
    probe: Annotated[
        str | None,
        typer.Option(
            "--probe", metavar="PROBE", help="A part of the probe's serial number, or its port."
        ),
    ] = None,
    serial_number: Annotated[
        str | None,
        typer.Option("--serial-number", metavar="SN", help="The probe's whole serial number."),
    ] = None,
    tool: Annotated[
        str | None,
        typer.Option(
            "--tool",
            metavar="TOOL",
            help="programmer-cli, openocd, mass-storage or pyocd, instead of the first one here.",
        ),
    ] = None,
    port: Annotated[
        str | None,
        typer.Option(
            "--port", "-p", metavar="PORT", help="Where to ask the board what it runs, afterwards."
        ),
    ] = None,
    timeout: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", help="Patience with the tool.")
    ] = 90.0,
) -> None:
    """Build what is out of date and write the image to a board, real or virtual."""
    from hargen import manifest
    from hargen.build import compile as compiling
    from hargen.cli import console, results
    from hargen.device import flashing
    from hargen.errors import UsageError

    if virtual and any(given is not None for given in (probe, serial_number, tool, port)):
        raise UsageError(
            "--virtual excludes --probe, --serial-number, --tool and --port",
            why="the virtual board has no probe, and its flash is a file",
        )
    target = flashing.target(manifest.read(directory), board)
    image = compiling.build(directory)
    if virtual:
        results.print_flash(flashing.flash_virtual(directory, image), image)
        return
    from hargen.device.real import Request

    request = Request(probe, serial_number, tool, port, timeout)
    results.print_real_flash(flashing.flash_real(image, target, request, console.warn), image)

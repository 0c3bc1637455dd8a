"""hargen selftest: what a person with a board runs once, and pastes into a report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hargen.cli.options import BoardTimeout, JsonFile, Port, ProjectDir, Virtual


def selftest(
    directory: ProjectDir = Path(),
    virtual: Virtual = False,
    port: Port = None,
    windows: Annotated[
        int,
        typer.Option("--windows", metavar="N", min=1, help="Windows of synthetic motion to send."),
    ] = 300,
    json_file: JsonFile = None,
    timeout: BoardTimeout = 2.0,
) -> None:
    """Check a board that runs this project: identity, clock, link, answers, cycles.

    Prints a plain text that is made to be pasted into a report. Exit code 5 where the board did
    not answer as it should, 6 where an answer was wrong.
    """
    from hargen.cli import console, progress
    from hargen.validate import selftest as testing

    console.check_writable(json_file)
    request = testing.Request(directory, virtual, port, windows, timeout)
    with progress.bar() as advance:
        report = testing.run(request, advance, console.warn)
    console.write_json(report.to_json(), json_file)
    console.say(report.to_text(), json_file)
    testing.judge(report)

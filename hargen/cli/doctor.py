"""hargen doctor: says whether everything is here that the commands need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from hargen.cli.options import JsonFile

if TYPE_CHECKING:
    from hargen.cli.checks import Check

_MARKS = {"ok": "ok     ", "missing": "MISSING", "absent": "-      "}


def doctor(json_file: JsonFile = None) -> None:
    """Say which tools, packages and ports are here.

    Exit code 4 where one is missing that the commands need.
    """
    from hargen.cli import checks, console

    console.check_writable(json_file)
    found = checks.all_checks()
    for check in found:
        console.say(_line(check), json_file)
        if check.status != "ok" and check.hint:
            console.say(f"        {check.hint}", json_file)
    console.write_table({"checks": [check.as_dict() for check in found]}, json_file)
    missing = [check.name for check in found if check.status == "missing"]
    if missing:
        console.error(f"missing: {', '.join(missing)}")
        raise typer.Exit(4)


def _line(check: Check) -> str:
    return f"{_MARKS[check.status]} {check.name}: {check.detail}"

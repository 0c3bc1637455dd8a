"""hargen lint: does the project keep the rules of STM32CubeIDE, and is it for its board."""

from __future__ import annotations

from pathlib import Path

from hargen.cli.options import JsonFile, ProjectDir


def lint(directory: ProjectDir = Path(), json_file: JsonFile = None) -> None:
    """Check a project's files for STM32CubeIDE, without the IDE."""
    from dataclasses import asdict

    from hargen.cli import console
    from hargen.errors import LimitError
    from hargen.lint.lint import lint as run_lint

    console.check_writable(json_file)
    report = run_lint(directory)
    for note in report.notes:
        console.note(note)
    for found in report.findings:
        where = f"{found.file}: {found.element}" if found.element else found.file
        console.say(f"{where}: [{found.rule}] {found.why}", json_file)
        console.say(f"  to do: {found.todo}", json_file)
    table = {
        "board": report.board,
        "findings": [asdict(found) for found in report.findings],
        "notes": report.notes,
    }
    console.write_table(table, json_file)
    count = len(report.findings)
    if count:
        raise LimitError(
            f"{count} rule{'s' if count > 1 else ''} broken",
            where=str(directory),
            hint="see above for each what to do, or docs/stm32cubeide.md for the rules",
        )
    console.say(f"{directory}: every rule is kept, for {report.board}", json_file)

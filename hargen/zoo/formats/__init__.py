"""The table as files: Markdown, CSV, HTML, JSON."""

from __future__ import annotations

from pathlib import Path

from hargen import files
from hargen.errors import UsageError
from hargen.zoo.formats import csv_file, html, markdown
from hargen.zoo.report import ZooReport

NAME = "zoo"


def check_folder(folder: Path) -> None:
    """Make the folder that the files will be written to, before the work that fills them.

    Raises:
        UsageError: it cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".{NAME}"
        files.write_whole(probe, "")
        probe.unlink()
    except OSError as error:
        raise _cannot(folder, error) from error


def write(report: ZooReport, folder: Path) -> tuple[Path, ...]:
    """Write zoo.md, zoo.csv, zoo.html and zoo.json, each whole or not at all; return their paths.

    Raises:
        UsageError: the folder cannot be written to.
    """
    texts = {
        "md": markdown.render(report),
        "csv": csv_file.render(report),
        "html": html.render(report),
        "json": report.to_json(),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for suffix, text in texts.items():
            files.write_whole(folder / f"{NAME}.{suffix}", text)
    except OSError as error:
        raise _cannot(folder, error) from error
    return tuple(folder / f"{NAME}.{suffix}" for suffix in texts)


def _cannot(folder: Path, error: OSError) -> UsageError:
    return UsageError("cannot write the table", where=str(folder), why=error.strerror or str(error))

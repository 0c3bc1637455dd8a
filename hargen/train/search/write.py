"""The result of a search on disk: table, picture, and the best network's parameters."""

from __future__ import annotations

import json
from pathlib import Path

from hargen import files
from hargen.errors import DataError, UsageError
from hargen.train.search import formats, picture
from hargen.train.search.result import Result

STUDY = "study.db"
"""The storage where none is named, in the folder of the result."""


def check_folder(folder: Path) -> None:
    """Make the folder of the result, before the work that fills it.

    Raises:
        UsageError: it cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".hargen-search"
        files.write_whole(probe, "")
        probe.unlink()
    except OSError as error:
        raise UsageError(
            "cannot write the result", where=str(folder), why=error.strerror or str(error)
        ) from error


def write(result: Result, folder: Path) -> list[Path]:
    """Write pareto.md, .csv, .json, .png and best.toml, each whole or not at all.

    Raises:
        DataError: the disk fails.
    """
    contents = {
        "pareto.md": formats.markdown(result).encode(),
        "pareto.csv": formats.table(result).encode(),
        "pareto.json": (json.dumps({"schema": 1, **result.to_table()}, indent=2) + "\n").encode(),
        "pareto.png": picture.png(result),
        "best.toml": formats.parameters(result.best).encode(),
    }
    try:
        for name, content in contents.items():
            files.write_whole_bytes(folder / name, content)
    except OSError as error:
        raise DataError(
            "cannot write the result", where=str(folder), why=error.strerror or str(error)
        ) from error
    return [folder / name for name in contents]

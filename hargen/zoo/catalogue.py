"""The rows of the table: the files that are there, and the rows that were published of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hargen.errors import DataError, UsageError
from hargen.zoo import artifacts, published
from hargen.zoo.artifacts import Artifact
from hargen.zoo.published import Published

_PART = re.compile(r"\s*([0-9]{1,5})\s*(?:-\s*([0-9]{1,5})\s*)?")


@dataclass(frozen=True)
class Entry:
    """A row to fill. Files that table.csv does not know come after its rows, by name."""

    row: int
    model: str
    format: str
    artifact: Artifact
    published: Published


@dataclass(frozen=True)
class Catalogue:
    """The rows of a folder. notes: what a reader of the table should know."""

    folder: Path
    entries: tuple[Entry, ...]
    notes: tuple[str, ...]


def read(folder: Path) -> Catalogue:
    """Return the rows of a folder that is laid out like the zoo.

    Raises:
        DataError: there is no model file, or table.csv is not usable.
    """
    table = published.read_table(folder)
    try:
        files = {artifact.name: artifact for artifact in artifacts.find(folder)}
    except OSError as error:
        raise DataError(
            "cannot read the folder of models", where=str(folder), why=error.strerror or str(error)
        ) from error
    if not files:
        raise DataError(
            "there is no model in the folder",
            where=str(folder),
            hint=f"models lie in folders named by data set, DIR/AST/ign_wl_24_int8.tflite: "
            f"{', '.join(artifacts.SUFFIXES)}",
        )
    notes = []
    if not table:
        notes.append(f"no {published.TABLE} in the folder of models: nothing published to show")
    entries = []
    for row in table:
        artifact = files.pop(row.artifact, None)
        if artifact is None:
            notes.append(f"row {row.row} is left out: there is no file {row.artifact}")
            continue
        entries.append(Entry(row.row, row.model, row.format, artifact, row.published))
    last = max((row.row for row in table), default=0)
    entries += [
        Entry(number, artifact.model, artifact.precision, artifact, Published())
        for number, artifact in enumerate(files.values(), start=last + 1)
    ]
    return Catalogue(folder, tuple(entries), tuple(notes))


def select(entries: Sequence[Entry], rows: str | None) -> tuple[Entry, ...]:
    """Return the entries that a text such as 1,2,5-8 names; all of them for None.

    Raises:
        UsageError: the text is no list of rows, or names a row that is not there.
    """
    if rows is None:
        return tuple(entries)
    known = {entry.row for entry in entries}
    wanted: set[int] = set()
    for part in rows.split(","):
        found = _PART.fullmatch(part)
        if found is None:
            raise UsageError(f"--rows {rows!r} is no list of rows", hint="write 1,2,5-8")
        first, last = int(found[1]), int(found[2] or found[1])
        if not set(range(first, last + 1)) & known:
            raise UsageError(
                f"--rows {part.strip()}: there is no such row",
                why=f"the rows here are {_spans(sorted(known))}",
                hint="hargen zoo list shows them",
            )
        wanted |= set(range(first, last + 1))
    return tuple(entry for entry in entries if entry.row in wanted)


def _spans(numbers: Sequence[int]) -> str:
    """Return ascending numbers as 1-3, 7."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in spans)

"""The published figures: table.csv, and what STM32Cube.AI was measured at beside it.

Both are read from the zoo's folder, where whoever has the zoo has them. They are kept as they were
printed, in their own units.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from hargen.errors import DataError

TABLE = "table.csv"
MEASURED = "stm32cubeai_measured.csv"
ANY = "any"

_MAX_BYTES = 1 << 20
_KEYS = ("row", "model", "format", "dataset", "artifact")
_MEASURED_KEYS = ("model", "format", "dataset")
_FORMATS = ("float32", "int8")

Figure = Annotated[float, Field(ge=0, allow_inf_nan=False)] | None


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Measured(_Record):
    """What STM32Cube.AI needed on the same board, by its maker's account; null where not told."""

    tool: str = ""
    board: str = ""
    clock_mhz: Figure = None
    activation_ram_kib: Figure = None
    runtime_ram_kib: Figure = None
    weights_flash_kib: Figure = None
    code_flash_kib: Figure = None
    total_ram_kib: Figure = None
    total_flash_kib: Figure = None
    inference_ms: Figure = None


class Shipped(_Record):
    """The published formulas, applied to the support vectors of the file that was shipped."""

    support_vectors: int
    maccs_m: float
    activation_ram_kib: float
    weights_flash_kib: float


class Published(_Record):
    """One row of the published table, as printed; null where nothing was published.

    note: what is wrong with the printed figures, in the words of table.csv.
    """

    accuracy_pct: Figure = None
    maccs_m: Figure = None
    activation_ram_kib: Figure = None
    weights_flash_kib: Figure = None
    note: str = ""
    shipped: Shipped | None = None
    measured: Measured | None = None


class TableRow(_Record):
    """A row's number and model, with the path of its file below the zoo's folder."""

    row: int
    model: str
    format: str
    dataset: str
    artifact: str
    published: Published


def read_table(folder: Path) -> tuple[TableRow, ...]:
    """Return the rows of the zoo's table.csv with STM32Cube.AI's figures; empty without the file.

    Raises:
        DataError: a file cannot be read, lacks a column, or has a figure that is none.
    """
    measured = _read_measured(folder / MEASURED)
    path = folder / TABLE
    figures = ("accuracy_pct", "maccs_m", "activation_ram_kib", "weights_flash_kib")
    rows: list[TableRow] = []
    for line, record in _records(path, _KEYS):
        where = f"{path}: line {line}"
        number = _number(record["row"], where)
        artifact = _artifact(record["artifact"], where)
        if any(number == other.row for other in rows):
            raise DataError(f"row {number} is there twice", where=where)
        if any(artifact == other.artifact for other in rows):
            raise DataError(f"the file {artifact} has two rows", where=where)
        key = (record["model"], _format(record["format"], where), record["dataset"])
        rows.append(
            TableRow(
                row=number,
                model=key[0],
                format=key[1],
                dataset=key[2],
                artifact=artifact,
                published=Published.model_validate(
                    _figures(record, figures, where)
                    | {
                        "note": record.get("note", ""),
                        "measured": measured.get(key) or measured.get((*key[:2], ANY)),
                    }
                ),
            )
        )
    return tuple(sorted(rows, key=lambda row: row.row))


def _read_measured(path: Path) -> dict[tuple[str, str, str], Measured]:
    """Return STM32Cube.AI's figures by model, format and data set."""
    texts = ("tool", "board")
    figures = tuple(name for name in Measured.model_fields if name not in texts)
    found: dict[tuple[str, str, str], Measured] = {}
    for line, record in _records(path, _MEASURED_KEYS):
        where = f"{path}: line {line}"
        key = (record["model"], _format(record["format"], where), record["dataset"])
        if key in found:
            raise DataError(f"{', '.join(key)} is there twice", where=where)
        found[key] = Measured.model_validate(
            {name: record.get(name, "") for name in texts} | _figures(record, figures, where)
        )
    return found


def _records(path: Path, needed: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield every line of a CSV file by column, with its number; none where there is no file."""
    if not path.exists():
        return
    reader = csv.DictReader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        missing = [name for name in needed if name not in (reader.fieldnames or ())]
        if missing:
            raise DataError(
                f"has no column {missing[0]!r}",
                where=str(path),
                hint=f"the first line names the columns, {', '.join(needed)} among them",
            )
        for record in reader:
            if None in record or None in record.values():
                raise DataError(
                    "the line has more or fewer cells than the first one",
                    where=f"{path}: line {reader.line_num}",
                    hint="put cells with a comma into quotation marks",
                )
            yield reader.line_num, {name: cell.strip() for name, cell in record.items()}
    except csv.Error as error:
        raise DataError(
            "not a CSV file", where=f"{path}: line {reader.line_num}", why=str(error)
        ) from error


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise DataError("the file is over 1 MiB", where=str(path))
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError("cannot read the table", where=str(path), why=str(error)) from error


def _number(text: str, where: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:6]) <= 99_999:
        raise DataError(f"{text!r} is no number of a row", where=where, hint="rows count from 1")
    return int(text)


def _format(text: str, where: str) -> str:
    if text not in _FORMATS:
        raise DataError(f"format {text!r} is none of {', '.join(_FORMATS)}", where=where)
    return text


def _artifact(text: str, where: str) -> str:
    pure = PurePosixPath(text)
    if not text or "\\" in text or pure.is_absolute() or ".." in pure.parts or "\0" in text:
        raise DataError(f"{text!r} is no file below the folder of the table", where=where)
    return str(pure)


def _figures(record: dict[str, str], names: tuple[str, ...], where: str) -> dict[str, Any]:
    return {name: _figure(record.get(name, ""), name, where) for name in names}


def _figure(text: str, column: str, where: str) -> float | None:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise DataError(
            f"{text!r} is no figure",
            where=f"{where}: {column}",
            hint="write a number such as 1.539, or leave the cell empty",
        )
    return value

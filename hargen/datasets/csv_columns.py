"""Which column of a CSV file is what, told by its header."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hargen.datasets.csv_card import Column, DataCard, TimeUnit
from hargen.errors import DataError
from hargen.preprocessing import Unit

_AXIS_NAMES = (
    "{}",
    "a{}",
    "acc{}",
    "{}acc",
    "accel{}",
    "{}accel",
    "acceleration{}",
    "{}acceleration",
    "accelerometer{}",
    "{}axis",
)
_NAMES: dict[Column, frozenset[str]] = {
    "x": frozenset(name.format("x") for name in _AXIS_NAMES),
    "y": frozenset(name.format("y") for name in _AXIS_NAMES),
    "z": frozenset(name.format("z") for name in _AXIS_NAMES),
    "time": frozenset({"time", "timestamp", "t", "secondselapsed"}),
    "label": frozenset({"label", "activity", "class", "act"}),
}
_UNITS: dict[str, Unit] = {
    "m/s2": "m/s2",
    "m/s^2": "m/s2",
    "m/s²": "m/s2",
    "ms-2": "m/s2",
    "g": "g",
    "mg": "mg",
}
_TIME_UNITS: dict[str, TimeUnit] = {
    "s": "s",
    "ms": "ms",
    "us": "us",
    "\N{MICRO SIGN}s": "us",
    "ns": "ns",
}
_WITH_UNIT = re.compile(r"(?P<name>.*?)\s*[\[(](?P<unit>[^\])]{1,16})[\])]\s*")


@dataclass(frozen=True)
class Columns:
    """Indices of the columns; unit and time_unit where the header or the card says them."""

    count: int
    axes: tuple[int, int, int]
    time: int | None
    label: int | None
    unit: Unit
    time_unit: TimeUnit


def delimiter(line: str) -> str:
    """Return what separates the fields of a header."""
    return max(",;\t", key=line.count)


def is_header(line: str) -> bool:
    """Return whether a line has names: something that is not a number."""
    return not all(_is_number(field) for field in line.split(delimiter(line)))


def find(names: Sequence[str], card: DataCard, where: str) -> Columns:
    """Return what the columns are.

    Args:
        names: the fields of the header.
        card: names columns that have no usual name, and units that the header does not say.
        where: names the header in errors.

    Raises:
        DataError: an axis is missing, two columns are the same thing, or nobody says the unit.
    """
    bare, units = [], []
    for name in names:
        found = _WITH_UNIT.fullmatch(name.strip())
        bare.append(found["name"] if found else name.strip())
        units.append(found["unit"].strip().casefold() if found else "")
    index = {column: _index(column, names, bare, card, where) for column in _NAMES}
    axes = [index[axis] for axis in ("x", "y", "z")]
    if None in axes:
        raise DataError(
            f"no column of {'xyz'[axes.index(None)]}",
            where=where,
            why=f"its header is {', '.join(name.strip() for name in names)}"[:200],
            hint="the first line names the columns: time, x, y, z, label; others by [columns] of "
            "data.toml",
        )
    x, y, z = (axis for axis in axes if axis is not None)
    time = index["time"]
    stated = {_UNITS[units[axis]] for axis in (x, y, z) if units[axis] in _UNITS}
    if card.unit is not None:
        stated.add(card.unit)
    if len(stated) != 1:
        raise DataError(
            "nobody says the unit" if not stated else f"two units: {', '.join(sorted(stated))}",
            where=where,
            hint='write unit = "m/s2", "g" or "mg" into data.toml beside the recordings, or the '
            "unit into the header, as in x [g]",
        )
    header_time = _TIME_UNITS.get(units[time]) if time is not None else None
    return Columns(
        count=len(names),
        axes=(x, y, z),
        time=time,
        label=index["label"],
        unit=stated.pop(),
        time_unit=card.time_unit or header_time or "s",
    )


def _index(
    column: Column, names: Sequence[str], bare: Sequence[str], card: DataCard, where: str
) -> int | None:
    wanted = card.columns.get(column)
    if wanted is not None:
        found = [i for i, name in enumerate(names) if wanted in (name.strip(), bare[i])]
    else:
        found = [i for i, name in enumerate(bare) if _key(name) in _NAMES[column]]
    if len(found) > 1 or (wanted is not None and not found):
        raise DataError(
            f"{len(found) or 'no'} columns {wanted!r}" if wanted else f"two columns of {column}",
            where=where,
            why=", ".join(name.strip() for name in names)[:200],
            hint=f'say which one by [columns] of data.toml, as in {column} = "name"',
        )
    return found[0] if found else None


def _key(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


def _is_number(field: str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True

"""The lines of WISDM v1.1's raw file, of which some are broken.

A record is `user,activity,timestamp,x,y,z;` on a line of its own: timestamp in ns, acceleration in
m/s2. Nearly all lines are so, and one regular expression reads them a block at a time. What it
leaves is looked at piece by piece: what can only be meant in one way is recovered, the rest is left
out, and both are counted by kind.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import compress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hargen.datasets import text
from hargen.errors import DataError

ACTIVITIES = ("Downstairs", "Jogging", "Sitting", "Standing", "Upstairs", "Walking")
MAX_BROKEN = 0.1
"""A file with a greater share of records that cannot be read is not what it seems to be."""

SEVERAL = "lines of several records"
DOUBLED = "doubled ';'"
COMMA = "trailing ','"
NO_END = "lines without ';'"
EMPTY_Z = "empty z"
CUT_OFF = "cut off at the end of the file"
FIELDS = "not six fields"
NUMBER = "not a number where one belongs"
BEYOND = "no acceleration"

_NUMBER = rb"(-?\d{1,7}(?:\.\d{0,20})?(?:[eE][-+]?\d{1,3})?)"
_CLEAN = re.compile(
    rb"^(\d{1,6}),("
    + "|".join(ACTIVITIES).encode()
    + rb"),(\d{1,18}),"
    + b",".join([_NUMBER] * 3)
    + rb";\r?(?:\n|\Z)",
    re.MULTILINE,
)
_STRIDE = _CLEAN.groups + 1
_USER = re.compile(rb"\d{1,6}")
_WORD = re.compile(rb"[A-Za-z]{1,32}")
_TIME = re.compile(rb"\d{1,18}")
_VALUE = re.compile(_NUMBER)
_INDEX = {name.encode(): index for index, name in enumerate(ACTIVITIES)}

_Row = tuple[int, int, int, float, float, float]


@dataclass(frozen=True)
class Records:
    """What a file holds, in its order.

    users int64 (n,); activities int64 (n,), index into ACTIVITIES; times int64 (n,) in ns; samples
    float64 (n, 3) in m/s2. recovered, skipped: number of breakages by kind.
    """

    users: npt.NDArray[np.int64]
    activities: npt.NDArray[np.int64]
    times: npt.NDArray[np.int64]
    samples: npt.NDArray[np.float64]
    recovered: dict[str, int]
    skipped: dict[str, int]

    def __len__(self) -> int:
        return len(self.users)


def is_record(line: str) -> bool:
    """Return whether a line has a record of this file."""
    pieces = (piece.split(",") for piece in line.split(";"))
    return any(len(fields) >= 6 and fields[1].strip() in ACTIVITIES for fields in pieces)


def read(path: Path) -> Records:
    """Return the records of a file, plain or gzipped.

    Raises:
        DataError: it cannot be read, has no records, an activity that is not known, or too many
            broken lines.
    """
    reader = _Reader(path)
    for block in text.blocks(path):
        reader.add(block)
    return reader.records()


@dataclass
class _Reader:
    path: Path
    line: int = 1
    count: int = 0
    parts: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]] = field(default_factory=list)
    recovered: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    first_skipped: int = 0

    def add(self, block: bytes) -> None:
        """Take a block of whole lines."""
        found = _CLEAN.split(block)
        keys = np.empty((len(found) // _STRIDE, 3), dtype=np.int64)
        values = np.empty((len(found) // _STRIDE, 3), dtype=np.float64)
        keys[:, 0] = list(map(int, found[1::_STRIDE]))
        keys[:, 1] = list(map(_INDEX.__getitem__, found[2::_STRIDE]))
        keys[:, 2] = list(map(int, found[3::_STRIDE]))
        for axis in range(3):
            values[:, axis] = list(map(float, found[4 + axis :: _STRIDE]))

        between = found[0::_STRIDE]
        places: list[int] = []
        rows: list[_Row] = []
        for place in compress(range(len(between)), between):
            repaired = self._repair(between[place], self.line + place)
            self.line += between[place].count(b"\n")
            places += [place] * len(repaired)
            rows += repaired
        self.line += len(keys)
        if rows:
            keys = np.insert(keys, places, [row[:3] for row in rows], axis=0)
            values = np.insert(values, places, [row[3:] for row in rows], axis=0)
        good = (np.abs(values) <= text.MAX_MAGNITUDE).all(axis=1)  # NaN compares false
        if not good.all():
            self.skipped[BEYOND] += int((~good).sum())
            keys, values = keys[good], values[good]
        self.count += len(keys)
        text.check_samples(self.count, str(self.path))
        self.parts.append((keys, values))

    def records(self) -> Records:
        """Return everything that was read."""
        lost = sum(self.skipped.values())
        if lost > MAX_BROKEN * (self.count + lost):
            raise DataError(
                f"{lost} of {self.count + lost} records are broken",
                where=f"{self.path}:{self.first_skipped}" if self.first_skipped else str(self.path),
                why=_listed(self.skipped),
                hint="each line is user,activity,timestamp,x,y,z; fetch the file again",
            )
        if not self.count:
            raise DataError("the file has no records", where=str(self.path))
        keys = np.concatenate([part[0] for part in self.parts])
        return Records(
            users=keys[:, 0],
            activities=keys[:, 1],
            times=keys[:, 2],
            samples=np.concatenate([part[1] for part in self.parts]),
            recovered=dict(self.recovered),
            skipped=dict(self.skipped),
        )

    def _repair(self, lines: bytes, first: int) -> list[_Row]:
        """Return the records of lines that are not clean; `first` is the first one's number."""
        rows: list[_Row] = []
        for number, line in enumerate(lines.splitlines(keepends=True), first):
            *ended, rest = (piece.strip() for piece in line.strip().split(b";"))
            pieces = [piece for piece in ended if piece]
            if b";;" in line or any(not piece for piece in ended):
                self.recovered[DOUBLED] += 1
            if rest and line.endswith((b"\n", b"\r")):
                self.recovered[NO_END] += 1
                pieces.append(rest)
            elif rest:  # its last number may lack digits
                self._skip(CUT_OFF, number)
            if len(pieces) > 1:
                self.recovered[SEVERAL] += 1
            found = (self._row(piece, number) for piece in pieces)
            rows += [row for row in found if row is not None]
        return rows

    def _row(self, piece: bytes, line: int) -> _Row | None:
        fields = [part.strip() for part in piece.split(b",")]
        comma = len(fields) == 7 and not fields[6]
        if comma:
            fields.pop()
        if len(fields) != 6:
            self._skip(FIELDS, line)
            return None
        user, activity, time, x, y, z = fields
        if not z:
            self._skip(EMPTY_Z, line)
            return None
        if not (
            _USER.fullmatch(user)
            and _WORD.fullmatch(activity)
            and _TIME.fullmatch(time)
            and all(_VALUE.fullmatch(value) for value in (x, y, z))
        ):
            self._skip(NUMBER, line)
            return None
        if activity not in _INDEX:
            raise DataError(
                f"unknown activity {activity.decode()!r}",
                where=f"{self.path}:{line}",
                hint=f"WISDM v1.1 has {', '.join(ACTIVITIES)}",
            )
        if comma:
            self.recovered[COMMA] += 1
        return int(user), _INDEX[activity], int(time), float(x), float(y), float(z)

    def _skip(self, kind: str, line: int) -> None:
        self.skipped[kind] += 1
        self.first_skipped = self.first_skipped or line


def notes(records: Records) -> tuple[str, ...]:
    """Return what was broken, for a reader of results."""
    result: tuple[str, ...] = ()
    if records.recovered:
        result += (f"breakages without loss: {_listed(records.recovered)}",)
    if records.skipped:
        total = sum(records.skipped.values())
        result += (f"broken records left out: {total} ({_listed(records.skipped)})",)
    return result


def _listed(counts: dict[str, Any]) -> str:
    return ", ".join(f"{kind} {count}" for kind, count in sorted(counts.items()))

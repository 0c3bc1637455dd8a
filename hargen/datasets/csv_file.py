"""One CSV file of a user's own, and the recordings in it."""

from __future__ import annotations

import csv
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hargen.datasets import text, timing
from hargen.datasets.csv_card import DataCard
from hargen.datasets.csv_columns import Columns, delimiter, find, is_header
from hargen.errors import DataError

UNLABELLED = ""
SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
_MAX_TIME = 1e19
"""Nanoseconds since 1970 reach 1.8e18."""


@dataclass(frozen=True)
class CsvFile:
    """What a file holds.

    samples float64 (n, 3); times float64 (n,) in units of columns.time_unit, or None; labels: the
    text of each sample's label, "" without; lines: number of each sample's line.
    """

    path: Path
    columns: Columns
    samples: npt.NDArray[np.float64]
    times: npt.NDArray[np.float64] | None
    labels: list[str]
    lines: npt.NDArray[np.int64]

    def rate(self) -> float | None:
        """Return the sample rate in Hz that the times tell, None without times."""
        if self.times is None:
            return None
        return timing.rate(self.times, SECONDS[self.columns.time_unit])

    def runs(self) -> list[slice]:
        """Return the stretches of one label and without a gap in time.

        Raises:
            DataError: within one, the time goes back.
        """
        n = len(self.samples)
        names = {name: code for code, name in enumerate(dict.fromkeys(self.labels))}
        codes = np.array([names[label] for label in self.labels])
        cuts = codes[1:] != codes[:-1]
        if self.times is not None and n > 1:
            steps = np.diff(self.times)
            back = np.flatnonzero((steps < 0) & ~cuts)
            if len(back):
                raise DataError(
                    "the time goes back",
                    where=f"{self.path}:{self.lines[back[0] + 1]}",
                    hint="put each recording into a file of its own",
                )
            forward = steps[steps > 0]
            if len(forward):
                cuts |= steps > timing.GAP * np.median(forward)
        ends = [0, *(np.flatnonzero(cuts) + 1).tolist(), n]
        return [slice(start, end) for start, end in pairwise(ends)]


def read(path: Path, card: DataCard, label: str) -> CsvFile:
    """Return what a file holds.

    Args:
        path: the file: UTF-8, fields with commas, semicolons or tabs between.
        card: what its header does not say.
        label: of samples, where the file has no column of labels.

    Raises:
        DataError: a line is broken; it says which.
    """
    numbered = ((n, line) for n, line in text.lines(path, "utf-8") if line.strip())
    first = next(numbered, None)
    if first is None:
        raise DataError("the recording is empty", where=str(path), hint="remove the file")
    number, header = first
    where = f"{path}:{number}"
    if not is_header(header):
        raise DataError(
            "no header line",
            where=where,
            hint="the first line names the columns: time, x, y, z, label; files of x, y, z in mg "
            "without a header lie in class folders (st_har_26hz)",
        )
    separator = delimiter(header)
    columns = find(_fields(header, separator, where), card, where)
    parse = _parser(columns, label)
    values, times, lines = array("d"), array("d"), array("q")
    labels: list[str] = []
    known: dict[str, str] = {}
    for number, line in numbered:
        where = f"{path}:{number}"
        fields = line.split(separator) if '"' not in line else _fields(line, separator, where)
        if len(fields) != columns.count:
            raise DataError(
                f"{len(fields)} columns instead of {columns.count}",
                where=where,
                hint="each line has a field for each column of the header",
            )
        sample, time, name = parse(fields, where)
        values.extend(sample)
        times.append(time)
        labels.append(known.setdefault(name, name))
        lines.append(number)
        text.check_samples(len(lines), str(path))
    if not labels:
        raise DataError("a header and no samples", where=str(path), hint="remove the file")
    return CsvFile(
        path=path,
        columns=columns,
        samples=np.array(values, dtype=np.float64).reshape(-1, 3),
        times=None if columns.time is None else np.array(times, dtype=np.float64),
        labels=labels,
        lines=np.array(lines, dtype=np.int64),
    )


def _parser(
    columns: Columns, label: str
) -> Callable[[list[str], str], tuple[tuple[float, ...], float, str]]:
    """Return the reader of a line's fields: sample, time (0 without), label."""

    def parse(fields: list[str], where: str) -> tuple[tuple[float, ...], float, str]:
        sample = tuple(text.number(fields[axis], where) for axis in columns.axes)
        time = 0.0
        if columns.time is not None:
            time = text.number(fields[columns.time], where, limit=_MAX_TIME, quantity="time")
        return sample, time, label if columns.label is None else fields[columns.label].strip()

    return parse


def _fields(line: str, separator: str, where: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator, strict=True, skipinitialspace=True))
    except csv.Error as error:
        raise DataError("not a line of CSV", where=where, why=str(error)) from error

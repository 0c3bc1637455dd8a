"""wisdm51: the phone accelerometer of WISDM Smartphone and Smartwatch, 20 Hz, m/s2.

Lines of `subject,activity,timestamp,x,y,z;`, plain or gzipped, one file or a folder of them. Of its
18 activities the five of locomotion and rest are used. A recording is an unbroken run of one
activity of one subject, named `subject-activity` (with a number where it comes again): the
activities of a file were not recorded one after the other, so that no filter state belongs from one
to the next.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hargen.datasets import text, timing
from hargen.datasets.recording import Recording, RecordingSet, rate_notes, windows_of
from hargen.datasets.windows import Windows
from hargen.errors import DataError
from hargen.preprocessing import Preprocessing

SAMPLE_RATE_HZ = 20.0
CLASSES = ("Jogging", "Stairs", "Stationary", "Walking")
_ACTIVITIES = {
    "A": "Walking",
    "B": "Jogging",
    "C": "Stairs",
    "D": "Stationary",  # sitting
    "E": "Stationary",  # standing
}
_OTHERS = frozenset("FGHIJKLMOPQRS")  # there is no N

_TIME_DIGITS = 18
"""Of an int64."""

_Row = tuple[str, str, int, float, float, float]


def is_line(line: str) -> bool:
    """Return whether a line has the form of this data set's."""
    fields = line.strip().rstrip(";").split(",")
    return len(fields) == 6 and fields[0].isdecimal() and len(fields[1]) == 1


def recognise(folder: Path) -> bool:
    """Return whether a folder has files of this data set."""
    return bool(_files(folder))


def _files(folder: Path) -> list[Path]:
    return sorted(
        file
        for pattern in ("*.txt", "*.txt.gz")
        for file in folder.glob(pattern)
        if _starts_right(file)
    )


def _starts_right(file: Path) -> bool:
    """Return whether the first line is one of data; folders also hold a key of activities."""
    try:
        return any(is_line(line) for _, line in zip(range(1), _lines_only(file), strict=False))
    except DataError:
        return file.name.startswith("data_")  # meant to be data: the reader will say what is wrong


def _lines_only(file: Path) -> Iterator[str]:
    return (line for _, line in text.lines(file) if line.strip())


def _rows(path: Path) -> Iterator[_Row]:
    for line_number, line in text.lines(path):
        if not line.strip():
            continue
        where = f"{path}:{line_number}"
        fields = line.strip().rstrip(";").split(",")
        if len(fields) != 6:
            raise DataError(
                f"{len(fields)} fields instead of 6",
                where=where,
                hint="each line is subject,activity,timestamp,x,y,z;",
            )
        subject, activity = fields[0], fields[1]
        if not subject.isdecimal() or len(subject) > 9:
            raise DataError(f"{subject[:40]!r} is not a subject's number", where=where)
        if activity not in _ACTIVITIES and activity not in _OTHERS:
            raise DataError(
                f"unknown activity {activity[:40]!r}", where=where, hint="one of A to S, without N"
            )
        if not (time := fields[2].strip()).isdecimal() or len(time) > _TIME_DIGITS:
            raise DataError(f"{time[:40]!r} is not a time in nanoseconds", where=where)
        x, y, z = (text.number(field, where) for field in fields[3:])
        yield subject, activity, int(time), x, y, z


@dataclass
class _Runs:
    """Unbroken runs of the activities that are used, and what was seen beside them."""

    names: list[str] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    times: list[npt.NDArray[np.int64]] = field(default_factory=list)
    samples: list[npt.NDArray[np.float64]] = field(default_factory=list)
    rates: dict[str, list[float]] = field(default_factory=dict)
    others: int = 0

    @property
    def subjects(self) -> list[str]:
        return sorted({name.split("-")[0] for name in self.names})

    def source(self) -> str:
        return f"wisdm51: {len(self.subjects)} subjects, phone, 20 Hz, m/s2"

    def notes(self) -> tuple[str, ...]:
        notes: tuple[str, ...] = ()
        if self.others:
            notes += (f"samples of other activities left out: {self.others}",)
        for subject, found in self.rates.items():
            if timing.disagrees(measured := float(np.median(found)), SAMPLE_RATE_HZ):
                notes += (f"warning: the timestamps of subject {subject} tell {measured:.4g} Hz",)
        return notes


def load(source: Path, spec: Preprocessing) -> Windows:
    """Return the windows of one file or of all files of a folder.

    Raises:
        DataError: a line is broken, or no file has an activity that is used.
    """
    runs = _read(source)
    return windows_of(
        [
            Recording(name, label, samples)
            for name, label, samples in zip(runs.names, runs.labels, runs.samples, strict=True)
        ],
        CLASSES,
        spec,
        "m/s2",
        source=runs.source(),
        where=source,
        notes=rate_notes(SAMPLE_RATE_HZ, spec) + runs.notes(),
    )


def recordings(source: Path) -> RecordingSet:
    """Return the recordings of one file or of all files of a folder, cut at gaps; by subject.

    Raises:
        DataError: see load.
    """
    runs = _read(source)
    return RecordingSet(
        kind="wisdm51",
        recordings=tuple(
            Recording(
                f"{name}{f'.{n}' if n > 1 else ''}", label, samples[piece], name.split("-")[0]
            )
            for name, label, samples, times in zip(
                runs.names, runs.labels, runs.samples, runs.times, strict=True
            )
            for n, piece in enumerate(timing.pieces(times), 1)
        ),
        classes=CLASSES,
        unit="m/s2",
        sample_rate_hz=SAMPLE_RATE_HZ,
        grouped_by="subject",
        source=runs.source(),
        notes=runs.notes(),
    )


def _read(source: Path) -> _Runs:
    files = _files(source) if source.is_dir() else [source]
    runs = _Runs()
    seen: Counter[str] = Counter()
    total = 0
    for file in files:
        for (subject, activity), group in groupby(_rows(file), key=lambda row: row[:2]):
            times, values = array("q"), array("d")
            for row in group:
                times.append(row[2])
                values.extend(row[3:])
                text.check_samples(total + len(times), str(file))
            total += len(times)
            if activity not in _ACTIVITIES:
                runs.others += len(times)
                continue
            if (rate := timing.rate(np.array(times))) is not None:
                runs.rates.setdefault(subject, []).append(rate)
            name = f"{subject}-{activity}"
            seen[name] += 1
            runs.names.append(f"{name}-{seen[name]}" if seen[name] > 1 else name)
            runs.labels.append(CLASSES.index(_ACTIVITIES[activity]))
            runs.times.append(np.array(times, dtype=np.int64))
            runs.samples.append(np.array(values).reshape(-1, 3))
    if not runs.names:
        raise DataError(
            "no sample of walking, jogging, stairs, sitting or standing",
            where=str(source),
            hint="the phone accelerometer's files have activities A to E",
        )
    return runs

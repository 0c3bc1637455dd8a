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
from itertools import groupby
from pathlib import Path

import numpy as np

from hargen.datasets import text, timing
from hargen.datasets.recording import Recording, rate_notes, windows_of
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


def load(source: Path, spec: Preprocessing) -> Windows:
    """Return the windows of one file or of all files of a folder.

    Raises:
        DataError: a line is broken, or no file has an activity that is used.
    """
    files = _files(source) if source.is_dir() else [source]
    recordings: list[Recording] = []
    runs: Counter[str] = Counter()
    rates: dict[str, list[float]] = {}
    total = others = 0
    for file in files:
        for (subject, activity), group in groupby(_rows(file), key=lambda row: row[:2]):
            times, values = array("q"), array("d")
            for row in group:
                times.append(row[2])
                values.extend(row[3:])
                text.check_samples(total + len(times), str(file))
            total += len(times)
            if activity not in _ACTIVITIES:
                others += len(times)
                continue
            if (rate := timing.rate(np.array(times))) is not None:
                rates.setdefault(subject, []).append(rate)
            name = f"{subject}-{activity}"
            runs[name] += 1
            if runs[name] > 1:
                name = f"{name}-{runs[name]}"
            label = CLASSES.index(_ACTIVITIES[activity])
            recordings.append(Recording(name, label, np.array(values).reshape(-1, 3)))
    if not recordings:
        raise DataError(
            "no sample of walking, jogging, stairs, sitting or standing",
            where=str(source),
            hint="the phone accelerometer's files have activities A to E",
        )
    notes = rate_notes(SAMPLE_RATE_HZ, spec)
    if others:
        notes += (f"samples of other activities left out: {others}",)
    for subject, found in rates.items():
        if timing.disagrees(measured := float(np.median(found)), SAMPLE_RATE_HZ):
            notes += (f"warning: the timestamps of subject {subject} tell {measured:.4g} Hz",)
    subjects = {recording.name.split("-")[0] for recording in recordings}
    return windows_of(
        recordings,
        CLASSES,
        spec,
        "m/s2",
        source=f"wisdm51: {len(subjects)} subjects, phone, 20 Hz, m/s2",
        where=source,
        notes=notes,
    )

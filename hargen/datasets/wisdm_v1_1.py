"""WISDM v1.1: phone accelerometers in the pockets of 36 people, 20 Hz, m/s2, one text file.

Cut as the model zoo cuts it: stairs up and down are one class, sitting and standing another; the
first 80 % of the records are the training part, the rest the test part; each part is one stream,
whose windows may cross from one person to the next; a last window that fits exactly is dropped; the
label is the most frequent one, ties go to the alphabetically first name.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np

from hargen.datasets import text, timing, wisdm_fingerprint, wisdm_records
from hargen.datasets.parts import Part
from hargen.datasets.recording import (
    Recording,
    RecordingSet,
    most_frequent,
    no_windows,
    rate_notes,
)
from hargen.datasets.windows import Stream, Windows
from hargen.errors import DataError
from hargen.preprocessing import Preprocessing
from hargen.preprocessing.reference import to_windows

FILE_NAME = "WISDM_ar_v1.1_raw.txt"
SAMPLE_RATE_HZ = 20.0
CLASSES = ("Jogging", "Stairs", "Stationary", "Walking")
"""In alphabetical order, so that the smallest index wins a tie."""

_CLASS_OF = {
    "Downstairs": "Stairs",
    "Jogging": "Jogging",
    "Sitting": "Stationary",
    "Standing": "Stationary",
    "Upstairs": "Stairs",
    "Walking": "Walking",
}
_CLASS_INDEX = np.array([CLASSES.index(_CLASS_OF[name]) for name in wisdm_records.ACTIVITIES])
_HEAD_LINES = 50


def recognise(source: Path) -> bool:
    """Return whether a file is this data set, or a folder has its file."""
    return bool(_files(source)) if source.is_dir() else _is_file(source)


def _files(folder: Path) -> list[Path]:
    found = sorted(file for pattern in ("*.txt", "*.txt.gz") for file in folder.glob(pattern))
    return [file for file in found if file.is_file() and _is_file(file)]


def _is_file(file: Path) -> bool:
    """Return whether the name says so, or one of the first lines has a record."""
    if file.name in (FILE_NAME, f"{FILE_NAME}.gz"):
        return True
    try:
        head = zip(range(_HEAD_LINES), text.lines(file), strict=False)
        return any(wisdm_records.is_record(line) for _, (_, line) in head)
    except DataError:
        return False


def load(source: Path, spec: Preprocessing, part: Part | None) -> Windows:
    """Return the windows of one part of the file, or of the file in a folder.

    Args:
        source: the file, or the folder that has it.
        spec: the preprocessing.
        part: `train` is the first 80 % of the records, `test` (also where it is None) the rest.

    Raises:
        DataError: see wisdm_records.read; a folder has several such files; a part is too short.
    """
    path = _only_file(source)
    records = wisdm_records.read(path)
    boundary = _boundary(records)
    chosen = slice(boundary) if part == "train" else slice(boundary, None)
    x, starts = to_windows(records.samples[chosen], spec, "m/s2", drop_exact_last=True)
    if not len(x):
        raise no_windows(str(path), spec.window)
    picks = starts[:, None] + np.arange(spec.window)
    users, user_of_sample = np.unique(records.users[chosen], return_inverse=True)
    labels = _CLASS_INDEX[records.activities[chosen]]
    notes = rate_notes(SAMPLE_RATE_HZ, spec)
    if part is None:
        notes += (f"the last 20 % of the records, the test part; the others are {path.name}#train",)
    seen = x if part == "train" and wisdm_fingerprint.is_zoos(spec) else None
    times = (records.times[records.users == user] for user in np.unique(records.users))
    return Windows(
        x=x,
        y=most_frequent(labels[picks], len(CLASSES)),
        classes=CLASSES,
        source=f"WISDM v1.1: {path.name}, {part or 'test'} part, {len(users)} users as one stream, "
        "20 Hz, m/s2",
        recordings=tuple(str(user) for user in users.tolist()),
        recording=most_frequent(user_of_sample[picks], len(users)),
        notes=(
            *notes,
            *wisdm_fingerprint.notes(len(records), records.samples[:boundary], seen),
            *timing.notes(timing.median_rate(times), SAMPLE_RATE_HZ),
            *wisdm_records.notes(records),
        ),
        streams=(Stream(records.samples[chosen], "m/s2", len(x)),),
    )


def recordings(source: Path, part: Part) -> RecordingSet:
    """Return the recordings of one part of the file, or of the file in a folder; by user.

    A recording is an unbroken run of one activity of one user, cut at gaps in time.

    Args:
        source: the file, or the folder that has it.
        part: `train` is the first 80 % of the records, `test` the rest.

    Raises:
        DataError: see load.
    """
    path = _only_file(source)
    records = wisdm_records.read(path)
    boundary = _boundary(records)
    first, last = (boundary, len(records)) if part == "test" else (0, boundary)
    users, activities = records.users[first:last], records.activities[first:last]
    times, samples = records.times[first:last], records.samples[first:last]
    changes = np.flatnonzero((np.diff(users) != 0) | (np.diff(activities) != 0)) + 1
    found: list[Recording] = []
    for start, end in pairwise([0, *changes.tolist(), len(users)]):
        user, activity = str(users[start]), int(activities[start])
        for piece in timing.pieces(times[start:end]):
            name = f"{user}-{wisdm_records.ACTIVITIES[activity]}-{len(found)}"
            label = int(_CLASS_INDEX[activity])
            found.append(Recording(name, label, samples[start:end][piece], user))
    return RecordingSet(
        kind="WISDM v1.1",
        recordings=tuple(found),
        classes=CLASSES,
        unit="m/s2",
        sample_rate_hz=SAMPLE_RATE_HZ,
        grouped_by="subject",
        source=f"WISDM v1.1: {path.name}, {part} part, {len(set(users.tolist()))} users,"
        " 20 Hz, m/s2",
        notes=wisdm_records.notes(records),
        one_stream=True,
    )


def _only_file(source: Path) -> Path:
    if not source.is_dir():
        return source
    path, *others = _files(source)
    if others:
        raise DataError(
            f"{1 + len(others)} files of WISDM v1.1",
            where=str(source),
            why=", ".join(file.name for file in (path, *others))[:200],
            hint="name one of them",
        )
    return path


def _boundary(records: wisdm_records.Records) -> int:
    return len(records) * 4 // 5

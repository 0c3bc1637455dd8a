"""st_har_26hz: a folder of class folders of CSV recordings, 26 Hz, x, y, z in mg.

Each line is one sample: three numbers with commas between. The class is the folder's name, a
recording's name is `class/file name without .csv`.
"""

from __future__ import annotations

from array import array
from dataclasses import replace
from pathlib import Path

import numpy as np

from hargen.datasets import text
from hargen.datasets.recording import Recording, RecordingSet, rate_notes, windows_of
from hargen.datasets.windows import Windows
from hargen.errors import DataError
from hargen.preprocessing import Preprocessing

SAMPLE_RATE_HZ = 26.0
SAME_SESSION_MG = 200.0


def recognise(folder: Path) -> bool:
    """Return whether a folder has class folders with CSV files."""
    return any(folder.glob("*/*.csv"))


def read_recording(path: Path, name: str, label: int) -> Recording:
    """Return one CSV file as a recording.

    Raises:
        DataError: a line is not three finite numbers, or there is none.
    """
    values = array("d")
    for line_number, line in text.lines(path):
        if not line.strip():
            continue
        where = f"{path}:{line_number}"
        fields = line.split(",")
        if len(fields) != 3:
            raise DataError(
                f"{len(fields)} columns instead of 3",
                where=where,
                hint="each line is x, y, z in mg",
            )
        values.extend(text.number(field, where) for field in fields)
        text.check_samples(len(values) // 3, str(path))
    if not values:
        raise DataError("the recording is empty", where=str(path), hint="remove the file")
    return Recording(name, label, np.array(values).reshape(-1, 3))


def load(folder: Path, spec: Preprocessing) -> Windows:
    """Return the windows of a folder of class folders.

    Raises:
        DataError: see read_recording.
    """
    found = recordings(folder)
    return windows_of(
        found.recordings,
        found.classes,
        spec,
        found.unit,
        source=found.source,
        where=folder,
        notes=rate_notes(SAMPLE_RATE_HZ, spec),
    )


def recordings(folder: Path) -> RecordingSet:
    """Return the recordings of a folder of class folders, by what seems one session.

    Raises:
        DataError: see read_recording.
    """
    files = sorted(folder.glob("*/*.csv"))
    classes = tuple(sorted({file.parent.name for file in files}))
    found: list[Recording] = []
    total = 0
    for file in files:
        name = f"{file.parent.name}/{file.stem}"
        recording = read_recording(file, name, classes.index(file.parent.name))
        total += len(recording.samples)
        text.check_samples(total, str(folder))
        same = bool(found) and _same_session(found[-1], recording)
        found.append(replace(recording, group=found[-1].group if same else name))
    return RecordingSet(
        kind="st_har_26hz",
        recordings=tuple(found),
        classes=classes,
        unit="mg",
        sample_rate_hz=SAMPLE_RATE_HZ,
        grouped_by="session",
        source=f"st_har_26hz: {len(found)} recordings, 26 Hz, mg",
    )


def _same_session(one: Recording, other: Recording) -> bool:
    """Return whether neighbours by number were probably cut from one session.

    Where their mean acceleration is nearly the same, the sensor was worn in the same way, by one
    person.
    """
    apart = one.samples.mean(axis=0) - other.samples.mean(axis=0)
    return one.label == other.label and float(np.linalg.norm(apart)) < SAME_SESSION_MG

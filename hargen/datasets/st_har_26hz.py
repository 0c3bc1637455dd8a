"""st_har_26hz: a folder of class folders of CSV recordings, 26 Hz, x, y, z in mg.

Each line is one sample: three numbers with commas between. The class is the folder's name, a
recording's name is `class/file name without .csv`.
"""

from __future__ import annotations

from array import array
from pathlib import Path

import numpy as np

from hargen.datasets import text
from hargen.datasets.recording import Recording, rate_notes, windows_of
from hargen.datasets.windows import Windows
from hargen.errors import DataError
from hargen.preprocessing import Preprocessing

SAMPLE_RATE_HZ = 26.0


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
    files = sorted(folder.glob("*/*.csv"))
    classes = tuple(sorted({file.parent.name for file in files}))
    recordings: list[Recording] = []
    total = 0
    for file in files:
        name = f"{file.parent.name}/{file.stem}"
        recordings.append(read_recording(file, name, classes.index(file.parent.name)))
        total += len(recordings[-1].samples)
        text.check_samples(total, str(folder))
    return windows_of(
        recordings,
        classes,
        spec,
        "mg",
        source=f"st_har_26hz: {len(recordings)} recordings, 26 Hz, mg",
        where=folder,
        notes=rate_notes(SAMPLE_RATE_HZ, spec),
    )

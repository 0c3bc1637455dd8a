"""What the sensor feels: a recording, made-up motion, or a board that lies still."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from hargen.errors import DataError

if TYPE_CHECKING:
    from hargen.datasets import RecordingSet

SYNTHETIC = "synthetic"
MG_PER_COUNT = 0.122  # of recordings in counts: those of +-4 g
MG_PER = {"mg": 1.0, "g": 1000.0, "m/s2": 1000.0 / 9.80665, "counts": MG_PER_COUNT}
WITH_UNIT = re.compile(r"(?P<axis>[xyz])\s*[\[(]\s*(?P<unit>[^\])]*?)\s*[\])]")
SYNTHETIC_SECONDS = 60
SYNTHETIC_RATE_HZ = 26
STILL = (0.0, 0.0, 1000.0)
LIMIT = 1 << 15

Sample = tuple[float, float, float]


class Feed:
    """Accelerations one after the other; begins anew where it ends.

    Args:
        samples: of x, y and z in mg, at least one.
        name: where they come from, for people.
    """

    def __init__(self, samples: list[Sample], name: str) -> None:
        self._samples = samples
        self.name = name

    def __len__(self) -> int:
        return len(self._samples)

    def counts(self, index: int, mg_per_count: float) -> tuple[int, int, int]:
        """Return the sample of this index as the sensor's output, at its limits where it clips."""
        x, y, z = self._samples[index % len(self._samples)]
        return _count(x, mg_per_count), _count(y, mg_per_count), _count(z, mg_per_count)


def still() -> Feed:
    """Return a board that lies on a table."""
    return Feed([STILL], "still")


def load(source: str) -> Feed:
    """Return what `--sensor` names.

    A file has three columns, x, y and z: in mg without a header, else in the unit that the header
    says, as in `x [counts]`; a count is 0.122 mg. Every other file or folder is one that
    hargen.datasets reads; its recordings follow each other.

    Args:
        source: a path, or `synthetic`.

    Raises:
        DataError: it is missing, empty, broken, or nobody says its unit.
    """
    if source == SYNTHETIC:
        return _synthetic()
    path = Path(source)
    if not path.exists():
        hint = "give a CSV file of x, y and z, or `synthetic`"
        raise DataError("no such recording", where=source, hint=hint)
    if path.is_file():
        plain = _plain(path)
        if plain is not None:
            return plain
    from hargen import datasets

    found = datasets.recordings(path)
    return Feed(_in_mg(found), found.source)


def _count(mg: float, mg_per_count: float) -> int:
    return max(-LIMIT, min(LIMIT - 1, round(mg / mg_per_count)))


def _plain(path: Path) -> Feed | None:
    """Read a file of three columns in mg or counts; None where its header says otherwise."""
    from hargen.datasets import text

    scale: float | None = None
    samples: list[Sample] = []
    for number, line in text.lines(path):
        if not line.strip():
            continue
        fields = line.replace(";", ",").replace("\t", ",").split(",")
        where = f"{path}:{number}"
        if scale is None:
            scale = _scale(fields)
            if scale is None:
                return None
            if not _is_number(fields[0]):
                continue
        if len(fields) != 3:
            raise DataError(f"{len(fields)} columns instead of 3", where=where, hint="x, y, z")
        x, y, z = (text.number(field, where) * scale for field in fields)
        samples.append((x, y, z))
        text.check_samples(len(samples), str(path))
    if not samples:
        raise DataError("the recording is empty", where=str(path), hint="it needs one sample")
    return Feed(samples, path.name)


def _scale(first: list[str]) -> float | None:
    """Return the mg of the first line's unit, None where this is no file of three plain columns."""
    if _is_number(first[0]):
        return 1.0
    parts = [WITH_UNIT.fullmatch(field.strip().casefold()) for field in first]
    names = [part["axis"] for part in parts if part]
    units = {part["unit"] for part in parts if part}
    if names != ["x", "y", "z"] or len(parts) != 3 or len(units) != 1:
        return None
    return MG_PER.get(units.pop())


def _is_number(field: str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True


def _in_mg(found: RecordingSet) -> list[Sample]:
    scale = MG_PER[found.unit]
    return [
        (float(x) * scale, float(y) * scale, float(z) * scale)
        for recording in found.recordings
        for x, y, z in recording.samples
    ]


def _synthetic() -> Feed:
    """Return a minute of each activity that the generator knows."""
    import numpy as np

    from hargen.datasets.motion import ACTIVITIES, accelerometer

    generator = np.random.Generator(np.random.PCG64(0))
    samples: list[Sample] = []
    for activity in ACTIVITIES:
        made = accelerometer(activity, SYNTHETIC_SECONDS * SYNTHETIC_RATE_HZ, generator)
        samples += [(float(x), float(y), float(z)) for x, y, z in made]
    return Feed(samples, "synthetic motion")

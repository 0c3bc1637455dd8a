"""Windows: what every reader of a data set hands over."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from hargen.errors import DataError
from hargen.preprocessing import Unit

UNLABELLED = -1
MAX_NAME = 64


def check_class_names(names: Collection[str], where: str) -> None:
    """Refuse names that cannot be printed: they come from files and folders of anybody.

    Raises:
        DataError: a name is blank, too long, or has control characters.
    """
    for name in names:
        if not name.strip() or len(name) > MAX_NAME or not name.isprintable():
            raise DataError(
                f"{name[:MAX_NAME]!a} is no name of a class",
                where=where,
                hint=f"name classes by 1 to {MAX_NAME} printable characters",
            )


@dataclass(frozen=True, eq=False)
class Stream:
    """Samples without a break, float64 (n, 3) of x, y, z, and how many windows were cut from them.

    The first window begins with the first sample, the others each a hop later.
    """

    samples: npt.NDArray[np.float64]
    unit: Unit
    windows: int


@dataclass(frozen=True, eq=False)
class Windows:
    """Preprocessed windows with their labels.

    x: float32 (n, window, axes), finite. y: int64 (n,), index into classes, or -1 (unlabelled).
    classes: names of the labels; empty where the data has none, then y are the network's own
    output indices. recordings: names of the recordings; recording: int64 (n,), index into them
    (a window that crosses two belongs to the one that most of its samples are of), or None where
    recordings are not known. streams: what the windows were cut from, all of them, in order; empty
    where that is not known. source: one line that says what the data is. notes: what a reader of
    results should know.
    """

    x: npt.NDArray[np.float32]
    y: npt.NDArray[np.int64]
    classes: tuple[str, ...]
    source: str
    recordings: tuple[str, ...] = ()
    recording: npt.NDArray[np.int64] | None = None
    notes: tuple[str, ...] = ()
    synthetic: bool = False
    streams: tuple[Stream, ...] = ()

    def __post_init__(self) -> None:
        n = len(self.x)
        if self.x.dtype != np.float32 or self.x.ndim != 3:
            raise ValueError(
                f"x must be float32 (n, window, axes), is {self.x.dtype} {self.x.ndim}-D"
            )
        if self.y.shape != (n,) or (self.recording is not None and self.recording.shape != (n,)):
            raise ValueError("y and recording must have one value a window")
        if self.streams and sum(stream.windows for stream in self.streams) != n:
            raise ValueError("the streams must have as many windows as there are")

    def __len__(self) -> int:
        return len(self.x)

    def counts(self) -> dict[str, int]:
        """Return the number of windows of each class."""
        return {name: int((self.y == i).sum()) for i, name in enumerate(self.classes)}

    def sha256(self) -> str:
        """Return the SHA-256 of x and y: shapes, then bytes, little-endian."""
        digest = hashlib.sha256()
        for array, dtype in ((self.x, "<f4"), (self.y, "<i8")):
            digest.update(f"{dtype}{array.shape}".encode())
            digest.update(np.ascontiguousarray(array, dtype=dtype).tobytes())
        return digest.hexdigest()

    def take(self, picks: npt.NDArray[np.bool_] | npt.NDArray[np.int64]) -> Windows:
        """Return the windows that a mask or indices pick, in that order; without their streams."""
        recording = None if self.recording is None else self.recording[picks]
        return replace(self, x=self.x[picks], y=self.y[picks], recording=recording, streams=())

    def first(self, count: int) -> Windows:
        """Return the first so many windows, or all there are, with the streams that they are of."""
        if count >= len(self):
            return self
        streams = []
        left = count
        for stream in self.streams:
            if left:
                streams.append(replace(stream, windows=min(left, stream.windows)))
                left -= streams[-1].windows
        return replace(self.take(np.arange(count, dtype=np.int64)), streams=tuple(streams))

    def select_recordings(self, names: Collection[str]) -> Windows:
        """Return the windows of the named recordings.

        Raises:
            DataError: the data has no such recording.
        """
        return self.split(names)[1]

    def split(self, held_out: Collection[str]) -> tuple[Windows, Windows]:
        """Return (the rest, the windows of the named recordings).

        Raises:
            DataError: the data has no recordings, or none of that name.
        """
        unknown = sorted(set(held_out) - set(self.recordings))
        if self.recording is None or unknown:
            raise DataError(
                f"no recording {unknown[0]!r}" if unknown else "the data has no recordings",
                where=self.source,
                hint="a list of recordings has one name a line, as the data set spells it",
            )
        wanted = [i for i, name in enumerate(self.recordings) if name in held_out]
        mask = np.isin(self.recording, wanted)
        return self.take(~mask), self.take(mask)

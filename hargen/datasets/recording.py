"""Recordings of one activity each, and their windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hargen.datasets.windows import Stream, Windows, check_class_names
from hargen.errors import DataError
from hargen.preprocessing import Preprocessing, Unit
from hargen.preprocessing.reference import to_windows


@dataclass(frozen=True)
class Recording:
    """One continuous recording: samples float64 (n, 3) of x, y, z; label into the set's classes.

    group: the subject or session that it is of, as far as the data says; "" where nobody knows.
    """

    name: str
    label: int
    samples: npt.NDArray[np.float64]
    group: str = ""


@dataclass(frozen=True)
class RecordingSet:
    """The recordings of a data set as they were made: without gaps, each of one label.

    kind: what the data set is, in a word. label of a recording: index into classes, or UNLABELLED.
    unit, sample_rate_hz: of all samples. grouped_by: what the recordings' groups are: subjects,
    sessions or recordings. source, notes: as in Windows. one_stream: `load` cuts windows as the
    model zoo does, as if the recordings were one.
    """

    kind: str
    recordings: tuple[Recording, ...]
    classes: tuple[str, ...]
    unit: Unit
    sample_rate_hz: float
    grouped_by: str
    source: str
    notes: tuple[str, ...] = ()
    one_stream: bool = False

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the groups, in the order in which they come."""
        return tuple(dict.fromkeys(recording.group for recording in self.recordings))


def windows_of(
    recordings: Sequence[Recording],
    classes: tuple[str, ...],
    spec: Preprocessing,
    unit: Unit,
    *,
    source: str,
    where: Path | str,
    notes: tuple[str, ...] = (),
    synthetic: bool = False,
) -> Windows:
    """Return the windows of recordings: the filter starts anew in each, no window crosses two.

    Raises:
        DataError: no recording is as long as a window, or a class has no usable name.
    """
    check_class_names(classes, str(where))
    none = np.empty((0, spec.window, len(spec.axes)), dtype=np.float32)
    pieces = [
        to_windows(recording.samples, spec, unit)[0]
        if len(recording.samples) >= spec.window
        else none  # labels that change with every sample must not cost a filter each
        for recording in recordings
    ]
    sizes = [len(piece) for piece in pieces]
    if not sum(sizes):
        raise no_windows(str(where), spec.window)
    index = np.repeat(np.arange(len(recordings)), sizes)
    return Windows(
        x=np.concatenate(pieces),
        y=np.array([recording.label for recording in recordings], dtype=np.int64)[index],
        classes=classes,
        source=source,
        recordings=tuple(recording.name for recording in recordings),
        recording=index.astype(np.int64),
        notes=notes,
        synthetic=synthetic,
        streams=tuple(
            Stream(recording.samples, unit, size)
            for recording, size in zip(recordings, sizes, strict=True)
            if size
        ),
    )


def no_windows(where: str, window: int) -> DataError:
    """Return the error for data that is shorter than one window."""
    return DataError(
        f"no recording is as long as one window ({window} samples)",
        where=where,
        hint="give more data, or a model with a shorter window",
    )


def most_frequent(values: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.int64]:
    """Return the most frequent of 0 .. count-1 in every row, the smallest where several are."""
    votes = np.stack([(values == value).sum(axis=1) for value in range(count)], axis=1)
    winners: npt.NDArray[np.int64] = votes.argmax(axis=1).astype(np.int64)
    return winners


def rate_notes(recorded_hz: float, spec: Preprocessing) -> tuple[str, ...]:
    """Return a note where the data's sample rate is not the spec's."""
    if recorded_hz == spec.sample_rate_hz:
        return ()
    return (
        f"recorded at {recorded_hz:g} Hz, the preprocessing is for {spec.sample_rate_hz:g} Hz: "
        "fed as it is, not resampled",
    )

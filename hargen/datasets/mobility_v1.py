"""mobility_v1: a pickle of {'files', 'act', 'acc'}, acceleration in g.

act: 0 stationary, 1 walking, 2 jogging, 3 biking, 4 driving; acc: (n, 3) arrays. Cut as the model
zoo cuts it, whose accuracies are to be compared: driving is dropped before the filter and the other
recordings form one stream, whose windows may cross from one recording to the next; a last window
that fits exactly is dropped; the label is the most frequent one, ties go to the alphabetically
first name.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hargen.datasets.parts import Part
from hargen.datasets.recording import (
    Recording,
    RecordingSet,
    most_frequent,
    no_windows,
    rate_notes,
)
from hargen.datasets.safe_pickle import read_pickle
from hargen.datasets.text import MAX_MAGNITUDE
from hargen.datasets.windows import UNLABELLED, Stream, Windows
from hargen.errors import DataError
from hargen.preprocessing import Preprocessing
from hargen.preprocessing.reference import to_windows

CLASSES = ("Stationary", "Walking", "Jogging", "Biking")
DRIVING = 4
SAMPLE_RATE_HZ = 26.0
FILE_NAME = "test.pkl"
TRAIN_NAME = "train.pkl"


def recognise(folder: Path) -> bool:
    """Return whether a folder has the data set's test file."""
    return (folder / FILE_NAME).is_file()


def load(source: Path, spec: Preprocessing, part: Part | None = None) -> Windows:
    """Return the windows of a pickle, or of a folder's test.pkl or (part `train`) train.pkl.

    Raises:
        DataError: it is no pickle of plain data, or not of this form.
    """
    path, names, labels, arrays = _read(source, part)
    kept = [i for i, label in enumerate(labels) if label != DRIVING]
    if not kept:
        raise DataError("every recording is of driving", where=str(path))
    stream = np.concatenate([arrays[i] for i in kept])
    sizes = [len(arrays[i]) for i in kept]
    x, starts = to_windows(stream, spec, "g", drop_exact_last=True)
    if not len(x):
        raise no_windows(str(path), spec.window)
    label_of_sample = np.repeat([labels[i] for i in kept], sizes)
    recording_of_sample = np.repeat(np.arange(len(kept)), sizes)
    picks = starts[:, None] + np.arange(spec.window)
    alphabetical = np.argsort(CLASSES)
    rank = np.argsort(alphabetical)
    ranks = rank[label_of_sample]
    dropped = len(labels) - len(kept)
    notes = rate_notes(SAMPLE_RATE_HZ, spec)
    if dropped:
        notes += (f"recordings of driving left out before filtering: {dropped}",)
    return Windows(
        x=x,
        y=alphabetical[most_frequent(ranks[picks], len(CLASSES))],
        classes=CLASSES,
        source=f"mobility_v1: {path.name}, {len(kept)} recordings as one stream, 26 Hz, g",
        recordings=tuple(names[i] for i in kept),
        recording=most_frequent(recording_of_sample[picks], len(kept)),
        notes=notes,
        streams=(Stream(stream, "g", len(x)),),
    )


def recordings(source: Path, part: Part) -> RecordingSet:
    """Return the recordings of a pickle, or of a part of a folder.

    Driving, which the zoo leaves out, has no label.

    Raises:
        DataError: see load.
    """
    path, names, labels, arrays = _read(source, part)
    return RecordingSet(
        kind="mobility_v1",
        recordings=tuple(
            Recording(name, UNLABELLED if label == DRIVING else label, samples, name)
            for name, label, samples in zip(names, labels, arrays, strict=True)
        ),
        classes=CLASSES,
        unit="g",
        sample_rate_hz=SAMPLE_RATE_HZ,
        grouped_by="recording",
        source=f"mobility_v1: {path.name}, {len(names)} recordings, 26 Hz, g",
        one_stream=True,
    )


def _read(
    source: Path, part: Part | None
) -> tuple[Path, list[str], list[int], list[npt.NDArray[np.float64]]]:
    path = source
    if source.is_dir():
        path = source / (TRAIN_NAME if part == "train" else FILE_NAME)
    return path, *_parse(read_pickle(path), str(path))


def _parse(value: Any, where: str) -> tuple[list[str], list[int], list[npt.NDArray[np.float64]]]:
    hint = "docs/data.md describes the pickle"
    if not isinstance(value, dict) or not {"files", "act", "acc"} <= set(value):
        raise DataError(
            "not a mobility_v1 pickle",
            where=where,
            why="it is not a dictionary with 'files', 'act' and 'acc'",
            hint=hint,
        )
    lists = [value[key] for key in ("files", "act", "acc")]
    if not all(isinstance(part, list) for part in lists) or len({len(p) for p in lists}) != 1:
        raise DataError(
            "'files', 'act' and 'acc' are not lists of one length", where=where, hint=hint
        )
    names, labels, arrays = [], [], []
    for i, (name, label, acc) in enumerate(zip(*lists, strict=True)):
        place = f"{where}: recording {i}"
        if not isinstance(name, str):
            raise DataError("its file name is not text", where=place, hint=hint)
        if isinstance(label, bool) or not isinstance(label, int | np.integer):
            raise DataError("its activity is not an integer", where=place, hint=hint)
        if not 0 <= label <= DRIVING:
            raise DataError(f"activity {label} is not in 0 to {DRIVING}", where=place, hint=hint)
        names.append(Path(name).stem[:80])
        labels.append(int(label))
        arrays.append(_samples(acc, place))
    if not arrays:
        raise DataError("the pickle has no recordings", where=where, hint=hint)
    return names, labels, arrays


def _samples(acc: Any, where: str) -> npt.NDArray[np.float64]:
    if not isinstance(acc, np.ndarray) or acc.ndim != 2 or acc.shape[1] != 3:
        shape = acc.shape if isinstance(acc, np.ndarray) else type(acc).__name__
        raise DataError(f"acc must be an (n, 3) array, is {shape}", where=where)
    if acc.dtype.kind not in "fiu":
        raise DataError(f"acc must be numbers, is {acc.dtype}", where=where)
    samples = acc.astype(np.float64)
    bad = np.argwhere(~(np.abs(samples) <= MAX_MAGNITUDE))  # NaN compares false
    if len(bad):
        row, column = (int(v) for v in bad[0])
        raise DataError(
            f"{samples[row, column]} is no acceleration",
            where=f"{where}, sample {row}, axis {'xyz'[column]}",
            hint="correct or remove the sample",
        )
    return samples

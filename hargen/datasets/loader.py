"""Finds out by content what a data set is, and reads it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from hargen.datasets import (
    csv_recordings,
    mobility_v1,
    npz,
    parts,
    st_har_26hz,
    text,
    wisdm51,
    wisdm_v1_1,
)
from hargen.datasets.parts import Part
from hargen.datasets.recording import RecordingSet
from hargen.datasets.windows import Windows, check_class_names
from hargen.errors import DataError
from hargen.preprocessing import Preprocessing

_HINT = (
    "known: .npz of windows, CSV recordings with a header or their folder, a mobility_v1 pickle or "
    "its folder, class folders of CSV files without a header (st_har_26hz), wisdm51 files or their "
    "folder, WISDM v1.1's raw file or its folder; see docs/data.md"
)


def load(
    source: str | Path,
    *,
    window: int,
    preprocessing: Preprocessing,
    axes: int = 3,
    recordings: Collection[str] | None = None,
) -> Windows:
    """Return the windows of a data set, preprocessed for a model.

    Args:
        source: a file or folder; what it is, is told by its content. `source#train` and
            `source#test` are the parts of mobility_v1's folder and of WISDM v1.1, which without
            are their test parts.
        window: the model's window length in samples; wins over the preprocessing's.
        preprocessing: not applied to .npz, whose windows are ready.
        axes: the model's number of channels.
        recordings: only these, such as the held-out list of a model.

    Raises:
        DataError: the data is missing, not known, broken, or does not fit the model.
    """
    path = Path(source)
    try:
        path, part = parts.split(path)
        windows = _load(path, part, window, preprocessing, axes)
    except OSError as error:
        raise DataError("cannot read", where=str(path), why=error.strerror or str(error)) from error
    return windows if recordings is None else windows.select_recordings(recordings)


def _load(
    path: Path, part: Part | None, window: int, preprocessing: Preprocessing, axes: int
) -> Windows:
    if is_npz(path):
        parts.refuse(part, path)
        return npz.load(path, window=window, axes=axes)
    kind = _kind(path)
    if len(preprocessing.axes) != axes:
        raise DataError(
            f"the preprocessing gives {len(preprocessing.axes)} axes, the model takes {axes}",
            where=str(path),
            hint="give preprocessed windows as .npz",
        )
    spec = preprocessing
    if window != spec.window:
        spec = spec.with_window(window)
    if kind == "mobility_v1":
        if not path.is_dir():
            parts.refuse(part, path)
        return mobility_v1.load(path, spec, part)
    if kind == "WISDM v1.1":
        return wisdm_v1_1.load(path, spec, part)
    parts.refuse(part, path)
    return _WITHOUT_PARTS[kind](path, spec)


def recordings(source: str | Path, *, part: Part = "train") -> RecordingSet:
    """Return the recordings of a data set as they were made, such as a network is trained on.

    Args:
        source: as for load, but for .npz, which has no recordings.
        part: of what is published in two, unless `source#train` or `source#test` says.

    Raises:
        DataError: the data is missing, not known, or broken.
    """
    path = Path(source)
    try:
        path, said = parts.split(path)
        if is_npz(path):
            raise DataError("windows are no recordings", where=str(path), hint=_HINT)
        found = _recordings(path, said, part)
    except OSError as error:
        raise DataError("cannot read", where=str(path), why=error.strerror or str(error)) from error
    check_class_names(found.classes, str(path))
    return found


def _recordings(path: Path, said: Part | None, part: Part) -> RecordingSet:
    kind = _kind(path)
    if kind == "mobility_v1":
        if not path.is_dir():
            parts.refuse(said, path)
        return mobility_v1.recordings(path, said or part)
    if kind == "WISDM v1.1":
        return wisdm_v1_1.recordings(path, said or part)
    parts.refuse(said, path)
    return _RECORDINGS_WITHOUT_PARTS[kind](path)


def is_npz(path: Path) -> bool:
    """Return whether a file is told to be windows in .npz by its content."""
    return path.is_file() and _head(path).startswith(b"PK")


def _kind(path: Path) -> str:
    if not path.exists():
        raise DataError("no such file or folder", where=str(path), hint=_HINT)
    if not path.is_file() and not path.is_dir():
        raise DataError("neither a file nor a folder", where=str(path), hint=_HINT)
    return _kind_of_folder(path) if path.is_dir() else _kind_of_file(path)


_RECORDINGS_WITHOUT_PARTS: dict[str, Callable[[Path], RecordingSet]] = {
    "CSV recordings": csv_recordings.recordings,
    "st_har_26hz": st_har_26hz.recordings,
    "wisdm51": wisdm51.recordings,
}
_WITHOUT_PARTS: dict[str, Callable[[Path, Preprocessing], Windows]] = {
    "CSV recordings": csv_recordings.load,
    "st_har_26hz": st_har_26hz.load,
    "wisdm51": wisdm51.load,
}


def _kind_of_folder(folder: Path) -> str:
    own_csv = csv_recordings.recognise(folder)
    found = {
        "mobility_v1": mobility_v1.recognise(folder),
        "CSV recordings": own_csv,
        "st_har_26hz": not own_csv and st_har_26hz.recognise(folder),
        "wisdm51": wisdm51.recognise(folder),
        "WISDM v1.1": wisdm_v1_1.recognise(folder),
    }
    kinds = [kind for kind, is_there in found.items() if is_there]
    if len(kinds) > 1:
        raise DataError(
            f"several kinds of data in one folder: {', '.join(kinds)}",
            where=str(folder),
            hint="name the file that is meant, or put each kind into a folder of its own",
        )
    if not kinds:
        raise DataError(
            "no data set in the folder" if any(folder.iterdir()) else "the folder is empty",
            where=str(folder),
            hint=_HINT,
        )
    return kinds[0]


def _kind_of_file(path: Path) -> str:
    head = _head(path)
    if head[:1] == b"\x80" or path.suffix in (".pkl", ".pickle"):
        return "mobility_v1"
    if not head:
        raise DataError("the file is empty", where=str(path), hint=_HINT)
    if wisdm_v1_1.recognise(path):
        return "WISDM v1.1"
    if csv_recordings.recognise(path):
        return "CSV recordings"
    first = next((line for _, line in text.lines(path) if line.strip()), "")
    if wisdm51.is_line(first) or path.name.startswith("data_"):
        return "wisdm51"
    raise DataError("not a data set that hargen knows", where=str(path), hint=_HINT)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4)

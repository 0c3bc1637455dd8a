"""Finds out by content what a data set is, and reads it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from hargen.datasets import mobility_v1, npz, st_har_26hz, text, wisdm51
from hargen.datasets.windows import Windows
from hargen.errors import DataError
from hargen.preprocessing import Preprocessing

_HINT = (
    "known: .npz of windows, a mobility_v1 pickle or its folder, a folder of class folders of CSV "
    "files (st_har_26hz), wisdm51 files or their folder; see docs/data.md"
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
        source: a file or folder; what it is, is told by its content.
        window: the model's window length in samples; wins over the preprocessing's.
        preprocessing: not applied to .npz, whose windows are ready.
        axes: the model's number of channels.
        recordings: only these, such as the held-out list of a model.

    Raises:
        DataError: the data is missing, not known, broken, or does not fit the model.
    """
    path = Path(source)
    try:
        windows = _load(path, window, preprocessing, axes)
    except OSError as error:
        raise DataError("cannot read", where=str(path), why=error.strerror or str(error)) from error
    return windows if recordings is None else windows.select_recordings(recordings)


def _load(path: Path, window: int, preprocessing: Preprocessing, axes: int) -> Windows:
    if path.is_file() and _head(path).startswith(b"PK"):
        return npz.load(path, window=window, axes=axes)
    if not path.exists():
        raise DataError("no such file or folder", where=str(path), hint=_HINT)
    if len(preprocessing.axes) != axes:
        raise DataError(
            f"the preprocessing gives {len(preprocessing.axes)} axes, the model takes {axes}",
            where=str(path),
            hint="give preprocessed windows as .npz",
        )
    spec = preprocessing
    if window != spec.window:
        spec = spec.with_window(window)
    if path.is_dir():
        if mobility_v1.recognise(path):
            return mobility_v1.load(path, spec)
        if st_har_26hz.recognise(path):
            return st_har_26hz.load(path, spec)
        if wisdm51.recognise(path):
            return wisdm51.load(path, spec)
        raise DataError(
            "no data set in the folder" if any(path.iterdir()) else "the folder is empty",
            where=str(path),
            hint=_HINT,
        )
    head = _head(path)
    if head[:1] == b"\x80" or path.suffix in (".pkl", ".pickle"):
        return mobility_v1.load(path, spec)
    if not head:
        raise DataError("the file is empty", where=str(path), hint=_HINT)
    first = next((line for _, line in text.lines(path) if line.strip()), "")
    if wisdm51.is_line(first) or path.name.startswith("data_"):
        return wisdm51.load(path, spec)
    raise DataError("not a data set that hargen knows", where=str(path), hint=_HINT)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4)

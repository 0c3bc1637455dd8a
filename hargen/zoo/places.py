"""Where models and data sets lie, unless the user says so."""

from __future__ import annotations

import os
from pathlib import Path

from hargen import resources
from hargen.errors import UsageError

VARIABLE = "HARGEN_SHARED"


def models_folder(given: Path | None) -> Path:
    """Return the folder of models: the given one, or zoo/ of the shared folder.

    Raises:
        UsageError: there is none.
    """
    return _folder(
        given,
        "zoo",
        "--models",
        "a folder with a folder a data set (AST/, WISDM/) of .tflite, .h5 and .onnx files, and the "
        "published figures in table.csv",
    )


def data_folder(given: Path | None) -> Path:
    """Return the folder of data sets: the given one, or data/ of the shared folder.

    Raises:
        UsageError: there is none.
    """
    return _folder(
        given,
        "data",
        "--data",
        "a folder that holds mobility_v1/ and, where you have it, WISDM_ar_v1.1_raw.txt; without "
        "mobility_v1 the windows are synthetic",
    )


def any_data_folder() -> Path | None:
    """Return data/ of the shared folder, None where there is none."""
    return _shared("data")


def _folder(given: Path | None, name: str, option: str, what: str) -> Path:
    if given is not None:
        if not given.is_dir():
            raise UsageError("there is no such folder", where=str(given), hint=f"{option}: {what}")
        return given
    found = _shared(name)
    if found is not None:
        return found
    raise UsageError(
        f"{option} is not given",
        why=f"neither ${VARIABLE}/{name} nor ../shared/{name} beside the checkout is here",
        hint=f"{option} DIR: {what}",
    )


def _shared(name: str) -> Path | None:
    """Return a folder of the shared one, which the variable names or which lies beside us."""
    variable = os.environ.get(VARIABLE, "")
    folder = (Path(variable) if variable else resources.root().parent / "shared") / name
    return folder if folder.is_dir() else None

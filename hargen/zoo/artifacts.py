"""The model files of a zoo, and what their names say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

SUFFIXES = (".tflite", ".h5", ".keras", ".onnx")

Precision = Literal["float32", "int8"]

_NAME = re.compile(
    r"(?P<family>[A-Za-z][A-Za-z0-9]*)_wl_(?P<window>[0-9]{1,4})(?:_pct_(?P<percent>[0-9]{1,3}))?"
)


@dataclass(frozen=True)
class Artifact:
    """A model file: FOLDER/AST/ign_wl_24_int8.tflite is the IGN of 24 samples for AST.

    path: the file. name: its path below the zoo's folder, with forward slashes. dataset: the folder
    that it lies in. family, window: as its name says; the window is None where it says none.
    model: the two for people. precision: of its arithmetic, as name and suffix promise.
    """

    path: Path
    name: str
    dataset: str
    family: str
    window: int | None
    model: str
    precision: Precision

    @property
    def is_onnx(self) -> bool:
        """Whether it is an .onnx file."""
        return self.path.suffix.lower() == ".onnx"

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.path.stat().st_size


def find(folder: Path) -> tuple[Artifact, ...]:
    """Return the model files one folder below the zoo's, by name.

    Raises:
        OSError: a folder cannot be read.
    """
    paths = sorted(
        path
        for dataset in folder.iterdir()
        if dataset.is_dir() and not dataset.name.startswith(".")
        for path in dataset.iterdir()
        if path.suffix.lower() in SUFFIXES and path.is_file()
    )
    return tuple(_artifact(path) for path in paths)


def _artifact(path: Path) -> Artifact:
    stem, dataset = path.stem, path.parent.name
    found = _NAME.match(stem)
    family, window, model = stem, None, stem
    if found is not None:
        family = found["family"].upper()
        window = int(found["window"])
        model = f"{family} wl {window}" + (f" pct {found['percent']}" if found["percent"] else "")
    is_int8 = path.suffix.lower() == ".tflite" and not stem.endswith("_float32")
    return Artifact(
        path=path,
        name=f"{dataset}/{path.name}",
        dataset=dataset,
        family=family,
        window=window,
        model=model,
        precision="int8" if is_int8 else "float32",
    )

"""What a validation reads from an exported project, checked before anything is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hargen import files, manifest
from hargen.errors import DataError
from hargen.manifest import Manifest
from hargen.preprocessing import Preprocessing


@dataclass(frozen=True)
class Project:
    """A project folder, its manifest, its model's bytes, and its preprocessing."""

    directory: Path
    manifest: Manifest
    model: bytes
    preprocessing: Preprocessing


def read(directory: Path, warn: Callable[[str], None]) -> Project:
    """Read a project; files that were edited since export are warned of, the model must be intact.

    Raises:
        UsageError: the folder is not a project.
        DataError: its manifest or its model is unreadable or not what was exported.
    """
    found = manifest.read(directory)
    changes = manifest.verify(found, directory)
    model_path = found.model_file(directory)
    try:
        model = model_path.read_bytes()
        intact = files.sha256(model_path) == found.model.sha256
    except OSError as error:
        raise DataError(
            "cannot read the project's model",
            where=str(model_path),
            why=error.strerror or str(error),
            hint="run hargen export again with --force",
        ) from error
    if not intact:
        raise DataError(
            "the project's model is not the one that was exported",
            where=str(model_path),
            why="its SHA-256 is not the manifest's",
            hint="run hargen export again with --force",
        )
    for change in changes:
        warn(f"{change.path} was {_WORDS[change.kind]} after export")
    return Project(directory, found, model, Preprocessing.from_table(found.preprocessing.spec))


_WORDS = {"changed": "changed", "missing": "removed"}

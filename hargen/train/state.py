"""What is kept of a training on disk while it runs, so that it can go on after an interruption."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hargen.errors import DataError, UsageError
from hargen.files import write_whole, write_whole_bytes
from hargen.train.loop import Arrays

_FACTS = "training.json"
SUFFIX = ".training"


def folder_of(output: Path) -> Path:
    """Return the folder beside the file that a training is to write."""
    return output.with_suffix(SUFFIX)


def check(output: Path, *, resume: bool, force: bool) -> None:
    """Refuse to begin where a training was interrupted, and to go on where none was.

    Raises:
        UsageError: see above.
    """
    folder = folder_of(output)
    is_there = (folder / _FACTS).is_file()
    if folder.exists() and not is_there:
        raise UsageError("the name is taken by what is no interrupted training", where=str(folder))
    if resume and not is_there:
        raise UsageError(
            "there is no interrupted training to go on with",
            where=str(folder),
            hint="leave --resume away",
        )
    if is_there and not resume and not force:
        raise UsageError(
            "there is an interrupted training",
            where=str(folder),
            hint="go on with it by --resume, or begin anew by --force",
        )


@dataclass(frozen=True)
class State:
    """The folder of a training that runs, made with the first thing to keep."""

    folder: Path
    facts: Mapping[str, Any]

    @classmethod
    def open(cls, output: Path, facts: Mapping[str, Any], *, resume: bool) -> State:
        """Return the state of a training.

        Args:
            output: the file that it is to write.
            facts: JSON of all that decides its course; to go on, it must be what it was.
            resume: go on with what is there, instead of beginning anew.

        Raises:
            UsageError: the interrupted training was of something else.
            DataError: the folder cannot be read or written.
        """
        folder = folder_of(output)
        try:
            if resume:
                saved = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
                _compare(saved, facts, folder)
            elif folder.exists():
                shutil.rmtree(folder)
        except (OSError, ValueError) as error:
            raise _cannot_keep(folder, error) from error
        return cls(folder, facts)

    @property
    def is_there(self) -> bool:
        """Return whether there is something to go on with."""
        return self.folder.is_dir()

    def keep(self, name: str, content: bytes) -> None:
        """Write a file of that name into the folder.

        Raises:
            DataError: the disk fails.
        """
        try:
            if not self.is_there:
                self.folder.mkdir()
                text = json.dumps(self.facts, indent=2, sort_keys=True)
                write_whole(self.folder / _FACTS, text + "\n")
            write_whole_bytes(self.folder / name, content)
        except OSError as error:
            raise _cannot_keep(self.folder, error) from error

    def snapshots(self, run: str) -> _File:
        """Return where the run of that name is kept."""
        return _File(self, f"{run}.npz")

    def remove(self) -> None:
        """Remove the folder: the training is over."""
        if self.is_there:
            shutil.rmtree(self.folder)


@dataclass(frozen=True)
class _File:
    state: State
    name: str

    def load(self) -> Arrays | None:
        path = self.state.folder / self.name
        if not path.is_file():
            return None
        try:
            with np.load(path, allow_pickle=False) as archive:
                return dict(archive)
        except (OSError, ValueError, zipfile.BadZipFile) as error:
            raise DataError(
                "the state of the interrupted training is broken",
                where=str(path),
                why=str(error),
                hint="begin anew by --force",
            ) from error

    def save(self, arrays: Arrays) -> None:
        content = io.BytesIO()
        # mypy knows numpy.savez as if every name were its own option
        np.savez(content, **arrays)  # type: ignore[arg-type]
        self.state.keep(self.name, content.getvalue())


def _cannot_keep(folder: Path, error: Exception) -> DataError:
    return DataError(
        "cannot keep the state of the training",
        where=str(folder),
        why=str(error),
        hint="begin anew by --force",
    )


def _compare(saved: Mapping[str, Any], facts: Mapping[str, Any], folder: Path) -> None:
    plain = json.loads(json.dumps(facts))
    other = sorted(key for key in {*saved, *plain} if saved.get(key) != plain.get(key))
    if other:
        raise UsageError(
            "the interrupted training was another one",
            where=str(folder),
            why=f"{', '.join(other)} differ",
            hint="give the same options and data, or begin anew by --force",
        )

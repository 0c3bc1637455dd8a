"""The files of a project, on disk or before they are written, by exact name.

Names are compared as they are spelled: a project that only works where the file system ignores case
is a project that breaks on Linux.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Self

_NOT_OURS = frozenset({".git", ".hargen", "build", "Debug", "Release"})
"""Folders of the build, the IDE and version control: nothing in them belongs to the project."""


class Tree:
    """Files by their path in the project, and the folders that hold them."""

    def __init__(
        self, paths: frozenset[str], read: Callable[[str], bytes], folder: Path | None
    ) -> None:
        self.paths = paths
        self.read = read
        self.folder = folder
        """Where it is; None before it is anywhere."""
        parents = {str(parent) for path in paths for parent in PurePosixPath(path).parents}
        self.folders = parents - {"."}

    @classmethod
    def staged(cls, contents: Mapping[str, bytes]) -> Self:
        """Return files that are about to be written."""
        return cls(frozenset(contents), contents.__getitem__, None)

    @classmethod
    def on_disk(cls, folder: Path) -> Self:
        """Return the files of a folder; links to folders are not followed.

        Pipes, sockets and links to nothing are left out: nothing compiles them, and reading from
        one may never end.

        Raises:
            OSError: a folder cannot be read.
        """
        paths = set()
        for place, folders, files in os.walk(folder, onerror=_fail):
            folders[:] = [name for name in folders if name not in _NOT_OURS]
            inside = Path(place)
            regular = (inside / name for name in files if (inside / name).is_file())
            paths |= {path.relative_to(folder).as_posix() for path in regular}
        return cls(frozenset(paths), lambda path: (folder / path).read_bytes(), folder)

    def spelled_otherwise(self, path: str) -> str | None:
        """Return the file or folder whose name differs from this one in upper and lower case."""
        for known in sorted(self.paths | self.folders):
            if known != path and known.casefold() == path.casefold():
                return known
        return None


def _fail(error: OSError) -> None:
    raise error


def exists_outside(path: Path) -> bool:
    """Return whether an absolute path beyond the project exists, in exactly this spelling."""
    path = Path(os.path.normpath(path))
    try:
        return all(
            any(entry.name == part.name for entry in part.parent.iterdir())
            for part in (path, *path.parents)
            if part != part.parent
        )
    except OSError:
        return False

"""Moves a finished project into place: as a whole, or not at all.

Everything is written into a folder beside the target first. Then either that folder becomes the
target, or, where the target exists, its files are exchanged one after the other; if one exchange
fails, those before it are undone. What hargen did not write is never deleted.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hargen import manifest
from hargen.errors import DataError, HargenError, UsageError

OWN_FOLDERS = (".hargen", "build")
"""Folders of a project that other commands write; export neither lists nor touches them."""

_BACKUP_SUFFIX = ".bak"


@dataclass(frozen=True)
class Target:
    """A folder as export found it.

    `written` are the files that an earlier export wrote and nobody changed since; `kept` are those
    that a file of the new project would overwrite, and that are somebody else's or were changed.
    """

    folder: Path
    exists: bool
    written: frozenset[str]
    kept: frozenset[str]


def inspect(folder: Path, new: Mapping[str, bytes], *, force: bool) -> Target:
    """Look at the target folder and refuse it, or say what may be replaced.

    Raises:
        UsageError: the folder is a file, or holds something that is not ours, without `force`.
    """
    if not folder.exists():
        return Target(folder, exists=False, written=frozenset(), kept=frozenset())
    if not folder.is_dir():
        raise UsageError("the output is a file, not a folder", where=str(folder))
    written: frozenset[str] = frozenset()
    changed: frozenset[str] = frozenset()
    if (folder / manifest.FILE_NAME).is_file():
        written, changed = _earlier_export(folder, force=force)
    elif not force and any(entry.name not in OWN_FOLDERS for entry in folder.iterdir()):
        raise UsageError(
            "the output folder holds something else",
            where=str(folder),
            hint="choose another folder, or add --force; what is there stays, and files of the"
            f" same name are kept as *{_BACKUP_SUFFIX}",
        )
    in_the_way = {
        path
        for path in new
        if path not in written and path != manifest.FILE_NAME and (folder / path).exists()
    }
    overwritten = {path for path in changed & set(new) if (folder / path).exists()}
    kept = frozenset(in_the_way | overwritten)
    if kept and not force:
        raise UsageError(
            f"{len(kept)} files were changed by somebody, {min(kept)} first",
            where=str(folder),
            hint="choose another folder, or add --force, which keeps them as"
            f" *{_BACKUP_SUFFIX} and writes new ones",
        )
    return Target(folder, exists=True, written=written, kept=kept)


def _earlier_export(folder: Path, *, force: bool) -> tuple[frozenset[str], frozenset[str]]:
    """Return the files of an earlier export: those still as written, and those changed."""
    try:
        earlier = manifest.read(folder, c_alone=True)
    except HargenError:
        if not force:
            raise
        return frozenset(), frozenset()
    differing = {change.path for change in manifest.verify(earlier, folder)}
    return frozenset(set(earlier.files) - differing), frozenset(differing)


def place(new: Mapping[str, bytes], target: Target) -> None:
    """Write the project; afterwards the folder is the new project, or as it was.

    Raises:
        DataError: the disk is full or not writable; nothing has changed.
    """
    parent = target.folder.resolve().parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(dir=parent, prefix=f".{target.folder.name}.hargen-"))
    except OSError as error:
        raise _cannot_write(target.folder, error) from error
    try:
        fresh = staging / "new"
        for path, content in new.items():
            file = fresh / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        with _uninterrupted():
            if target.exists:
                _exchange(list(new), fresh, staging / "old", target)
            else:
                fresh.rename(target.folder)
    except OSError as error:
        raise _cannot_write(target.folder, error) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _cannot_write(folder: Path, error: OSError) -> DataError:
    return DataError(
        "cannot write the project",
        where=str(folder),
        why=error.strerror or str(error),
        hint="nothing has been changed; choose a folder that can be written to",
    )


def _exchange(new: list[str], fresh: Path, old: Path, target: Target) -> None:
    """Move old files out and new files in, the manifest last; undo all of it if one step fails."""
    stale = [path for path in target.written if path not in new]
    order = [*stale, *(p for p in new if p != manifest.FILE_NAME), manifest.FILE_NAME]
    undo: list[tuple[Path, Path]] = []
    try:
        for path in order:
            current, aside = target.folder / path, old / path
            if os.path.lexists(current):
                aside.parent.mkdir(parents=True, exist_ok=True)
                current.rename(aside)
                undo.append((aside, current))
            if path in new:
                current.parent.mkdir(parents=True, exist_ok=True)
                (fresh / path).rename(current)
                undo.append((current, fresh / path))
        for path in sorted(target.kept):
            backup = _free_backup(target.folder / path)
            (old / path).rename(backup)
            undo.append((backup, old / path))
    except BaseException:
        for source, destination in reversed(undo):
            source.rename(destination)
        raise
    for path in stale:
        _remove_empty_parents(target.folder, target.folder / path)


def _free_backup(path: Path) -> Path:
    """Return a name beside the file that nothing has yet."""
    candidates = (
        path.with_name(f"{path.name}{_BACKUP_SUFFIX}{number or ''}") for number in range(10_000)
    )
    return next(name for name in candidates if not os.path.lexists(name))


def _remove_empty_parents(top: Path, path: Path) -> None:
    for parent in path.parents:
        if parent == top or not parent.is_dir() or any(parent.iterdir()):
            return
        parent.rmdir()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let Ctrl-C wait until the exchange is over; it takes milliseconds."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        raise KeyboardInterrupt

"""Where the trials of a study are kept: a file, or a database that many machines reach."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hargen.errors import MissingExtraError, ToolError, UsageError

SQLITE = (".db", ".sqlite", ".sqlite3")
JOURNAL = (".journal", ".log")
_LOCK_SECONDS = 60
_ATTEMPTS, _PAUSE_SECONDS = 4, 0.3
_HINT = (
    f"a file {', '.join(SQLITE)} on this machine, a file {' or '.join(JOURNAL)} for machines that "
    "share a file system, or a URL such as postgresql://user:password@host/name"
)


def check() -> None:
    """Refuse to begin without Optuna.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import optuna
    except ImportError as error:
        raise MissingExtraError("optuna", "train", "a search") from error
    optuna.logging.set_verbosity(optuna.logging.ERROR)


def shown(storage: str) -> str:
    """Return the name of a storage without a password."""
    scheme, mark, rest = storage.partition("://")
    if not mark:
        return storage
    return f"{scheme}://{rest.rpartition('@')[2]}"


@contextmanager
def reaching(storage: str) -> Iterator[None]:
    """Turn what a storage raises into an error for the user.

    Raises:
        ToolError: the storage cannot be reached or read.
        UsageError: there is no such kind of storage.
    """
    import optuna
    from sqlalchemy import exc

    try:
        yield
    except (exc.ArgumentError, exc.NoSuchModuleError) as error:
        raise UsageError(
            "no kind of storage", where=shown(storage), why=_reason(error), hint=_HINT
        ) from error
    except ImportError as error:
        raise ToolError(
            "the storage needs a Python package that is not installed",
            where=shown(storage),
            why=str(error.__cause__ or error),
            hint="install the database's driver",
        ) from error
    except (exc.SQLAlchemyError, optuna.exceptions.StorageInternalError, OSError) as error:
        if isinstance(error, OSError) and not str(error.filename or "").startswith(storage):
            raise  # of another file
        raise ToolError(
            "the storage cannot be reached", where=shown(storage), why=_reason(error), hint=_HINT
        ) from error


def connect(storage: str) -> Any:
    """Return Optuna's storage.

    Raises:
        UsageError, ToolError: see reaching; or a file of another kind.
    """
    with reaching(storage):
        if "://" in storage:
            return _database(storage)
        path = Path(storage)
        if path.suffix not in (*SQLITE, *JOURNAL):
            raise UsageError("no kind of storage", where=storage, hint=_HINT)
        if not path.parent.is_dir():
            raise UsageError(
                "the storage cannot be made",
                where=storage,
                why=f"there is no folder {path.parent}",
            )
        if path.suffix in SQLITE:
            return _database(f"sqlite:///{path.resolve()}")
        return _journal(path)


def _database(url: str) -> Any:
    import optuna
    from sqlalchemy import exc

    options: dict[str, Any] = {}
    if url.startswith("sqlite"):
        options = {"connect_args": {"timeout": _LOCK_SECONDS}}
    for attempt in range(_ATTEMPTS):
        try:
            return optuna.storages.get_storage(
                optuna.storages.RDBStorage(url, engine_kwargs=options)
            )
        except (exc.OperationalError, exc.IntegrityError, exc.ProgrammingError):
            # Two workers that make its tables at once: there are some, or there is a row, already.
            if attempt == _ATTEMPTS - 1:
                raise
            time.sleep(_PAUSE_SECONDS)
    raise AssertionError


def _journal(path: Path) -> Any:
    import optuna
    from optuna.storages.journal import JournalFileBackend

    try:
        return optuna.storages.JournalStorage(JournalFileBackend(str(path)))
    except (ValueError, KeyError, TypeError) as error:  # JSON of something else, or none
        raise UsageError(
            "the file is no journal of Optuna's", where=str(path), why=_reason(error)
        ) from error


def _reason(error: Exception) -> str:
    """Return the first line of an error, without SQL."""
    text = str(getattr(error, "orig", None) or error) or type(error).__name__
    return text.splitlines()[0][:300]

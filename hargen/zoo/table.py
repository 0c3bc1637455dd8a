"""The whole table: which rows, run where, and the report of all of them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import hargen
from hargen.errors import UsageError
from hargen.plan.choice import Optimize
from hargen.zoo import catalogue, data_sets, pool
from hargen.zoo.catalogue import Catalogue, Entry
from hargen.zoo.report import ZooReport
from hargen.zoo.task import BOARD, Task


@dataclass(frozen=True)
class Request:
    """What a user asked for.

    models, data: the folders. rows: such as 1,2,5-8; None for all. jobs: rows at a time. keep: a
    folder for the projects; None throws them away. optimize: what networks are compiled for.
    """

    models: Path
    data: Path
    rows: str | None = None
    jobs: int = 1
    keep: Path | None = None
    optimize: Optimize = "balanced"


def make(request: Request, chosen: Catalogue, watch: pool.Watch) -> ZooReport:
    """Run every chosen row and report them; see choose for the catalogue.

    Raises:
        UsageError: the folder to keep projects in cannot be used.
    """
    with _folder(request.keep) as folder:
        compilers = max(1, cores() // request.jobs)
        tasks = [
            Task(
                entry,
                request.data.resolve(),
                folder / folder_name(entry),
                compilers,
                request.optimize,
            )
            for entry in chosen.entries
        ]
        rows = pool.run_all(tasks, request.jobs, watch)
    return ZooReport(
        hargen=hargen.__version__,
        board=BOARD,
        optimize=request.optimize,
        notes=(*chosen.notes, *_notes(request, chosen)),
        rows=rows,
    )


def choose(request: Request) -> Catalogue:
    """Return the rows that a request is about.

    Raises:
        UsageError: the request does not fit together, or names rows that are not there.
        DataError: the folder of models is not usable.
    """
    if request.jobs < 1:
        raise UsageError(f"--jobs {request.jobs} is below 1")
    found = catalogue.read(request.models)
    entries = catalogue.select(found.entries, request.rows)
    return Catalogue(found.folder, entries, found.notes)


def cores() -> int:
    """Return how many rows this machine runs at a time: the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def folder_name(entry: Entry) -> str:
    """Return the name of a row's project folder, such as 02_AST_ign_wl_24_int8."""
    text = f"{entry.row:02}_{entry.artifact.dataset}_{entry.artifact.path.stem}"
    return "".join(c if c.isascii() and (c.isalnum() or c in "_-") else "_" for c in text)[:80]


def _notes(request: Request, chosen: Catalogue) -> Iterator[str]:
    if data_sets.EQUALITY.find(request.data) is None:
        yield (
            f"no {data_sets.EQUALITY.files[0]} in the folder of data sets: "
            "the windows are synthetic, no accuracy is measured on them"
        )
    for name in dict.fromkeys(entry.artifact.dataset for entry in chosen.entries):
        data_set = data_sets.known(name)
        if data_set is None:
            yield f"{name} is no data set that hargen knows: no accuracy is measured for it"
        elif data_set.find(request.data) is not None and data_set.remark:
            yield f"accuracy of {name}: {data_set.remark}"


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """Give a folder for the projects, a temporary one unless they are to be kept."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="hargen-zoo-", ignore_cleanup_errors=True) as path:
            yield Path(path)
        return
    try:
        keep.mkdir(parents=True, exist_ok=True)
        if any(keep.iterdir()):
            raise UsageError(
                "the folder to keep the projects in is not empty",
                where=str(keep),
                hint="name another one, or empty it",
            )
    except OSError as error:
        raise UsageError(
            "cannot use the folder to keep the projects in",
            where=str(keep),
            why=error.strerror or str(error),
        ) from error
    yield keep.resolve()

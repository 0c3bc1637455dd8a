"""The options of hargen export that choose how a network is computed, and what is said of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from hargen.cli import console

if TYPE_CHECKING:
    from rich.console import Console

    from hargen.board import Board
    from hargen.manifest import Manifest
    from hargen.plan.choice import Optimize
    from hargen.plan.front import Limits
    from hargen.tune.tune import Tuned, Watch

_KIB = 1024
_MOST_KIB = 1 << 20
_WIDTH = 100

Tune: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--tune",
        help="Measure the ways to compute each layer on the virtual board, and take the best.",
    ),
]
MaxFlash: TypeAlias = Annotated[
    float | None,
    typer.Option(
        "--max-flash",
        metavar="KIB",
        min=0.001,
        max=_MOST_KIB,
        help="Of the network: weights, tables, code.",
    ),
]
MaxRam: TypeAlias = Annotated[
    float | None,
    typer.Option(
        "--max-ram", metavar="KIB", min=0.001, max=_MOST_KIB, help="Of the network's arena."
    ),
]
MaxUs: TypeAlias = Annotated[
    float | None,
    typer.Option(
        "--max-us", metavar="US", min=0.001, help="Microseconds of an inference (estimated)."
    ),
]


def limits(max_flash: float | None, max_ram: float | None, max_us: float | None) -> Limits:
    """Return the limits that a user gave, in bytes and microseconds."""
    from hargen.plan.front import Limits

    return Limits(
        flash=None if max_flash is None else int(max_flash * _KIB),
        ram=None if max_ram is None else int(max_ram * _KIB),
        us=max_us,
    )


def tuned(
    model: Path,
    board: Board | None,
    optimize: Optimize,
    within: Limits,
    converted: bytes | None,
    preprocessing: str | None,
) -> Tuned:
    """Measure, and show on stderr how far that is.

    Raises:
        UsageError: no board is named.
        ModelError, DataError, ToolError, DeviceError, LimitError: as hargen.tune.tune.
    """
    from hargen.errors import UsageError
    from hargen.tune.cache import Cache, folder
    from hargen.tune.measured import Subject
    from hargen.tune.tune import tune
    from hargen.validate import expected

    if board is None:
        raise UsageError(
            "--tune needs a board",
            why="its virtual board is what measures",
            hint="add --board NAME (hargen boards lists them)",
        )
    subject = Subject(model, board, expected.outputs, converted, preprocessing)
    with _watch() as watch:
        return tune(subject, optimize, within, Cache(folder()), watch)


@contextmanager
def _watch() -> Iterator[Watch]:
    if sys.stderr is None or not sys.stderr.isatty():
        yield _lines
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    with (
        # a copy of stderr, which TensorFlow's noise is kept from
        os.fdopen(os.dup(sys.stderr.fileno()), "w") as terminal,
        Progress(
            TextColumn("measuring {task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(file=terminal, highlight=False),
            transient=True,
        ) as progress,
    ):
        task = progress.add_task("", total=None)

        def follow(done: int, total: int, what: str) -> None:
            progress.update(task, completed=done, total=total, description=what)

        yield follow


def _lines(done: int, total: int, what: str) -> None:
    if done == total:
        console.progress(f"measured {what}: {total} images")


def print_choice(written: Manifest, out: Console) -> None:
    """Print how each layer is computed and, where it was measured, what else there was."""
    from rich.table import Table
    from rich.text import Text

    tuning = written.tuning
    if tuning is None:
        return
    if not out.is_terminal:
        out.width = _WIDTH
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("", "instructions", "us", "flash", "RAM", "level"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("kernels", overflow="fold")
    for point in tuning.points:
        kernels = ", ".join(dict.fromkeys(_short(kernel) for kernel in point.kernels))
        table.add_row(
            "*" if point.chosen else "",
            f"{point.instructions:,.0f}",
            f"{point.us:,.1f}",
            f"{point.flash:,}",
            f"{point.ram:,}",
            point.level,
            Text(kernels),
            style="bold" if point.chosen else "",
        )
    out.print(table)
    out.print(
        Text(
            f"* chosen; instructions of one inference, counted on the virtual board; us estimated"
            f" from cycles; flash and RAM of the network in bytes; (s): code kept small;"
            f" arm-none-eabi-gcc {tuning.compiler}",
            style="dim",
        )
    )


def _short(kernel: str) -> str:
    return kernel.removeprefix("hg_").replace(", for size", " (s)")

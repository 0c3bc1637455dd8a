"""The zoo's table for a terminal: ours above, the published figure below.

A hundred columns have room for most figures, fewer for the four that matter first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hargen.cli.console import printable
from hargen.zoo import columns
from hargen.zoo.columns import Cell, Column
from hargen.zoo.report import Row, ZooReport

if TYPE_CHECKING:
    from hargen.zoo.listing import Listing

WIDTH = 100
WIDE = (
    columns.ACCURACY,
    columns.MACCS,
    columns.ACTIVATIONS,
    columns.WEIGHTS,
    columns.CODE,
    columns.RAM,
    columns.TIME,
)
NARROW = (columns.ACCURACY, columns.ACTIVATIONS, columns.WEIGHTS, columns.TIME)
_STYLES = {"below": "green", "above": "red", "equal": "", "": ""}


def print_report(report: ZooReport, console: Console) -> None:
    """Print the table with its notes; what it has no room for is in the files."""
    if not console.is_terminal:
        console.width = WIDTH
    console.print(_table(report, WIDE if console.width >= WIDTH else NARROW))
    console.print(
        Text("upper line ours, lower line published; green: less than published", style="dim")
    )
    for text in (*report.notes, *columns.slips(report)):
        console.print(Text(printable(text), style="dim"))
    for text in columns.failures(report):
        console.print(Text(printable(text), style="red"))


def _table(report: ZooReport, shown: Sequence[Column]) -> Table:
    table = Table(
        title=f"the zoo on a virtual {report.board}",
        title_style="italic",
        box=SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
    )
    table.add_column("row", justify="right")
    table.add_column("model", no_wrap=True)
    table.add_column("equal\nbit-exact", justify="right")
    for column in shown:
        title = Text("\n".join((*column.title.split(), column.unit)))
        table.add_column(title, justify="right")
    for row, following in zip(report.rows, (*report.rows[1:], None), strict=True):
        table.add_row(
            Text(columns.number(row)),
            Text(f"{printable(row.model)}\n{row.format} {printable(row.dataset)}"),
            _equal(row),
            *(_cell(column.cell(row)) for column in shown),
            end_section=following is None or following.dataset != row.dataset,
        )
    return table


def _equal(row: Row) -> Text:
    if row.windows is None:
        return Text("failed", style="red")
    text = f"{row.labels_equal}/{row.windows}\n{row.bit_exact}/{row.windows}"
    return Text(text, style="green" if row.passed else "red")


def _cell(cell: Cell) -> Text:
    text = Text(printable(cell.ours), style=_STYLES[cell.standing])
    if cell.published:
        text.append(f"\n{cell.published}", style="dim default")
    return text


def render_list(found: Listing) -> Table:
    """Return the list of models as rich renders it."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for title in ("row", "family", "format", "data set", "window", "bytes", "data"):
        right = title in ("row", "window", "bytes")
        table.add_column(title, justify="right" if right else "left", no_wrap=True)
    table.add_column("file", overflow="fold")
    for model in found.models:
        table.add_row(
            str(model.row),
            Text(printable(model.family)),
            model.format,
            Text(printable(model.dataset)),
            "-" if model.window is None else str(model.window),
            str(model.bytes),
            Text(printable(model.data)),
            Text(printable(model.artifact)),
        )
    return table

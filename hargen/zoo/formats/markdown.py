"""The table as GitHub's Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hargen.zoo import columns
from hargen.zoo.columns import Cell
from hargen.zoo.report import Row, ZooReport


def render(report: ZooReport) -> str:
    """Return the report as a page of Markdown; a figure that beats the published one is bold."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: ZooReport) -> Iterator[str]:
    yield "# The model zoo, and hargen beside it"
    yield ""
    yield f"hargen {report.hargen}, virtual {report.board}, optimized for {report.optimize}."
    yield "Bold: less than published."
    for text in columns.LEGEND:
        yield f"\n{_escaped(text)}"
    yield ""
    headings = ["", "model", "format", "data set"]
    headings += [column.heading for column in columns.COLUMNS]
    yield _line(headings)
    yield "|-|-|-|-|" + "-:|" * len(columns.COLUMNS)
    yield from (_row(row) for row in report.rows)
    for title, texts in (
        ("Notes", report.notes),
        ("Slips in the published table", columns.slips(report)),
        ("Rows that failed", columns.failures(report)),
    ):
        if texts:
            yield f"\n## {title}"
            yield from (f"- {_escaped(text)}" for text in texts)


def _row(row: Row) -> str:
    named = [columns.number(row), row.model, row.format, row.dataset]
    cells = [_cell(column.cell(row)) for column in columns.COLUMNS]
    return _line([*map(_escaped, named), *cells])


def _cell(cell: Cell) -> str:
    ours = _escaped(cell.ours)
    if cell.standing == "below":
        ours = f"**{ours}**"
    return f"{ours} / {_escaped(cell.published)}" if cell.published else ours


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    """Return text that Markdown takes as it is: names of files may hold anything."""
    marks = {mark: f"\\{mark}" for mark in "\\`*_{}[]<>#|~"}
    return "".join(marks.get(c, c if c.isprintable() else " ") for c in text)

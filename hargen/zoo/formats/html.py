"""The table as one HTML file that needs no network, for light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from hargen.zoo import columns
from hargen.zoo.columns import Cell
from hargen.zoo.report import Row, ZooReport

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2024; --paper: #fff; --line: #d8dde3; --quiet: #5c6670;
  --below: #d7f3dd; --above: #fbdcda; --stripe: #f6f8fa; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e8ec; --paper: #14171a; --line: #343b43; --quiet: #98a2ad;
    --below: #12401f; --above: #571f1c; --stripe: #1a1e22; }
}
body { margin: 2rem auto; max-width: 100rem; padding: 0 1rem; background: var(--paper);
  color: var(--ink); font: 0.95rem/1.45 system-ui, sans-serif; }
p, li { max-width: 70rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.88rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.3rem 0.6rem; border: 1px solid var(--line); text-align: right;
  vertical-align: top; }
th { background: var(--stripe); }
.name { text-align: left; white-space: nowrap; }
.published { display: block; color: var(--quiet); font-size: 0.92em; }
.below { background: var(--below); }
.above { background: var(--above); }
"""


def render(report: ZooReport) -> str:
    """Return the report as a page; a cell is green where ours is below the published figure."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: ZooReport) -> Iterator[str]:
    title = "The model zoo, and hargen beside it"
    yield "<!doctype html>"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title}</title><style>{_STYLE}</style></head><body>"
    yield f"<h1>{title}</h1>"
    yield (
        f"<p>hargen {escape(report.hargen)}, virtual {escape(report.board)}, optimized for "
        f"{escape(report.optimize)}. Green: less than published; red: more.</p>"
    )
    yield from (f"<p>{escape(text)}</p>" for text in columns.LEGEND)
    yield '<div class="scroll"><table><thead><tr><th></th>'
    yield "".join(f'<th class="name">{name}</th>' for name in ("model", "format", "data set"))
    yield "".join(f"<th>{escape(column.heading)}</th>" for column in columns.COLUMNS)
    yield "</tr></thead><tbody>"
    yield from (_row(row) for row in report.rows)
    yield "</tbody></table></div>"
    for heading, texts in (
        ("Notes", report.notes),
        ("Slips in the published table", columns.slips(report)),
        ("Rows that failed", columns.failures(report)),
    ):
        if texts:
            yield f"<h2>{heading}</h2><ul>"
            yield from (f"<li>{escape(text)}</li>" for text in texts)
            yield "</ul>"
    yield "</body></html>"


def _row(row: Row) -> str:
    number = f"<td>{escape(columns.number(row))}</td>"
    named = "".join(
        f'<td class="name">{escape(text)}</td>' for text in (row.model, row.format, row.dataset)
    )
    cells = "".join(_cell(column.cell(row)) for column in columns.COLUMNS)
    return f"<tr>{number}{named}{cells}</tr>"


def _cell(cell: Cell) -> str:
    kind = f' class="{cell.standing}"' if cell.standing in ("below", "above") else ""
    published = f'<span class="published">{escape(cell.published)}</span>' if cell.published else ""
    return f"<td{kind}>{escape(cell.ours)}{published}</td>"

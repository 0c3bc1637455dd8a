"""A comparison as tables for a terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from hargen.cli.console import printable
from hargen.validate.compare.report import Apart, CompareReport, Divergence, Match, Place, Value

_PUT_IN = {
    "raw": "windows of the sensor's counts",
    "window": "preprocessed windows",
    "int8": "int8 windows",
}
_INPUTS_SHOWN = 3


def render(report: CompareReport) -> RenderableType:
    """Return the comparison as rich renders it."""
    parts: list[RenderableType] = [
        Text(f"{report.name}: {', '.join(_sides(report))}", style="italic"),
        _summary(report),
        _places(report),
    ]
    for found in (report.reference_first, report.board_first):
        if found is not None:
            parts += [Text(_headline(found), style="bold red"), _first(found)]
    if not report.differs:
        parts.append(Text("nothing differs", style="bold green"))
    return Group(*parts)


def _sides(report: CompareReport) -> list[str]:
    board = [] if report.board is None else [report.board]
    return ["reference", "C on this machine", *board]


def _summary(report: CompareReport) -> Table:
    table = Table(show_header=False)
    table.add_column(style="bold")
    table.add_column()
    for name, value in _rows(report):
        table.add_row(name, value)
    return table


def _rows(report: CompareReport) -> Iterator[tuple[str, RenderableType]]:
    yield "model", Text(printable(report.model))
    yield "data", Text(printable(report.data))
    for note in report.notes:
        yield "", Text(printable(note), style="yellow")
    yield "put in", f"{report.windows} {_PUT_IN[report.stage]}"
    yield "reference", ", ".join(report.references) or "not asked: windows are cut elsewhere"
    yield "C", report.host
    if report.board is not None:
        yield "board", f"{report.board}, {report.port or 'not asked'}"
    if report.classes_differ is not None:
        yield "float64", _quantized(report)
    if report.violations:
        shown = "\n".join(report.violations[:5])
        yield "violations", Text(f"{len(report.violations)}:\n{shown}", style="bold red")


def _quantized(report: CompareReport) -> str:
    """Return what becomes of the network's input and answers where float64 preprocesses."""
    classes = f"{report.classes_differ} classes differ from float64's"
    if report.inputs_differ is None:
        return classes
    text = f"{report.inputs_differ} of {report.inputs} int8 inputs and {classes}"
    named = report.inputs_named[:_INPUTS_SHOWN]
    words = (
        f"window {one.window}, value {one.index}: {one.ours}, not {one.float64}" for one in named
    )
    return "; ".join([text, *words])


def _places(report: CompareReport) -> Table:
    table = Table()
    columns: list[tuple[str, Callable[[Place], str | Text]]] = [
        ("place", _name),
        ("C, reference", lambda p: _match(p.reference)),
    ]
    if any(place.reference and place.reference.limit for place in report.places):
        columns.append(("limit", lambda p: _limit(p.reference)))
    if report.board is not None:
        columns.append(("board, C", lambda p: _match(p.board)))
    if report.stage == "raw":
        columns.append(("C, float64", lambda p: _from_float64(p.from_float64)))
    for heading, _ in columns:
        table.add_column(heading, no_wrap=heading != "place")
    for place in report.places:
        table.add_row(*(cell(place) for _, cell in columns))
    return table


def _name(place: Place) -> Text:
    """Return a place in short: of a layer its operators, which the file tells in brackets."""
    operators = re.findall(r"\(([A-Z0-9_]+)\)", place.detail)
    detail = " + ".join(operators) or place.detail.partition(":")[0]
    return Text(printable(f"{place.name} {detail}".strip()))


def _match(match: Match | None) -> Text:
    if match is None:
        return Text("-", style="dim")
    if match.values_differ:
        words = f"{match.windows_differ} of {match.windows} differ"
        return Text(words, style="bold red")
    return Text(f"within {match.largest:.1e}" if match.limit else "equal", style="green")


def _limit(match: Match | None) -> str:
    return f"{match.limit:.1e}" if match is not None and match.limit else ""


def _from_float64(apart: Apart | None) -> str:
    return "" if apart is None else f"within {apart.max:.1e}"


def _headline(found: Divergence) -> str:
    sides = {
        "reference": "the C on this machine differs from the reference",
        "board": "the board differs from the C on this machine",
    }
    return f"{sides[found.link]}, first in window {found.window} at {_place(found)}"


def _place(found: Divergence) -> str:
    return f"{found.place}, {printable(found.detail)}" if found.detail else found.place


def _first(found: Divergence) -> Table:
    other = "reference" if found.link == "reference" else "board"
    table = Table(show_header=False)
    table.add_column(style="bold")
    table.add_column()
    if found.element:
        table.add_row("element", _element(found))
    table.add_row("C here", _number(found.ours))
    table.add_row(other, _number(found.theirs))
    if found.difference is not None:
        limit = "" if not found.limit else f", limit {found.limit:.1e}"
        table.add_row("difference", f"{found.difference:.6g}{limit}")
    if found.note:
        table.add_row("", Text(printable(found.note)))
    if found.recording is not None:
        table.add_row("recording", Text(printable(found.recording)))
    if found.samples is not None:
        first, last = found.samples
        table.add_row("samples", f"{first} to {last} of stream {found.stream}")
    for name, values in _way(found):
        table.add_row(name, ", ".join(_number(value) for value in values))
    return table


def _element(found: Divergence) -> str:
    if found.steps:
        sample, axis = found.element
        return f"sample {sample} of {found.shape[0]}, axis {axis}"
    where = ", ".join(map(str, found.element))
    return f"[{where}] of {'x'.join(map(str, found.shape))}"


def _way(found: Divergence) -> Iterator[tuple[str, Sequence[Value]]]:
    """Return the values that led to a sample, from its counts on."""
    if found.steps and found.counts is not None:
        yield "its counts", found.counts[found.element[0]]
        yield from found.steps.items()


def _number(value: Value) -> str:
    if value is None:
        return "none"
    return printable(value) if isinstance(value, str) else f"{value:.9g}"

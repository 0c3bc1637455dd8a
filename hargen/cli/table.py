"""A report as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from hargen.cli.console import printable
from hargen.validate.report import CountSpread, Distance, Report

RECORDINGS_SHOWN = 12
_STAGES = {"raw": "as counts of the sensor", "int8": "as int8"}


def render(report: Report) -> RenderableType:
    """Return the report as rich renders it."""
    parts = [(f"{report.name} on {_board(report)}", _summary(report))]
    if report.judged:
        parts.append(("true class against answer", _classes(report)))
    if 1 < len(report.per_recording) <= RECORDINGS_SHOWN:
        parts.append(("recordings", _recordings(report)))
    if report.mismatches:
        parts.append(("windows that differ from the reference", _mismatches(report)))
    return Group(*(Group(Text(title, style="italic"), table) for title, table in parts))


def _summary(report: Report) -> Table:
    table = Table(show_header=False)
    table.add_column(style="bold")
    table.add_column()
    for name, value in _rows(report):
        table.add_row(name, value)
    return table


def _board(report: Report) -> str:
    return f"virtual {report.board}" if report.virtual else report.board


def _rows(report: Report) -> Iterator[tuple[str, RenderableType]]:
    yield "model", Text(f"{printable(report.model)}, SHA-256 {report.hashes.model[:12]}")
    yield "data", Text(printable(report.data))
    for note in report.notes:
        yield "", Text(printable(note), style="yellow")
    if report.stage != "window":
        yield "put in", _STAGES[report.stage]
    yield "windows", f"{report.windows}{_left_out(report)}"
    if report.unsettled or report.clipped:
        yield (
            "",
            f"{report.unsettled} before the filter had settled, {report.clipped} samples clipped",
        )
    if report.bit_exact is not None:
        style = "bold green" if report.bit_exact == report.windows else "bold red"
        exact = Text(f"{report.bit_exact} of {report.windows} bit-exact", style=style)
        exact.append(f" with {report.exact_with}", style="default")
        yield "outputs", exact
    elif report.reference is None:
        yield "outputs", "not compared: no reference was asked for"
    if report.twin_exact is not None:
        style = "green" if report.twin_exact == report.windows else "bold red"
        twin = Text(f"{report.twin_exact} of {report.windows} equal in every bit", style=style)
        twin.append(f", the same C on this machine, {report.twin}", style="default")
        yield "twin", twin
    if report.preprocessing_distance is not None:
        yield "preprocessing", _distance(report, report.preprocessing_distance)
    if report.reference is not None:
        yield "same class", _percent(report.agreement) + _of_reference(report)
    if report.judged:
        assert report.accuracy_interval is not None
        low, high = report.accuracy_interval
        yield (
            "accuracy",
            f"{_percent(report.accuracy)} ({report.correct} of {report.judged}; "
            f"95 % interval {_percent(low)} to {_percent(high)})",
        )
        if report.reference_accuracy is not None:
            yield "reference's", _percent(report.reference_accuracy)
        yield "macro F1", f"{report.macro_f1:.4f}"
        if report.smoothed_accuracy is not None:
            yield "smoothed", f"{_percent(report.smoothed_accuracy)}, {report.smoothing} windows"
    if report.cycles_preprocess is not None:
        yield (
            "samples' cycles",
            _spread(report.cycles_preprocess) + (", estimated" if report.estimated else ""),
        )
    if report.instructions is not None:
        yield "instructions", _spread(report.instructions)
    if report.cycles is not None and report.latency_ms is not None:
        yield "cycles", _spread(report.cycles) + (", estimated" if report.estimated else "")
        yield (
            "latency",
            f"{report.latency_ms.median:.3f} ms median, {report.latency_ms.max:.3f} ms max at "
            f"{report.clock_hz // 1_000_000} MHz" + (", estimated" if report.estimated else ""),
        )
    if report.footprint is not None:
        size = report.footprint
        yield (
            "flash",
            f"{size.weights} B weights, {size.tables} B tables, {size.code} B code; "
            f"{size.image} B the whole image",
        )
        stack = f", {size.stack_high_water} B stack" if size.stack_high_water is not None else ""
        yield "RAM", f"{size.activation_ram} B activations, {size.other_ram} B other{stack}"
    rate = report.windows / report.seconds if report.seconds else 0.0
    yield (
        "link",
        f"{report.port}, {report.baud} baud, {rate:.0f} windows/s, "
        f"{report.retries} retries, {report.resets} resets, {report.lost} lost",
    )
    if report.violations:
        shown = "\n".join(report.violations[:5])
        yield "violations", Text(f"{len(report.violations)}:\n{shown}", style="bold red")


def _of_reference(report: Report) -> str:
    """Return how near a float network comes to the reference, whose bits it cannot have."""
    if report.precision == "int8" or report.largest_difference is None:
        return ""
    return (
        f" as {report.reference} {report.reference_version}, outputs within"
        f" {report.largest_difference:.1e}"
    )


def _distance(report: Report, distance: Distance) -> str:
    """Return how far the board's preprocessing is from float64's."""
    words = [f"within {distance.max:.1e} of float64, rms {distance.rms:.1e}"]
    if distance.inputs_differ is not None:
        words.append(f"{distance.inputs_differ} of {distance.inputs} int8 inputs differ")
    if distance.classes_differ is not None:
        words.append(f"{distance.classes_differ} of {report.windows} classes")
    return ", ".join(words)


def _left_out(report: Report) -> str:
    if not report.left_out:
        return ""
    classes = ", ".join(f"{name} {count}" for name, count in report.left_out_classes.items())
    return f", {report.left_out} of them left out of accuracy ({classes})"


def _percent(share: float | None) -> str:
    return "unknown" if share is None else f"{100 * share:.2f} %"


def _spread(values: CountSpread) -> str:
    return f"{values.median} median, {values.min} to {values.max}, {values.p99} at 99 %"


def _classes(report: Report) -> Table:
    table = Table()
    table.add_column("")
    for name in report.classes:
        table.add_column(Text(name), justify="right")
    table.add_column("recall", justify="right")
    table.add_column("F1", justify="right")
    for result, row in zip(report.per_class, report.confusion, strict=True):
        f1 = "-" if result.f1 is None else f"{result.f1:.3f}"
        recall = "-" if result.recall is None else f"{result.recall:.3f}"
        table.add_row(Text(result.name), *(str(count) for count in row), recall, f1)
    return table


def _recordings(report: Report) -> Table:
    table = Table()
    table.add_column("")
    table.add_column("windows", justify="right")
    table.add_column("accuracy", justify="right")
    for recording in report.per_recording:
        accuracy = "-" if recording.accuracy is None else _percent(recording.accuracy)
        table.add_row(Text(printable(recording.name)), str(recording.windows), accuracy)
    return table


def _mismatches(report: Report) -> Table:
    table = Table()
    table.add_column("window", justify="right")
    table.add_column("board")
    table.add_column("reference")
    for mismatch in report.mismatches:
        table.add_row(str(mismatch.index), mismatch.board, mismatch.reference)
    return table

"""A benchmark's tables for a terminal: the models, and the layers of each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hargen.bench.report import Layer, Model, Report, Spread
from hargen.cli.console import printable

WIDTH = 100
_NOTHING = "-"
_OPERATOR = re.compile(r"operator \d+ \((\w+)\)")  # of a .tflite


def print_report(report: Report, console: Console, *, with_layers: bool) -> None:
    """Print what was measured, and what could not be."""
    if not console.is_terminal:
        console.width = WIDTH
    titled = dict(zip(_titles(report), report.models, strict=True))
    measured = {title: model for title, model in titled.items() if model.measured}
    if measured:
        console.print(_models(report, measured))
        for text in _remarks(report, measured):
            console.print(Text(printable(text), style="dim"))
    for title, model in measured.items() if with_layers else ():
        console.print(_layers(title, model))
    for title, model in titled.items():
        if not model.measured:
            console.print(Text(printable(f"{title}: {model.status}"), style="red"))


def _titles(report: Report) -> Sequence[str]:
    """Return a name for each model, as short as tells it from the others."""
    paths = [model.model for model in report.models]
    files = [PurePath(path) for path in paths]
    for found in ([file.stem for file in files], [file.name for file in files], paths):
        if len(set(found)) == len(found):
            return found
    return [f"{index}: {path}" for index, path in enumerate(paths, 1)]


def _models(report: Report, measured: Mapping[str, Model]) -> Table:
    table = _table(f"{report.optimize} on a virtual {report.board}")
    table.add_column("model", overflow="fold")
    for title in (
        "instructions\na MAC",
        "min\nmax",
        "cycles\nestimated",
        "RAM\nactivations",
        "stack",
        "weights\ntables",
        "code",
        "flash\ntotal",
    ):
        table.add_column(title, justify="right", no_wrap=True)
    for name, model in measured.items():
        table.add_row(Text(printable(name)), *_figures(model))
    return table


def _figures(model: Model) -> Iterator[str]:
    spread = model.instructions or Spread(mean=0.0, min=0, max=0)
    yield f"{_mean(spread.mean)}\n{_ratio(model.per_macc)}"
    yield f"{spread.min:,}\n{spread.max:,}"
    yield _NOTHING if model.cycles is None else _mean(model.cycles.mean)
    yield f"{model.activation_ram_bytes:,}"
    yield f"{model.stack_bytes:,}"
    yield f"{model.weights_flash_bytes:,}\n{model.tables_flash_bytes:,}"
    yield f"{model.code_flash_bytes:,}"
    yield f"{model.flash_bytes:,}"


def _remarks(report: Report, measured: Mapping[str, Model]) -> Iterator[str]:
    sources = dict.fromkeys(str(model.windows_from) for model in measured.values())
    yield f"windows: {'; '.join(sources)}"
    compiler = "" if report.compiler is None else f"; arm-none-eabi-gcc {report.compiler}"
    yield (
        "instructions of one inference, from the model's input to its output: the mean, exact; "
        f"bytes, by symbol{compiler}"
    )
    yield "flash: network, kernels, and what of the C library they pull in; not the firmware"
    for title, model in measured.items():
        if model.instructions_int8 is not None:
            mean = _mean(model.instructions_int8.mean)
            yield f"{title}: {mean} instructions from int8 to int8"
        for note in model.notes:
            yield f"{title}: {note}"


def _layers(title: str, model: Model) -> Table:
    table = _table(f"layers of {printable(title)}")
    table.add_column("", justify="right")
    table.add_column("layer", overflow="fold")
    table.add_column("kernel", overflow="fold")
    for title in ("MACs", "instructions", "a MAC", "share"):
        table.add_column(title, justify="right", no_wrap=True)
    whole = model.instructions.mean if model.instructions else 0.0
    for layer in model.layers:
        table.add_row(*_layer(layer, whole))
    rest = whole - sum(layer.instructions.mean for layer in model.layers)
    table.add_row("", "edges and calls", "", "", _mean(rest), "", _share(rest, whole))
    return table


def _layer(layer: Layer, whole: float) -> Iterator[str | Text]:
    yield str(layer.index)
    yield Text(printable(_OPERATOR.sub(r"\1", layer.summary)))
    yield layer.kernel.removeprefix("hg_")
    yield f"{layer.maccs:,}" if layer.maccs else _NOTHING
    yield _mean(layer.instructions.mean)
    yield _ratio(layer.per_macc)
    yield _share(layer.instructions.mean, whole)


def _table(title: str) -> Table:
    return Table(
        title=title, title_style="italic", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True
    )


def _mean(value: float) -> str:
    return f"{value:,.0f}"


def _ratio(value: float | None) -> str:
    return _NOTHING if value is None else f"{value:.2f}"


def _share(part: float, whole: float) -> str:
    return f"{100 * part / whole:.1f} %" if whole else _NOTHING

"""Print how a sensor's counts come through the board, by model; exit with 6 where a goal is missed.

    python tools/raw_stage.py [--shared ../shared] [--rows 1,2,5-8] [--windows N]

The network that hargen ships and the zoo's rows are exported, built and flashed to the virtual
board, and given every recording of mobility_v1's test set and of st_har_26hz as int16 counts, which
the board preprocesses. Against the same C on this machine every bit counts; against float64 there
are the goals below. The table is Markdown, with `!` at what misses one. Some minutes a model.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hargen import board as boards
from hargen import models
from hargen.bench.made import Made, make
from hargen.convert import converter
from hargen.device.virtual import VirtualBoard
from hargen.importers.keras.model import is_keras, load
from hargen.link import stream
from hargen.link.client import Client
from hargen.validate import data, project, validation
from hargen.validate.compare import given, steps
from hargen.validate.report import Report
from hargen.zoo import catalogue, data_sets

ROOT = Path(__file__).resolve().parents[1]
BOARD = "B-U585I-IOT02A"
DATA = ("mobility_v1/test.pkl", "st_har_26hz")

FILTER = 1e-3
"""m/s2 that a filtered sample may be from float64's, from the counts on."""
INPUTS = 0.0005
"""Share of int8 inputs that may be others."""
CLASSES = 0.001
"""Share of windows that may have another class."""
RIGHT = 1
"""Windows by which the answers that are right may differ from those on float64's windows."""
INSTRUCTIONS = 200
"""Of one sample of three axes; the first one of a stream starts the filter."""
CONTEXT = 512
"""Bytes beside the window."""

_COUNTED = 10  # windows whose samples are counted


@dataclass(frozen=True)
class Subject:
    """A model to measure: its row in the zoo, its file, and the names of its outputs."""

    row: str
    name: str
    path: Path
    classes: tuple[str, ...] | None


@dataclass(frozen=True)
class Cost:
    """instructions: of a sample, the median and the most. context: bytes beside the window."""

    instructions: tuple[int, int]
    context: int


@dataclass(frozen=True)
class Result:
    """What came of one model's windows from one data set.

    filtered: the largest error of a filtered sample, from the counts on. right: windows whose class
    is right by the board, and by the reference on float64's windows of the same counts.
    """

    report: Report
    filtered: float
    right: tuple[int, int]


def subjects(shared: Path, rows: str | None) -> Iterator[Subject]:
    """Yield hargen's own model, as row 0, and those of the zoo's rows."""
    if rows is None or "0" in rows.split(","):
        yield Subject("0", "default", models.default().tflite, None)
    rest = None if rows is None else ",".join(row for row in rows.split(",") if row != "0")
    if rest == "":
        return
    for entry in catalogue.select(catalogue.read(shared / "zoo").entries, rest):
        data_set = data_sets.known(entry.artifact.dataset)
        classes = None if data_set is None else data_set.classes
        yield Subject(str(entry.row), entry.artifact.name, entry.artifact.path, classes)


def made(subject: Subject, folder: Path) -> Made:
    """Return the model on its virtual board."""
    converted = None
    if is_keras(subject.path):
        converted = converter.to_float(load(subject.path))
    return make(
        subject.path,
        folder,
        boards.load(BOARD),
        classes=subject.classes,
        converted=converted,
    )


def cost(image: Made, folder: Path) -> Cost:
    """Count the instructions of samples on the virtual board, and the bytes of the context."""
    manifest = image.exported.manifest
    spec = project.read(folder, complain).preprocessing
    samples = spec.window + (_COUNTED - 1) * spec.hop
    counts = np.random.default_rng(9).integers(-32768, 32768, (samples, 3)).astype("<i2")
    counted = VirtualBoard(folder, with_pty=False, count=f"{manifest.name}_add_sample")
    with counted as board, Client(board.url, timeout=20.0) as client:
        client.hello()
        board.drain_runs()
        list(stream.send(client, counts.tobytes(), window=spec.window, hop=spec.hop))
        _, *others = [run.instructions for run in board.drain_runs()]
    restarts = spec.filter is not None and spec.filter_state == "window"
    copies = spec.hop < spec.window and (spec.normalizes_windows or restarts)
    window = (2 if copies else 1) * 4 * manifest.model.input.size
    return Cost(
        (round(statistics.median(others)), max(others)),
        image.image.elf.symbol("context").size - window,
    )


def result(folder: Path, path: Path, limit: int | None) -> Result:
    """Send a data set's counts to the board, and take the filter on this machine beside float64's.

    The board's filter is the same in every bit where its windows are: that is a goal of its own.
    """
    request = validation.Request(folder, virtual=True, data=path, limit=limit, stage="raw")
    report = validation.validate(request, lambda *_: None, complain)
    found = project.read(folder, complain)
    windows = data.windows(found, path, None, 0, limit)
    put_in = given.prepare(found, windows, "raw", complain)
    counts, stream_taken = put_in.counts, put_in.trace.stream
    assert counts is not None and stream_taken is not None
    taken = steps.of(counts, found.preprocessing, stream_taken, put_in.rounding)
    step = next(one for one in taken if one.place == "filter")
    apart = np.abs(step.ours.astype(np.float64) - step.from_counts).max()
    share = report.reference_accuracy or 0.0
    return Result(
        report,
        float(apart) / found.preprocessing.scale_from("m/s2"),
        (report.correct, round(share * report.judged)),
    )


def complain(text: str) -> None:
    """Print what a reader should know."""
    print(f"warning: {text}", file=sys.stderr)


failures: list[str] = []


def judge(what: str, value: float, most: float) -> str:
    """Return a mark where a value is above what it may be, and remember that."""
    if value <= most:
        return ""
    failures.append(f"{what}: {value:g}, at most {most:g}")
    return " !"


def line(subject: Subject, source: str, found: Result, costs: Cost) -> str:
    """Return a row of the table."""
    report, distance = found.report, found.report.preprocessing_distance
    assert distance is not None and report.twin_exact is not None
    assert distance.classes_differ is not None
    where = f"{subject.name}, {source}"
    sent = report.windows + report.lost
    missed = sent - report.twin_exact + len(report.violations)
    cells = [
        subject.row,
        subject.name,
        source,
        str(sent),
        f"{report.twin_exact}{judge(f'{where}: windows that are not the twin', missed, 0)}",
        f"{found.filtered:.1e}{judge(f'{where}: m/s2 of the filter', found.filtered, FILTER)}",
        f"{distance.max:.1e}",
        "-",
        str(distance.classes_differ)
        + judge(f"{where}: classes that differ", distance.classes_differ, CLASSES * sent),
        f"{found.right[0]}, {found.right[1]} of {report.judged}"
        + judge(f"{where}: windows right", abs(found.right[0] - found.right[1]), RIGHT),
        f"{costs.instructions[0]}, {costs.instructions[1]}"
        + judge(f"{where}: instructions of a sample", costs.instructions[1], INSTRUCTIONS),
        f"{costs.context}{judge(f'{where}: bytes of context', costs.context, CONTEXT)}",
    ]
    if distance.inputs_differ is not None:
        most = INPUTS * distance.inputs
        cells[7] = f"{distance.inputs_differ} of {distance.inputs}" + judge(
            f"{where}: int8 inputs that differ", distance.inputs_differ, most
        )
    return f"| {' | '.join(cells)} |"


HEADINGS = (
    *("row", "model", "counts of", "windows", "as the twin", "filter, m/s2", "window"),
    *("int8 inputs that differ", "classes that differ", "right, and on float64's windows"),
    *("instructions a sample, most", "context, B"),
)


def run(found: Sequence[Subject], shared: Path, limit: int | None, folder: Path) -> None:
    """Measure and print, a row as soon as it is known."""
    print(f"| {' | '.join(HEADINGS)} |")
    print(f"|{'-|' * 3}{'-:|' * (len(HEADINGS) - 3)}", flush=True)
    for subject in found:
        started = time.monotonic()
        image = made(subject, folder)
        costs = cost(image, folder)
        for source in DATA:
            came = result(folder, shared / "data" / source, limit)
            print(line(subject, source, came, costs), flush=True)
        seconds = time.monotonic() - started
        print(f"row {subject.row}, {subject.name}: {seconds:.0f} s", file=sys.stderr, flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    shared = Path(os.environ.get("HARGEN_SHARED", ROOT.parent / "shared"))
    parser.add_argument("--shared", type=Path, default=shared, help="folder of models and data")
    parser.add_argument("--rows", help="rows of the zoo's table, 0 being hargen's own model")
    parser.add_argument("--windows", type=int, help="only the first of each data set")
    options = parser.parse_args()
    if not (options.shared / "data" / DATA[0]).is_file():
        parser.error(f"no recordings at {options.shared}/data: give --shared")
    found = list(subjects(options.shared, options.rows))
    with tempfile.TemporaryDirectory() as folder:
        run(found, options.shared, options.windows, Path(folder) / "har")
    for failure in failures:
        print(f"not reached: {failure}", file=sys.stderr)
    raise SystemExit(6 if failures else 0)


if __name__ == "__main__":
    main()

"""A whole comparison: windows, the reference, the C on this machine, a board, and the report."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hargen.errors import DeviceError, LimitError, UsageError
from hargen.link.messages import Stage
from hargen.validate import connection, data, project
from hargen.validate.compare import first, given, reference, steps
from hargen.validate.compare.board import Walk
from hargen.validate.compare.given import Given
from hargen.validate.compare.reference import Quantized, Reference
from hargen.validate.compare.report import CompareReport, Divergence, Place
from hargen.validate.compare.tally import Tally
from hargen.validate.connection import Connection
from hargen.validate.trial import StageName

Progress = Callable[[int, int], None]
"""Called with the windows done so far, by reference and board, and all of them."""

_WORDS = {
    "reference": "the C on this machine differs from the reference",
    "board": "the board differs from the C on this machine",
}


@dataclass(frozen=True)
class Request:
    """What a user asked for; at most one of virtual and port, one of data and synthetic.

    stage: None for counts where there are any, and windows otherwise.
    """

    project_dir: Path
    virtual: bool = False
    port: str | None = None
    data: Path | None = None
    synthetic: int | None = None
    seed: int = 0
    limit: int | None = None
    stage: StageName | None = None
    baud: int | None = None
    timeout: float = 2.0


def compare(request: Request, progress: Progress, warn: Callable[[str], None]) -> CompareReport:
    """Walk windows through reference, C and board, and report where they differ.

    Raises:
        UsageError: the request does not fit together, or the folder is not a project.
        DataError, ModelError: data or model are not usable, or the C is another network's.
        ToolError: the reference, the virtual board or a compiler is not installed.
        DeviceError: the board, its port or the link fails, or it runs something else.
    """
    if request.virtual and request.port is not None:
        raise UsageError(
            "--virtual and --port exclude each other",
            hint="without either, the reference is compared with the C on this machine alone",
        )
    started = time.monotonic()
    found = project.read(request.project_dir, warn)
    windows = data.windows(found, request.data, request.synthetic, request.seed, request.limit)
    has_board = request.virtual or request.port is not None
    put_in = given.prepare(found, windows, request.stage, warn)
    count = len(windows)
    total = count * (1 + has_board)
    theirs, reference_first = Reference([]), None
    if put_in.windows_are_right:
        theirs = reference.compare(put_in, lambda done: progress(done, total))
    else:
        reference_first = first.of_windows(put_in)
    order = _order(put_in)
    host_names = put_in.trace.names
    reference_first = (
        reference_first
        or first.of("reference", put_in, theirs.tallies, order)
        or first.of_names("reference", host_names, found.manifest.classes)
    )
    walked: dict[str, Tally] = {}
    board_first, port, violations = None, None, []
    if has_board and put_in.windows_are_right:
        with connection.connect(
            found,
            virtual=request.virtual,
            port=request.port,
            timeout=request.timeout,
            warn=warn,
        ) as opened:
            walk = _walk(opened, put_in, request.baud, lambda done: progress(count + done, total))
            board_first = _board_first(put_in, walk, order) or first.of_names(
                "board", host_names, opened.client.classes()
            )
            walked, port, violations = walk.tallies, opened.port, opened.violations()
    return CompareReport(
        name=found.manifest.name,
        model=found.manifest.model.source or Path(found.manifest.model.file).name,
        precision=found.manifest.model.precision,
        preprocessing=found.preprocessing.preset,
        stage=put_in.stage,
        data=windows.source,
        synthetic=windows.synthetic,
        notes=list(windows.notes),
        windows=count,
        clipped=None if put_in.counts is None else put_in.counts.clipped,
        host=f"the C on this machine, {put_in.trace.compiler}",
        references=theirs.names,
        board=_board_name(request, put_in),
        port=port,
        places=_places(put_in, order, theirs, walked),
        reference_first=reference_first,
        board_first=board_first,
        **_from_float64(theirs.quantized),
        violations=violations,
        seconds=time.monotonic() - started,
    )


def judge(report: CompareReport) -> None:
    """Turn a report with a difference into the error that says so.

    Raises:
        DeviceError: the virtual board saw an access that real silicon would not serve.
        LimitError: two sides differ.
    """
    if report.violations:
        raise DeviceError(
            "the firmware did what real silicon would not serve",
            where=report.port or "",
            why=report.violations[0],
            hint=f"{len(report.violations)} such accesses are in the report",
        )
    for found in (report.reference_first, report.board_first):
        if found is not None:
            raise LimitError(
                _WORDS[found.link],
                where=f"window {found.window}",
                why=f"first at {found.place}",
            )


def _order(put_in: Given) -> list[str]:
    """Return the places along the data."""
    before = steps.names(put_in.found.preprocessing) if put_in.counts is not None else ()
    layers = [f"layer {i}" for i in range(len(put_in.trace.layers))]
    quantized = ["input"] if put_in.quantizes else []
    behind = ["activity", "settled"] if put_in.counts is not None else []
    return [*before, *quantized, *layers, "output", "class", *behind]


def _walk(
    opened: Connection, put_in: Given, baud: int | None, progress: Callable[[int], None]
) -> Walk:
    rate = opened.fast_baud if baud is None else baud
    if rate is not None and rate != opened.client.baud:
        opened.client.set_baud(rate)
    walk = Walk(opened.client, put_in.trace, progress)
    if put_in.counts is not None:
        walk.streams(put_in.counts, put_in.found.preprocessing)
    else:
        walk.windows(Stage.INT8 if put_in.stage == "int8" else Stage.WINDOW, put_in.rows)
    return walk


def _board_first(put_in: Given, walk: Walk, order: list[str]) -> Divergence | None:
    """Return the board's first divergence; of an int8 input, by what it does."""
    found = first.of("board", put_in, walk.tallies, order)
    if found is None or found.place != "layer 0" or not put_in.quantizes:
        return found
    if not walk.quantizes_otherwise(found.window):
        return found
    return found.model_copy(
        update={
            "place": "input",
            "note": f"seen by layer 0, {found.detail}, whose value this is: given the int8 input"
            " of the C on this machine, the board computes that layer as it should",
        }
    )


def _board_name(request: Request, put_in: Given) -> str | None:
    name = put_in.found.manifest.board
    if request.virtual:
        return f"virtual {name}"
    return None if request.port is None else name


def _places(
    put_in: Given, order: list[str], theirs: Reference, walked: dict[str, Tally]
) -> list[Place]:
    return [
        Place(
            name=place,
            detail=first.detail_of(put_in, place),
            reference=theirs.tallies[place].match() if place in theirs.tallies else None,
            board=walked[place].match() if place in walked else None,
            from_float64=theirs.apart.get(place),
        )
        for place in order
        if place in theirs.tallies or place in walked
    ]


def _from_float64(quantized: Quantized | None) -> dict[str, Any]:
    if quantized is None:
        return {
            "inputs": None,
            "inputs_differ": None,
            "inputs_named": [],
            "classes_differ": None,
        }
    return {
        "inputs": quantized.inputs,
        "inputs_differ": quantized.inputs_differ,
        "inputs_named": quantized.named,
        "classes_differ": quantized.classes_differ,
    }

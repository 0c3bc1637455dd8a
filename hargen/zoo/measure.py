"""One row: its model exported, built, flashed to the virtual board, and asked about every window.

The functions are those that the commands call; nothing is kept from one row for the next.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hargen import board as boards
from hargen.bench.made import make
from hargen.build.compile import Image
from hargen.convert import converter
from hargen.errors import HargenError
from hargen.importers import model_file
from hargen.importers.keras.model import KerasModel, is_keras
from hargen.importers.keras.model import load as load_keras
from hargen.validate import validation
from hargen.validate.report import Report
from hargen.zoo import data_sets, original, svc
from hargen.zoo.original import Original
from hargen.zoo.report import PASSED, Row
from hargen.zoo.task import BOARD, Task, empty, failed

SYNTHETIC_WINDOWS = 300
_CONTEXT = "context"  # the model's context object in the firmware
_NETWORK_DIFFERENCE = 1e-5  # that an output of a float32 network may have from its reference's
_SVC_DIFFERENCE = 1e-4  # the same of a classifier's probabilities

Tell = Callable[[str, int, int], None]
"""Called with the step, and how much of it is done: windows, or 0 of 0."""


def measure(task: Task, tell: Tell) -> Row:
    """Return the filled row; what goes wrong becomes its status, and the row ends there."""
    started = time.monotonic()
    known: dict[str, Any] = {"notes": []}
    try:
        status = _run(task, known, tell)
    except HargenError as error:
        status = failed(_text(error, task))
    known["notes"] = tuple(dict.fromkeys(known["notes"]))
    return empty(task.entry, status).model_copy(
        update={**known, "seconds": round(time.monotonic() - started, 3)}
    )


def _run(task: Task, known: dict[str, Any], tell: Tell) -> str:
    """Fill in what becomes known, step by step, and return the status."""
    made = _make(task, known, tell)
    equality = data_sets.EQUALITY.find(task.data)
    report, original = _validate(task, known, tell, made, equality)
    known.update(_equality(report, original), **_costs(report, made.image))
    status = _verdict(task, report, known)
    data_set = data_sets.known(task.entry.artifact.dataset)
    own = None if data_set is None else data_set.find(task.data)
    if data_set is None or own is None:
        known["accuracy"] = data_sets.not_run(task.entry.artifact.dataset)
        return status
    if own != equality:
        report, original = _validate(task, known, tell, made, own)
    known.update(_accuracy(report, original))
    if data_set.remark:
        known["notes"].append(data_set.remark)
    if status != PASSED or own == equality:
        return status
    return _verdict(task, report, _equality(report, original))


@dataclass(frozen=True, eq=False)
class _Made:
    """The image on the board, and the Keras model that it was made of, if it was one."""

    image: Image
    keras: KerasModel | None


def _make(task: Task, known: dict[str, Any], tell: Tell) -> _Made:
    """Export, build and flash."""
    artifact = task.entry.artifact
    data_set = data_sets.known(artifact.dataset)
    keras = None
    if is_keras(artifact.path):
        tell("convert", 0, 0)
        keras = load_keras(artifact.path)
    made = make(
        artifact.path,
        task.folder,
        boards.load(BOARD),
        lambda step: tell(step, 0, 0),
        classes=None if data_set is None else data_set.classes,
        converted=None if keras is None else converter.to_float(keras),
        optimize=task.optimize,
        jobs=task.jobs,
    )
    result = made.exported
    known["notes"] += result.notes
    known["format"] = result.manifest.model.precision
    known["maccs"] = result.manifest.plan.maccs
    if keras is None:
        svc_sizes = svc.structure(model_file.read(artifact.path).graph)
        if svc_sizes is not None:
            shipped = {"shipped": svc_sizes.shipped()}
            known["maccs_by_formula"] = svc_sizes.maccs
            known["published"] = task.entry.published.model_copy(update=shipped)
    return _Made(made.image, keras)


def _validate(
    task: Task, known: dict[str, Any], tell: Tell, made: _Made, data: Path | None
) -> tuple[Report, Original | None]:
    """Send all windows of a data set through the virtual board; synthetic ones without one."""
    tell("windows", 0, 0)
    request = validation.Request(
        project_dir=task.folder,
        virtual=True,
        data=data,
        synthetic=SYNTHETIC_WINDOWS if data is None else None,
    )
    report = validation.validate(
        request, lambda done, total: tell("windows", done, total), known["notes"].append
    )
    known["notes"] += report.notes
    return report, None if made.keras is None else original.ask(made.keras, request)


def _equality(report: Report, of_keras: Original | None) -> dict[str, Any]:
    found = {
        "windows": report.windows,
        "windows_from": report.data,
        "reference": f"{report.reference} {report.reference_version}",
        "labels_equal": report.labels_equal,
        "largest_difference": report.largest_difference,
        "exact_with": report.exact_with,
        "bit_exact": report.bit_exact,
    }
    # A board with LiteRT's class on every window has Keras's class where LiteRT has.
    if of_keras is not None and report.labels_equal == report.windows:
        found["reference"] = of_keras.name
        found["labels_equal"] = of_keras.labels_equal
        between = report.largest_difference
        found["largest_difference"] = (
            None if between is None else between + of_keras.largest_difference
        )
    return found


def _accuracy(report: Report, of_keras: Original | None) -> dict[str, Any]:
    return {
        "accuracy": report.accuracy,
        "accuracy_windows": report.judged,
        "accuracy_from": report.data,
        "original_accuracy": report.reference_accuracy if of_keras is None else of_keras.accuracy,
    }


def _costs(report: Report, image: Image) -> dict[str, Any]:
    size = image.footprint
    stack = 0 if report.footprint is None else report.footprint.stack_high_water or 0
    context = image.elf.symbol(_CONTEXT).size
    return {
        "weights_flash_bytes": size.weights,
        "tables_flash_bytes": size.tables,
        "code_flash_bytes": size.code,
        "total_flash_bytes": size.weights + size.tables + size.code,
        "activation_ram_bytes": size.activation_ram,
        "context_ram_bytes": context,
        "stack_bytes": stack,
        "total_ram_bytes": size.activation_ram + context + stack,
        "image_flash_bytes": size.image,
        "image_ram_bytes": size.activation_ram + size.other_ram + stack,
        "instructions": None if report.instructions is None else report.instructions.median,
        "estimated_ms": None if report.latency_ms is None else report.latency_ms.median,
        "clock_hz": report.clock_hz,
    }


def _verdict(task: Task, report: Report, equality: dict[str, Any]) -> str:
    """Return the status of a run that came to its end."""
    sent = report.windows + report.lost
    labels, bits = equality["labels_equal"], equality["bit_exact"]
    difference = equality["largest_difference"]
    allowed = _SVC_DIFFERENCE if task.entry.artifact.is_onnx else _NETWORK_DIFFERENCE
    if report.violations:
        return failed(f"real silicon would not serve this: {report.violations[0]}")
    if report.lost or not sent:
        return failed(f"{report.lost} of {sent} windows have no answer")
    if labels != sent:
        return failed(f"{labels} of {sent} windows have the class of {equality['reference']}")
    if bits != sent:
        return failed(f"{bits} of {sent} windows have every bit of {equality['exact_with']}")
    if report.precision == "float32" and not (difference is not None and difference <= allowed):
        return failed(f"an output is {difference} from that of {equality['reference']}")
    return PASSED


def _text(error: HargenError, task: Task) -> str:
    """Return what went wrong, with file names that mean the same on every machine."""
    artifact = task.entry.artifact
    text = str(error).replace(str(artifact.path), artifact.name)
    return text.replace(str(task.folder), task.folder.name)

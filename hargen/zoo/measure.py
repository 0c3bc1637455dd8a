"""One row: its model exported, built, flashed to the virtual board, and asked about every window.

The functions are those that the commands call; nothing is kept from one row for the next.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hargen import board as boards
from hargen.build import compile as compiling
from hargen.build.compile import Image
from hargen.device import flashing
from hargen.emit import project
from hargen.errors import HargenError
from hargen.validate import reference, validation
from hargen.validate.report import Report
from hargen.zoo import data_sets
from hargen.zoo.report import PASSED, Row
from hargen.zoo.task import BOARD, Task, empty, failed

SYNTHETIC_WINDOWS = 300
_CONTEXT = "context"  # the model's context object in the firmware

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
    image = _make(task, known, tell)
    equality = data_sets.EQUALITY.find(task.data)
    report = _validate(task, known, tell, equality)
    known.update(_equality(report), **_costs(report, image))
    status = _verdict(report)
    data_set = data_sets.known(task.entry.artifact.dataset)
    own = None if data_set is None else data_set.find(task.data)
    if data_set is None or own is None:
        known["accuracy"] = data_sets.not_run(task.entry.artifact.dataset)
        return status
    if own != equality:
        report = _validate(task, known, tell, own)
    known.update(_accuracy(report))
    if data_set.remark:
        known["notes"].append(data_set.remark)
    return status if status != PASSED else _verdict(report)


def _make(task: Task, known: dict[str, Any], tell: Tell) -> Image:
    """Export, build and flash."""
    artifact = task.entry.artifact
    data_set = data_sets.known(artifact.dataset)
    tell("export", 0, 0)
    result = project.export(
        artifact.path,
        task.folder,
        board=boards.load(BOARD),
        reference=reference.run,
        classes=None if data_set is None else data_set.classes,
    )
    known["notes"] += result.notes
    known["format"] = result.manifest.model.precision
    known["maccs"] = result.manifest.plan.maccs
    tell("build", 0, 0)
    image = compiling.build(task.folder, jobs=task.jobs)
    tell("flash", 0, 0)
    flashing.flash_virtual(task.folder, image)
    return image


def _validate(task: Task, known: dict[str, Any], tell: Tell, data: Path | None) -> Report:
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
    return report


def _equality(report: Report) -> dict[str, Any]:
    agreement = report.agreement
    return {
        "windows": report.windows,
        "windows_from": report.data,
        "reference": f"{report.reference} {report.reference_version}",
        "labels_equal": None if agreement is None else round(agreement * report.windows),
        "bit_exact": report.bit_exact,
    }


def _accuracy(report: Report) -> dict[str, Any]:
    return {
        "accuracy": report.accuracy,
        "accuracy_windows": report.judged,
        "accuracy_from": report.data,
        "original_accuracy": report.reference_accuracy,
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


def _verdict(report: Report) -> str:
    """Return the status of a run that came to its end."""
    sent = report.windows + report.lost
    labels = _equality(report)["labels_equal"]
    if report.violations:
        return failed(f"real silicon would not serve this: {report.violations[0]}")
    if report.lost or not sent:
        return failed(f"{report.lost} of {sent} windows have no answer")
    if labels != sent:
        return failed(f"{labels} of {sent} windows have the class of {report.reference}")
    if report.bit_exact != sent:
        return failed(f"{report.bit_exact} of {sent} windows are equal in every bit")
    return PASSED


def _text(error: HargenError, task: Task) -> str:
    """Return what went wrong, with file names that mean the same on every machine."""
    artifact = task.entry.artifact
    text = str(error).replace(str(artifact.path), artifact.name)
    return text.replace(str(task.folder), task.folder.name)

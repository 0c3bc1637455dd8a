"""From a float classifier and representative data to a quantized .svm, and what that costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hargen import datasets
from hargen.convert import representative
from hargen.convert.comparison import Comparison, compare, true_classes
from hargen.convert.svm.rounding import round_machine
from hargen.datasets import Windows
from hargen.emit import input_facts
from hargen.emit.model_context import edge_shape
from hargen.errors import ModelError
from hargen.importers import model_file
from hargen.importers.model_file import ModelFile
from hargen.ir.graph import Graph
from hargen.optimize.passes import optimize
from hargen.plan.planner import make_plan
from hargen.preprocessing import Card, Preprocessing, read_card
from hargen.validate import onnx_reference, svm_reference


@dataclass(frozen=True, eq=False)
class SvmConversion:
    """A quantized .svm with all that is known about how it came to be.

    flash_before, flash_after: bytes of weights and tables of both forms on the target. notes:
    sentences that the user should read; warnings: those that the user must.
    """

    model: ModelFile
    card: Card | None
    classes: tuple[str, ...]
    content: bytes
    flash_before: int
    flash_after: int
    calibration: Windows
    comparison: Comparison
    notes: tuple[str, ...]
    warnings: tuple[str, ...]


def convert(
    path: Path,
    representative_data: Path,
    *,
    test_data: Path | None = None,
    classes: tuple[str, ...] | None = None,
    preprocessing: str | None = None,
    stage: Callable[[str], None] = lambda _: None,
) -> SvmConversion:
    """Quantize an .onnx support vector classifier; the same files give the same bytes.

    Args:
        path: the model; a card beside it says how it wants its input.
        representative_data: what hargen.datasets.load takes, for the ranges of the inputs.
        test_data: the same, to measure on; without it, the representative windows.
        classes: names of the classes; otherwise the card's, or the labels in the file.
        preprocessing: in place of the card's: a preset's name or a file with [preprocessing].
        stage: called with what is done next.

    Raises:
        ModelError: the model is not usable, or has a kernel without an integer form.
        DataError: the data does not fit, is too little, or lacks a class.
        ToolError: onnx or onnxruntime is not installed.
    """
    stage("reading the model")
    model = _read(path)
    shape = edge_shape(model.graph.tensors[model.graph.input])
    stage("reading the data")
    card = read_card(path)
    notes: list[str] = []
    names = input_facts.class_names(
        classes, card, len(model.classes), path, notes, in_file=model.classes
    )
    compared = names if _are_named(classes, card, model) else None
    spec = input_facts.preprocessing(card, shape, path, notes, preprocessing)
    if preprocessing is not None:  # the result is for this one, and its card has to say so
        card = (card or Card()).model_copy(update={"preprocessing": spec})
    everything = _load(representative_data, shape, path, spec)
    chosen = representative.choose(everything, compared, len(names))
    warnings = representative.scale_warnings(
        lambda x: _one_hot(model, x), chosen.x, true_classes(chosen, compared)
    )
    tested = everything if test_data is None else _load(test_data, shape, path, spec)
    truth = true_classes(tested, compared)
    stage(f"rounding to int8, inputs as in {len(chosen)} windows")
    content = round_machine(model, names, _rows(chosen.x))
    graph = model_file.parse(path, content).graph
    stage(f"comparing float and int8 on {len(tested)} windows")
    rows = _rows(tested.x)
    return SvmConversion(
        model=model,
        card=card,
        classes=names,
        content=content,
        flash_before=_flash(model.graph),
        flash_after=_flash(graph),
        calibration=chosen,
        comparison=compare(
            tested,
            truth,
            onnx_reference.run(model.content, rows).classes,
            svm_reference.run(content, rows).classes,
        ),
        notes=tuple(dict.fromkeys((*notes, *everything.notes))),
        warnings=tuple(warnings),
    )


def _read(path: Path) -> ModelFile:
    model = model_file.read(path)
    if model.format != "onnx":
        raise ModelError(
            "this is no float support vector classifier",
            where=str(path),
            why="it is quantized already" if model.format == "svm" else f"it is a .{model.format}",
            hint="give the .onnx file, or hargen export this one as it is",
        )
    return model


def _are_named(classes: tuple[str, ...] | None, card: Card | None, model: ModelFile) -> bool:
    """Whether the classes have names that those of data can be compared with; numbers are none."""
    if classes is not None or (card is not None and card.classes is not None):
        return True
    return not all(label.lstrip("-").isdecimal() for label in model.classes)


def _load(path: Path, shape: tuple[int, ...], model: Path, spec: Preprocessing) -> Windows:
    window, axes = input_facts.window_and_axes(shape, model)
    return datasets.load(path, window=window, preprocessing=spec, axes=axes)


def _rows(x: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.ascontiguousarray(x.reshape(len(x), -1), dtype=np.float32)


def _one_hot(model: ModelFile, x: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    classes = onnx_reference.run(model.content, _rows(x)).classes
    return np.eye(len(model.classes), dtype=np.float32)[classes]


def _flash(graph: Graph) -> int:
    footprint = make_plan(optimize(graph)).footprint
    return footprint.weights + footprint.tables

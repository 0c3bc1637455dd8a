"""What goes to the board, and what has to come back, by the stage where it is put in.

raw: the sensor's counts, through preprocessing and network. window: preprocessed windows in the
model's own input type. int8: what the int8 network takes between its edges.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hargen.errors import ToolError, UsageError
from hargen.manifest import Manifest, Tensor
from hargen.validate import counts, twin, wire
from hargen.validate.counts import Counts
from hargen.validate.data import Truth
from hargen.validate.expected import Expected, expect
from hargen.validate.project import Project
from hargen.validate.twin import Twin
from hargen.validate.yardstick import Yardstick

StageName = Literal["raw", "window", "int8"]


@dataclass(frozen=True, eq=False)
class Trial:
    """One stage's inputs and the answers that are right.

    manifest: the project's, with the network's ends in the dtypes of the stage. rows: (n, elements)
    windows as they go to the board; of raw, what the float64 reference of the preprocessing makes
    of the counts. reference_windows: the same as float32. expected: what the reference makes of
    rows. exact: what bits are compared with. twin: what the project's C gives on this machine.
    """

    stage: StageName
    manifest: Manifest
    rows: NDArray[Any]
    reference_windows: NDArray[np.float32]
    counts: Counts | None
    expected: Expected | None
    exact: Yardstick | None
    twin: Twin | None


def prepare(
    stage: StageName, found: Project, truth: Truth, reference: bool, warn: Callable[[str], None]
) -> Trial:
    """Return the trial of a stage.

    Args:
        stage: where the data is put in.
        found: the project.
        truth: its windows.
        reference: ask the reference too.
        warn: told what could not be compared.

    Raises:
        UsageError: the project has no such stage.
        DataError: the data has no samples, for raw.
        ModelError, ToolError: the reference cannot run the model.
    """
    manifest = found.manifest
    counted = None
    if stage == "raw":
        if not found.preprocessing.changes_samples:
            raise UsageError(
                "the project's firmware takes windows only",
                where=str(found.directory),
                why=f"the preprocessing is {found.preprocessing.preset!r}, which does nothing",
                hint="use --stage window, or export the model with a card",
            )
        counted = counts.of(truth.windows.streams, found.preprocessing)
        windows = counts.windows(counted, found.preprocessing)
    else:
        windows = truth.windows.x
    if stage == "int8":
        if manifest.model.input.scale is None:
            kind = "quantized support vector machine"
            if manifest.model.precision == "float32":
                kind = "float32 network"
            raise UsageError(
                f"a {kind} has no stage int8",
                where=str(found.directory),
                hint="use --stage window",
            )
        manifest = _between_edges(manifest)
    rows = wire.inputs(windows, manifest.model.input)
    same = _twin(stage, found, rows, counted, warn)
    expected = _expect(found, rows, manifest) if reference else None
    exact = _exact(found, manifest, stage, expected, same)
    flat = windows.reshape(len(windows), -1)
    return Trial(stage, manifest, rows, flat, counted, expected, exact, same)


def _between_edges(manifest: Manifest) -> Manifest:
    model = manifest.model
    ends = {
        "input": model.input.model_copy(update={"dtype": "int8"}),
        "output": model.output.model_copy(update={"dtype": "int8"}),
    }
    return manifest.model_copy(update={"model": model.model_copy(update=ends)})


def _twin(
    stage: StageName,
    found: Project,
    rows: NDArray[Any],
    counted: Counts | None,
    warn: Callable[[str], None],
) -> Twin | None:
    try:
        if counted is not None:
            return twin.run_streams(
                found.directory, found.manifest, counted.streams, sum(counted.windows)
            )
        return twin.run(found.directory, found.manifest, rows, int8=stage == "int8")
    except ToolError as error:
        warn(f"no twin on this machine to compare bits with: {error}. {error.hint}")
        return None


def _expect(found: Project, rows: NDArray[Any], manifest: Manifest) -> Expected:
    """Return what the reference makes of rows, in and out in the stage's dtypes."""
    source, sink = found.manifest.model.input, found.manifest.model.output
    given = rows
    if rows.dtype == np.int8 and source.dtype == "float32":
        given = wire.dequantize(rows, source)
    answer = expect(found.model, given)
    if manifest.model.output.dtype == sink.dtype:
        return answer
    steps = np.rint(answer.outputs.astype(np.float64) / (sink.scale or 1.0)) + sink.zero_point
    return Expected(steps.astype(np.int8), answer.classes, answer.name, answer.version)


def _seen(same: Twin, windows: NDArray[np.float32], source: Tensor) -> NDArray[Any]:
    """Return what the twin's network saw as the model takes it: the same int8 in either dtype."""
    if same.quantized is None:
        return wire.inputs(windows, source)
    return same.quantized if source.dtype == "int8" else wire.dequantize(same.quantized, source)


def _exact(
    found: Project,
    manifest: Manifest,
    stage: StageName,
    expected: Expected | None,
    same: Twin | None,
) -> Yardstick | None:
    """Return what every output byte has to be equal to.

    Of an int8 network that is the reference, on the very windows that the network saw; of a float32
    one, whose sums come in another order, the same C on this machine.
    """
    if expected is None:
        return None
    if manifest.model.precision == "float32":
        if same is None:
            return None
        return Yardstick(f"the same C on this machine, {same.compiler}", same.outputs)
    if stage == "raw":
        if same is None or same.windows is None:
            return None
        expected = expect(found.model, _seen(same, same.windows, manifest.model.input))
    return Yardstick(f"{expected.name} {expected.version}", expected.outputs)

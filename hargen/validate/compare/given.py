"""What is put in, and where; and what the C on this machine makes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hargen.datasets import Windows
from hargen.emit.stream_context import in_integers
from hargen.errors import UsageError
from hargen.ir.tensor import DType
from hargen.preprocessing.rounding import FloatRounding, IntegerRounding, Rounding
from hargen.validate import counts, wire
from hargen.validate.compare import network, steps, trace
from hargen.validate.compare.network import Network
from hargen.validate.compare.trace import Trace
from hargen.validate.counts import Counts
from hargen.validate.project import Project
from hargen.validate.trial import StageName


@dataclass(frozen=True, eq=False)
class Given:
    """A project, its windows, and the C's values.

    counts: of stage raw. rows: (n, values) windows as they were put in, in the stage's dtype; of
    raw, as the C made them. rounding: of the C's preprocessing.
    """

    found: Project
    network: Network
    windows: Windows
    stage: StageName
    counts: Counts | None
    rows: NDArray[Any]
    trace: Trace
    rounding: Rounding = field(default_factory=FloatRounding)

    @property
    def quantizes(self) -> bool:
        """Whether the C makes int8 of what was put in."""
        if self.network.plan.dtype is not DType.INT8:
            return False
        return self.stage == "raw" or self.rows.dtype != np.int8

    @property
    def reference_rows(self) -> NDArray[Any]:
        """The windows that the C's network saw, in the model's input dtype."""
        source = self.found.manifest.model.input
        if source.dtype == "int8":
            return self.trace.inputs
        if self.stage == "int8" or isinstance(self.rounding, IntegerRounding):
            return wire.dequantize(self.trace.inputs, source)
        return self.rows

    @property
    def windows_are_right(self) -> bool:
        """Whether the C cut the windows where they should be."""
        if self.counts is None or self.trace.stream is None:
            return True
        wanted = steps.last_samples(self.counts, self.found.preprocessing)
        return np.array_equal(wanted, self.trace.stream.last)


def prepare(
    found: Project, windows: Windows, stage: StageName | None, warn: Callable[[str], None]
) -> Given:
    """Put the windows into the C on this machine.

    Args:
        found: the project.
        windows: its windows.
        stage: where; None where counts go in if there are any, and windows otherwise.
        warn: told of samples that the sensor could not have counted.

    Raises:
        UsageError: the project has no such stage.
        DataError: the data has no samples, for raw; or the C fails, or is another network's.
        ModelError: this version of hargen cannot use the model.
        ToolError: this machine has no compiler, or it fails.
    """
    manifest, spec = found.manifest, found.preprocessing
    if stage is None:
        stage = "raw" if spec.changes_samples and windows.streams else "window"
    net = network.read(found)
    plan = net.plan
    if stage == "raw":
        if not spec.changes_samples:
            raise UsageError(
                "the project's firmware takes windows only",
                where=str(found.directory),
                why=f"the preprocessing is {spec.preset!r}, which does nothing",
                hint="use --stage window, or export the model with a card",
            )
        counted = counts.of(windows.streams, spec)
        if counted.clipped:
            warn(f"{counted.clipped} samples are beyond what the sensor can count; they are cut")
        rounding = _rounding(found, net)
        last_place = rounding.last_place if isinstance(rounding, IntegerRounding) else None
        traced = trace.of_streams(found.directory, manifest, plan, counted.streams, last_place)
        assert traced.stream is not None
        real = traced.stream.real.astype(np.float32)
        return Given(found, net, windows, stage, counted, real, traced, rounding)
    source = manifest.model.input
    rows = wire.inputs(windows.x, source)
    if stage == "int8":
        if plan.dtype is not DType.INT8:
            raise UsageError(
                "the project's network takes no int8 windows",
                where=str(found.directory),
                hint="use --stage window",
            )
        rows = rows if rows.dtype == np.int8 else wire.quantize(rows, source)
    traced = trace.of_windows(found.directory, manifest, plan, rows, int8=stage == "int8")
    return Given(found, net, windows, stage, None, rows, traced)


def _rounding(found: Project, net: Network) -> Rounding:
    """Return the rounding of a project's preprocessing: that of float32, or of integers."""
    spec = found.preprocessing
    if found.manifest.preprocessing.integers is None:
        return FloatRounding()
    count = spec.mg_per_count * spec.scale_from("mg")
    return IntegerRounding(in_integers(spec, net.plan), count)

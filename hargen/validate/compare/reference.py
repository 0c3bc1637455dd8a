"""SciPy and the network's reference beside the C on this machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hargen.validate import integer_window, wire
from hargen.validate.compare import network, steps
from hargen.validate.compare.given import Given
from hargen.validate.compare.report import INPUTS_NAMED, Apart, Input
from hargen.validate.compare.steps import Step
from hargen.validate.compare.tally import Tally
from hargen.validate.expected import expect

Progress = Callable[[int], None]


@dataclass(frozen=True, eq=False)
class Quantized:
    """What the roundings of the preprocessing come to in the end.

    inputs: values of all windows. inputs_differ: of them, those that are another int8 than
    float64's; named: the first of these. None of a float32 network. classes_differ: windows that
    have another class where float64 preprocesses.
    """

    inputs: int
    inputs_differ: int | None
    named: list[Input]
    classes_differ: int


@dataclass(frozen=True, eq=False)
class Reference:
    """names: of who computed. tallies, apart: by place; the second from float64 throughout."""

    names: list[str]
    tallies: dict[str, Tally] = field(default_factory=dict)
    apart: dict[str, Apart] = field(default_factory=dict)
    quantized: Quantized | None = None

    def add(
        self, place: str, ours: NDArray[Any], theirs: NDArray[Any], limit: ArrayLike = 0.0
    ) -> None:
        """Compare all windows (n, ...) at a place."""
        rows = len(ours)
        limits = np.broadcast_to(limit, ours.shape).reshape(rows, -1)
        tally = self.tallies[place] = Tally(exact=False)
        tally.add(0, ours.reshape(rows, -1), theirs.reshape(rows, -1), limits)


def compare(given: Given, progress: Progress) -> Reference:
    """Compare the C's values with the reference's, every place on what the C had in front of it.

    Args:
        given: whose windows are where they should be.
        progress: called with the number of windows done.

    Raises:
        ModelError: the reference cannot run the model.
        ToolError: it is not installed.
    """
    if given.counts is None or given.trace.stream is None:
        return _network(given, Reference([]), progress)
    spec, stream = given.found.preprocessing, given.trace.stream
    found = steps.of(given.counts, spec, stream, given.rounding)
    reference = Reference(
        names=[f"SciPy {steps.version()}"],
        apart={step.place: _apart(step) for step in found},
        quantized=_quantized(given, found[-1]),
    )
    for step in found:
        reference.add(step.place, step.ours, step.exact, step.limit)
    return _network(given, reference, progress)


def _network(given: Given, reference: Reference, progress: Progress) -> Reference:
    trace, source = given.trace, given.found.manifest.model.input
    expected = network.expect(
        given.found,
        given.network,
        given.reference_rows,
        progress,
        int8_outputs=given.stage == "int8",
    )
    if given.quantizes:
        theirs, integers = expected.inputs, given.found.manifest.preprocessing.integers
        if trace.stream is not None and integers is not None:
            theirs = integer_window.quantized(trace.stream.windows, integers)
        elif source.dtype == "int8" or theirs is None:  # the file begins behind it
            theirs = wire.quantize(given.rows, source)
        reference.add("input", trace.inputs, theirs)
    for index, (ours, layer) in enumerate(zip(trace.layers, expected.layers, strict=True)):
        if layer is not None:
            reference.add(f"layer {index}", ours, layer, expected.limits[index])
    reference.add("output", trace.outputs, expected.outputs, expected.limits[-1])
    reference.add("class", trace.classes, expected.classes)
    reference.names.append(expected.name)
    return reference


def _apart(step: Step) -> Apart:
    apart = np.abs(step.ours.astype(np.float64) - step.from_counts)
    return Apart(
        max=float(apart.max(initial=0.0)),
        rms=float(np.sqrt((apart**2).mean())) if apart.size else 0.0,
    )


def _quantized(given: Given, window: Step) -> Quantized:
    source = given.found.manifest.model.input
    theirs = window.from_counts.astype(np.float32).reshape(len(window.ours), -1)
    rows = wire.inputs(theirs, source)
    classes = expect(given.found.model, rows).classes
    differ = int((classes != given.trace.classes).sum())
    if source.scale is None:
        return Quantized(theirs.size, None, [], differ)
    quantized = wire.quantize(theirs, source)
    own = given.trace.inputs
    places = np.argwhere(own != quantized)
    named = [
        Input(window=w, index=i, ours=int(own[w, i]), float64=int(quantized[w, i]))
        for w, i in places[:INPUTS_NAMED].tolist()
    ]
    return Quantized(theirs.size, len(places), named, differ)

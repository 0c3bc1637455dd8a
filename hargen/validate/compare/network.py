"""The network by an independent implementation, layer by layer.

LiteRT's reference kernels keep every tensor of a .tflite. onnxruntime gives what the classifier is
given, and its answer; of an .svm the NumPy model gives every layer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hargen.importers import model_file
from hargen.ir.graph import Graph
from hargen.ir.operator import TensorId
from hargen.ir.ops.reshape import Reshape
from hargen.ir.ops.svm import SvmDecision
from hargen.optimize.passes import optimize, optimize_apart
from hargen.plan.choice import Choice, Way
from hargen.plan.plan import Plan
from hargen.plan.planner import make_chosen_plan, make_plan
from hargen.validate import metrics, onnx_reference, reference, reference_tensors, svm_reference
from hargen.validate.project import Project

FLOAT_LIMIT = 1e-5
"""Of float32 values from the reference's, as a share of a layer's largest, or of 1."""

PROBABILITY_LIMIT = 1e-4
"""Of a classifier's outputs from onnxruntime's."""

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Network:
    """A model as the planner sees it: the optimized graph, and what the C is made of."""

    format: model_file.Format
    graph: Graph
    plan: Plan


@dataclass(frozen=True, eq=False)
class Expected:
    """What the reference computes; None where it does not store it.

    inputs: (n, values) as the int8 network takes them. layers: (n, values) of each. outputs:
    (n, values). classes: (n,). limits: of the layers, then of the outputs, from the reference's
    values; 0 where every bit has to be equal.
    """

    name: str
    inputs: Array | None
    layers: tuple[Array | None, ...]
    outputs: Array
    classes: NDArray[np.int64]
    limits: tuple[Array, ...]


def read(found: Project) -> Network:
    """Return the project's network, from its copy of the model.

    Raises:
        ModelError: this version of hargen cannot use it.
    """
    model = model_file.parse(Path(found.manifest.model.file), found.model)
    written = found.manifest.choice
    if written is None:  # by an older hargen
        graph = optimize(model.graph)
        return Network(model.format, graph, make_plan(graph))
    graph = optimize_apart(model.graph)
    choice = Choice(
        written.level,
        tuple((one.layer, Way(one.kernel, one.for_size, one.unrolled)) for one in written.layers),
    )
    return Network(model.format, graph, make_chosen_plan(graph, choice))


def expect(
    found: Project,
    network: Network,
    rows: Array,
    progress: Callable[[int], None],
    *,
    int8_outputs: bool = False,
) -> Expected:
    """Return what the reference makes of windows.

    Args:
        found: the project.
        network: its model.
        rows: (n, values) in the model's input dtype.
        progress: called with the number of windows done.
        int8_outputs: outputs as the int8 network gives them.

    Raises:
        ModelError: the reference cannot run the model.
        ToolError: it is not installed.
    """
    if network.format == "tflite":
        return _by_litert(found, network, rows, progress, int8_outputs)
    answer = _by_numpy if network.format == "svm" else _by_onnxruntime
    expected = answer(found.model, network, rows)
    progress(len(rows))
    return expected


def _by_litert(
    found: Project,
    network: Network,
    rows: Array,
    progress: Callable[[int], None],
    int8_outputs: bool,
) -> Expected:
    from hargen.importers.tflite.reader import tensor_count

    plan, count = network.plan, tensor_count(found.model)
    own_output = plan.output.tensor if int8_outputs else network.graph.output
    wanted = [_in_file(network.graph, layer.output, count) for layer in plan.layers]
    asked = {*wanted, plan.input.tensor, own_output} - {None}
    tensors = reference_tensors.run(
        found.model, rows, sorted(t for t in asked if t is not None and t < count), progress
    )
    layers = tuple(None if t is None else tensors.values.get(t) for t in wanted)
    outputs = tensors.values[own_output]
    return Expected(
        name=f"{reference.NAME} {reference.version()}",
        inputs=tensors.values.get(plan.input.tensor),
        layers=layers,
        outputs=outputs,
        classes=metrics.first_maximum(outputs) if len(outputs) else np.zeros(0, np.int64),
        limits=tuple(map(_float_limit, (*layers, outputs)))
        if found.manifest.model.precision == "float32"
        else _exactly(plan),
    )


def _in_file(graph: Graph, tensor: TensorId, count: int) -> TensorId | None:
    """Return the file's tensor with the values of a layer's result; None where there is none.

    The importer or a pass may have put a tensor in front of a reshape, whose output has its values.
    """
    if tensor < count:
        return tensor
    for operator in graph.operators:
        if isinstance(operator, Reshape) and operator.input == tensor and operator.output < count:
            return operator.output
    return None


def _by_numpy(model: bytes, network: Network, rows: Array) -> Expected:
    answer = svm_reference.run(model, rows)
    return Expected(
        name=f"{svm_reference.NAME} {svm_reference.version()}",
        inputs=None,
        layers=answer.layers,
        outputs=answer.outputs,
        classes=answer.classes,
        limits=_exactly(network.plan),
    )


def _by_onnxruntime(model: bytes, network: Network, rows: Array) -> Expected:
    answer = onnx_reference.run(model, rows)
    decisions = [op for op in network.graph.operators if isinstance(op, SvmDecision)]
    features = decisions[0].input if decisions else None
    layers = tuple(
        answer.features if layer.output == features else None for layer in network.plan.layers
    )
    return Expected(
        name=f"{onnx_reference.NAME} {onnx_reference.version()}",
        inputs=None,
        layers=layers,
        outputs=answer.outputs,
        classes=answer.classes,
        limits=(*map(_float_limit, layers), np.array(PROBABILITY_LIMIT)),
    )


def _exactly(plan: Plan) -> tuple[Array, ...]:
    return (np.zeros(()),) * (len(plan.layers) + 1)


def _float_limit(values: Array | None) -> Array:
    """Return the limit of each window's values, (n, 1)."""
    if values is None:
        return np.zeros(())
    largest = np.abs(values).max(axis=1, keepdims=True, initial=1.0)
    limit: Array = FLOAT_LIMIT * largest.astype(np.float64)
    return limit

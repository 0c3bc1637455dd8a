"""From a Keras file and representative data to an int8 .tflite, and what that costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hargen import datasets
from hargen.convert import converter, logits, noise, representative
from hargen.convert.comparison import Comparison, compare, true_classes
from hargen.convert.converter import Edges
from hargen.convert.logits import Remedy
from hargen.datasets import Windows
from hargen.emit import input_facts
from hargen.emit.model_context import edge_shape
from hargen.importers import model_file
from hargen.importers.keras.model import KerasModel, load
from hargen.ir.graph import Graph
from hargen.ir.ops.quantize import Quantize
from hargen.manifest import Tensor
from hargen.preprocessing import Card, Preprocessing, read_card
from hargen.validate import metrics, reference, reference_tensors, wire

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Conversion:
    """An int8 .tflite with all that is known about how it came to be.

    remedy: what was done to the logits. notes: sentences that the user should read; warnings:
    those that the user must.
    """

    keras: KerasModel
    card: Card | None
    classes: tuple[str, ...]
    preprocessing: Preprocessing
    content: bytes
    edges: Edges
    calibration: Windows
    remedy: Remedy
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
    edges: Edges = "float",
    stage: Callable[[str], None] = lambda _: None,
) -> Conversion:
    """Convert a .keras or .h5 model; the same files give the same bytes.

    Args:
        path: the model; a card beside it says how it wants its input.
        representative_data: what hargen.datasets.load takes, to calibrate on.
        test_data: the same, to measure on; without it, the representative windows.
        classes: names of the outputs; otherwise the card's, or class_0 and so on.
        preprocessing: in place of the card's: a preset's name or a file with [preprocessing].
        edges: float32 or int8 input and output.
        stage: called with what is done next.

    Raises:
        ModelError: the model is not usable, or not supported.
        DataError: the data does not fit, is too little, or lacks a class.
    """
    stage("reading the model with TensorFlow")
    keras = load(path)
    stage("reading the data")
    card = read_card(path)
    notes: list[str] = []
    named = classes is not None or (card is not None and card.classes is not None)
    names = input_facts.class_names(classes, card, keras.outputs, path, notes)
    spec = input_facts.preprocessing(card, keras.input_shape, path, notes, preprocessing)
    if preprocessing is not None:  # the result is for this one, and its card has to say so
        card = (card or Card()).model_copy(update={"preprocessing": spec})
    everything = _load(representative_data, keras, spec)
    chosen = representative.choose(everything, names if named else None, keras.outputs)
    unit = spec.unit if card is not None and card.preprocessing is not None else None
    shaped = chosen.x.reshape(len(chosen), *keras.input_shape)
    warnings = representative.unit_warnings(
        keras.network, shaped, unit, spec
    ) or representative.scale_warnings(
        keras.predict, chosen.x, true_classes(chosen, names if named else None)
    )
    tested = everything if test_data is None else _load(test_data, keras, spec)
    truth = true_classes(tested, names if named else None)
    stage(f"calibrating on {len(chosen)} windows")
    content, remedy = quantize(keras, chosen.x, edges)
    stage(f"comparing float and int8 on {len(tested)} windows")
    return Conversion(
        keras=keras,
        card=card,
        classes=names,
        preprocessing=spec,
        content=content,
        edges=edges,
        calibration=chosen,
        remedy=remedy,
        comparison=_compare(keras, content, tested, truth),
        notes=tuple(dict.fromkeys((*notes, *everything.notes))),
        warnings=tuple(warnings),
    )


def layer_noise(conversion: Conversion) -> list[noise.LayerNoise]:
    """Return the signal-to-noise ratio of every layer, over a part of the calibration windows."""
    x = conversion.calibration.x
    x = x[np.unique(np.linspace(0, len(x) - 1, noise.WINDOWS).astype(int))]
    graph = read_graph(conversion.keras, conversion.content)
    layers = noise.layer_noise(
        conversion.content,
        graph,
        converter.to_float(conversion.keras),
        _inputs(graph, x),
        x.reshape(len(x), -1),
    )
    cut = None if conversion.remedy.margin is None else logits.find(graph)
    if cut is None:
        return layers
    return [replace(layer, is_cut=layer.layer == cut.name) for layer in layers]


def read_graph(keras: KerasModel, content: bytes) -> Graph:
    """Return the graph of a converted model, verified.

    Raises:
        ModelError: the converter made an operator that hargen does not know.
    """
    return model_file.parse(keras.path, content).graph


def _load(path: Path, keras: KerasModel, spec: Preprocessing) -> Windows:
    window, axes = input_facts.window_and_axes(keras.input_shape, keras.path)
    return datasets.load(path, window=window, preprocessing=spec, axes=axes)


def quantize(keras: KerasModel, x: Floats, edges: Edges) -> tuple[bytes, Remedy]:
    """Return the file, of those with several remedies for the logits, that is nearest to the float.

    Nearest on the windows of calibration: most of the same class, then the smallest squared error.

    Args:
        keras: the float network.
        x: (n, window, axes) windows of calibration.
        edges: float32 or int8 input and output.

    Raises:
        ModelError: TensorFlow cannot convert it, or makes an operator that hargen does not know.
    """
    plain = converter.to_int8(keras, x, edges)
    graph = read_graph(keras, plain)
    tried = [(Remedy(), plain)]
    layer = logits.find(graph)
    if layer is not None and keras.outputs > 1:
        found = _float_logits(keras, graph.tensors[layer.output].name, x)
        if found is not None:
            tried += logits.candidates(plain, graph, layer, found)
    truth = keras.predict(x)

    def distance(candidate: tuple[Remedy, bytes]) -> tuple[int, float]:
        content = candidate[1]
        outputs = run_int8(keras, content, x)
        changed = metrics.first_maximum(outputs) != metrics.first_maximum(truth)
        return int(changed.sum()), float(((outputs - truth) ** 2).mean())

    remedy, content = min(tried, key=distance)
    return content, remedy


def _float_logits(keras: KerasModel, name: str, x: Floats) -> Floats | None:
    """Return the float network's values (n, classes) of the tensor of that name."""
    found = reference_tensors.run(converter.to_float(keras), x.reshape(len(x), -1))
    index = next((i for i, other in enumerate(found.names) if other == name), None)
    values = None if index is None else found.values.get(index)
    return values if values is not None and values.shape[1] == keras.outputs else None


def _compare(
    keras: KerasModel, content: bytes, windows: Windows, truth: npt.NDArray[np.int64]
) -> Comparison:
    exact = metrics.first_maximum(keras.predict(windows.x))
    rounded = metrics.first_maximum(run_int8(keras, content, windows.x))
    return compare(windows, truth, exact, rounded)


def run_int8(keras: KerasModel, content: bytes, x: Floats) -> Floats:
    """Return the outputs (n, outputs) of a converted model as real numbers, by the reference.

    Raises:
        ModelError: the reference cannot run it.
    """
    graph = read_graph(keras, content)
    outputs = reference.run(content, _inputs(graph, x))
    if outputs.dtype == np.int8:
        sink = graph.tensors[graph.output]
        outputs = np.float32(sink.scale) * (outputs.astype(np.float32) - sink.zero_point)
    return outputs


def _inputs(graph: Graph, x: Floats) -> npt.NDArray[np.generic]:
    """Return windows as rows in the input's dtype."""
    source = graph.tensors[graph.input]
    is_float = any(isinstance(op, Quantize) for op in graph.consumers.get(graph.input, ()))
    if is_float:
        return x.reshape(len(x), -1)
    edge = Tensor(
        shape=edge_shape(source), dtype="int8", scale=source.scale, zero_point=source.zero_point
    )
    return wire.inputs(x, edge)

"""Logits in front of a softmax: a finer step, and fewer ties that go to the first class.

Calibration gives the logits a range from the smallest to the largest that was ever seen, and so a
step of half a unit and more: classes that the float network tells apart become equal, and of equal
ones the first wins. Two remedies, each a change of a few numbers in the file:

- A smaller range. What lies further below a window's largest logit than a margin gives (almost)
  nothing in a softmax of 256 steps, and the largest may saturate as long as the second does not.
- Offsets. Class j of n gets j/n of a step more, so that a tie no longer always favours the first.
  They are below one step in all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hargen.importers.tflite.requantize import with_added, with_quantization
from hargen.ir.graph import Graph
from hargen.ir.operator import Activation
from hargen.ir.ops.fully_connected import FullyConnected
from hargen.ir.ops.softmax import Softmax

MARGINS = (4.0, 6.2)
"""In logits: exp(-6.2) is half a step of the output, exp(-4) is five."""


@dataclass(frozen=True)
class Remedy:
    """What was done. margin: None where the range is as calibrated."""

    margin: float | None = None
    offsets: bool = False


def find(graph: Graph) -> FullyConnected | None:
    """Return the fully connected layer that only a softmax reads, if there is one."""
    for operator in graph.operators:
        if not isinstance(operator, Softmax):
            continue
        writer = graph.producers.get(operator.input)
        alone = graph.sole_consumer(operator.input) is operator
        if isinstance(writer, FullyConnected) and writer.activation is Activation.NONE and alone:
            return writer
    return None


def candidates(
    content: bytes, graph: Graph, layer: FullyConnected, logits: npt.NDArray[np.float32]
) -> Iterator[tuple[Remedy, bytes]]:
    """Yield files in which the remedies were applied, alone and together.

    Args:
        content: an int8 .tflite.
        graph: its graph.
        layer: what computes its logits.
        logits: (n, classes), the float network's on representative windows.
    """
    steps: list[tuple[float | None, float, bytes]] = [
        (None, graph.tensors[layer.output].scale, content)
    ]
    ordered = np.sort(logits, axis=1)
    for margin in MARGINS:
        low = min(max(float(ordered[:, -1].min()) - margin, float(ordered.min())), 0.0)
        high = max(min(float(ordered[:, -2].max()) + margin, float(ordered.max())), 0.0)
        scale = float(np.float32((high - low) / 255))
        if scale > 0:
            zero_point = int(np.clip(round(-128 - low / scale), -128, 127))
            finer = with_quantization(content, layer.output, scale, zero_point)
            steps.append((margin, scale, finer))
    for reach, step, file in steps:
        if reach is not None:
            yield Remedy(reach), file
        if layer.bias is not None:
            amounts = _offsets(graph, layer, step, logits.shape[1])
            yield Remedy(reach, offsets=True), with_added(file, layer.bias, amounts)


def _offsets(
    graph: Graph, layer: FullyConnected, step: float, classes: int
) -> npt.NDArray[np.int32]:
    """Return what to add to the bias, in its own steps; around 0, so that nothing else moves."""
    quantization = graph.tensors[layer.weights].quantization
    assert quantization is not None
    bias_step = graph.tensors[layer.input].scale * np.array(quantization.scale)
    offsets = (np.arange(classes) - (classes - 1) / 2) * step / classes
    return np.round(offsets / bias_step).astype(np.int32)

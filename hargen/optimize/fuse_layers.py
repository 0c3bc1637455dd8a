"""float32 layers that need not store what is between them become one step."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeVar

from hargen.ir.graph import Graph
from hargen.ir.operator import Operator, is_float
from hargen.ir.ops.conv_2d import Conv2D
from hargen.ir.ops.conv_max_pool_2d import ConvMaxPool2D
from hargen.ir.ops.fully_connected import FullyConnected
from hargen.ir.ops.fused import ConvConvMaxPool2D, ConvMaxPoolFullyConnected, Fused
from hargen.ir.ops.reshape import Reshape

_FEWEST_CHANNELS = 8
"""Of a pooled value: below, the fully connected layer's sums would be loaded and stored too often
for what is added to them."""


def fuse_layers(graph: Graph, names: Collection[str] | None = None) -> Graph:
    """Fuse a fully connected layer with the pooled convolution in front, and two convolutions.

    The values are the same: sums keep their order, and a maximum has none.

    Args:
        graph: what is to be computed.
        names: of the pairs that become one; None for all.
    """
    for fuse in (_connected, _columns):
        graph = _fused(graph, fuse, names)
    return graph


def _fused(
    graph: Graph,
    fuse: Callable[[Graph, Operator], Fused | None],
    names: Collection[str] | None,
) -> Graph:
    removed: set[int] = set()
    operators: list[Operator] = []
    for operator in graph.operators:
        found = fuse(graph, operator) if is_float(graph.tensors, operator.output) else None
        if found is not None and (names is None or found.name in names):
            removed |= {found.first.output, *_reshapes(graph, found.first)}
            operators.append(found)
        else:
            operators.append(operator)
    return graph.with_operators(o for o in operators if o.output not in removed)


def _connected(graph: Graph, operator: Operator) -> Fused | None:
    if type(operator) is not FullyConnected or operator.batches(graph.tensors) != 1:
        return None
    first = _producer(graph, operator.input, operator, ConvMaxPool2D)
    if first is None:
        return None
    _, height, width, channels = graph.tensors[first.output].shape
    if height * width == 1 or channels < _FEWEST_CHANNELS:
        return None
    return ConvMaxPoolFullyConnected(
        name=f"{first.name} + {operator.name}",
        inputs=(*first.inputs, *operator.inputs[1:]),
        output=operator.output,
        first=first,
        second=operator,
    )


def _columns(graph: Graph, operator: Operator) -> Fused | None:
    if not isinstance(operator, ConvMaxPool2D):
        return None
    first = _producer(graph, operator.input, operator, Conv2D)
    if first is None or type(first) is not Conv2D:
        return None
    width = graph.tensors[first.input].shape[2]
    pool = operator.pool
    if width == 1 or not (first.keeps_columns and operator.keeps_columns):
        return None
    if pool.kernel[1] not in (1, width) or (pool.kernel[1] == 1 and pool.stride[1] != 1):
        return None
    return ConvConvMaxPool2D(
        name=f"{first.name} + {operator.name}",
        inputs=(*first.inputs, *operator.inputs[1:]),
        output=operator.output,
        first=first,
        second=operator,
    )


_Conv = TypeVar("_Conv", bound=Conv2D)


def _producer(graph: Graph, tensor: int, reader: Operator, kind: type[_Conv]) -> _Conv | None:
    """Return who computes a tensor, through reshapes, where nobody else reads what it writes."""
    producer = graph.producers.get(tensor)
    while isinstance(producer, Reshape) and graph.sole_consumer(producer.output) is reader:
        reader = producer
        producer = graph.producers.get(producer.input)
    if isinstance(producer, kind) and graph.sole_consumer(producer.output) is reader:
        return producer
    return None


def _reshapes(graph: Graph, first: Operator) -> list[int]:
    found: list[int] = []
    reader = graph.sole_consumer(first.output)
    while isinstance(reader, Reshape):
        found.append(reader.output)
        reader = graph.sole_consumer(reader.output)
    return found

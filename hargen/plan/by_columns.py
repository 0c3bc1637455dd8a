"""Which operators are computed column by column: those for which there is such a kernel."""

from __future__ import annotations

from collections.abc import Collection

from hargen.ir.graph import Graph
from hargen.ir.operator import Operator
from hargen.ir.ops.by_columns import ByColumns
from hargen.ir.ops.conv_2d import Conv2D
from hargen.ir.ops.conv_max_pool_2d import ConvMaxPool2D
from hargen.ir.ops.fully_connected import FullyConnected
from hargen.ir.ops.reshape import Reshape
from hargen.plan.layers.by_columns import find_kernel


def by_columns(graph: Graph, names: Collection[str] | None = None) -> Graph:
    """Return the graph with pairs of operators as one, where the second only reads the first.

    Args:
        graph: an optimized one.
        names: of the pairs that become one; None for all that have a kernel.
    """
    fused: dict[int, ByColumns] = {}
    removed: set[int] = set()
    for operator in graph.operators:
        found = None if operator.output in removed else _pair(graph, operator)
        if found is None or (names is not None and found.name not in names):
            continue
        if find_kernel(found, graph.tensors, "layer") is not None:
            fused[operator.output] = found
            removed |= _between(graph, found)
    operators: list[Operator] = [
        fused.get(operator.output, operator)
        for operator in graph.operators
        if operator.output not in removed
    ]
    return graph.with_operators(operators)


def _pair(graph: Graph, first: Operator) -> ByColumns | None:
    if not isinstance(first, Conv2D):
        return None
    second = graph.sole_consumer(first.output)
    if isinstance(second, Reshape):
        second = graph.sole_consumer(second.output)
    if not isinstance(second, ConvMaxPool2D | FullyConnected):
        return None
    return ByColumns(
        name=f"{first.name} + {second.name}",
        inputs=first.inputs,
        output=second.output,
        first=first,
        second=second,
    )


def _between(graph: Graph, pair: ByColumns) -> set[int]:
    """Return the outputs of the operators behind the first one, up to the second."""
    found = {pair.output}
    tensor = pair.first.output
    while tensor != pair.output:
        reader = graph.consumers[tensor][0]
        tensor = reader.output
        found.add(tensor)
    return found

"""A maximum over height and width is a maximum pool as large as its input."""

from __future__ import annotations

from dataclasses import replace

from hargen.ir.graph import Graph
from hargen.ir.operator import Activation, Operator
from hargen.ir.ops.pool_2d import MaxPool2D
from hargen.ir.ops.reduce import ReduceMax
from hargen.ir.ops.reshape import Reshape
from hargen.ir.stencil import Stencil

_SPATIAL_AXES = (1, 2)


def reduce_max_to_pool(graph: Graph) -> Graph:
    """Turn every REDUCE_MAX over height and width into a pool and a reshape, which costs nothing.

    What handles pools then handles global maxima too.
    """
    tensors = list(graph.tensors)
    operators: list[Operator] = []
    for operator in graph.operators:
        shape = tensors[operator.input].shape if isinstance(operator, ReduceMax) else ()
        if not isinstance(operator, ReduceMax) or operator.axes != _SPATIAL_AXES or len(shape) != 4:
            operators.append(operator)
            continue
        _, height, width, channels = shape
        pooled = len(tensors)
        tensors.append(
            replace(
                tensors[operator.output],
                name=f"{tensors[operator.output].name}/pooled",
                shape=(1, 1, 1, channels),
            )
        )
        operators.append(
            MaxPool2D(
                name=operator.name,
                inputs=(operator.input,),
                output=pooled,
                input=operator.input,
                stencil=Stencil((height, width), (height, width)),
                activation=Activation.NONE,
            )
        )
        operators.append(
            Reshape(name=operator.name, inputs=(pooled,), output=operator.output, input=pooled)
        )
    return replace(graph, tensors=tuple(tensors), operators=tuple(operators))

"""A convolution and the maximum pool behind it become one step."""

from __future__ import annotations

from hargen.ir.graph import Graph
from hargen.ir.operator import Operator
from hargen.ir.ops.conv_2d import Conv2D
from hargen.ir.ops.conv_max_pool_2d import ConvMaxPool2D
from hargen.ir.ops.pool_2d import MaxPool2D


def fuse_max_pool(graph: Graph) -> Graph:
    """Fuse where nobody else reads the feature map and no sum would be computed twice."""
    fused: dict[str, ConvMaxPool2D] = {}
    removed: set[int] = set()
    for operator in graph.operators:
        if type(operator) is not Conv2D:
            continue
        pool = graph.sole_consumer(operator.output)
        if not isinstance(pool, MaxPool2D) or pool.stencil.overlaps or pool.stencil.padding:
            continue
        fused[operator.name] = ConvMaxPool2D(
            name=f"{operator.name} + {pool.name}",
            inputs=operator.inputs,
            output=pool.output,
            input=operator.input,
            weights=operator.weights,
            bias=operator.bias,
            stencil=operator.stencil,
            activation=operator.activation,
            pool=pool.stencil,
            pool_activation=pool.activation,
        )
        removed.add(pool.output)
    operators: list[Operator] = [
        fused.get(operator.name, operator)
        for operator in graph.operators
        if operator.output not in removed
    ]
    return graph.with_operators(operators)

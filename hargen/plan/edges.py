"""What a network takes and gives: floats become int8 and int8 floats outside of its layers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hargen.errors import ModelError
from hargen.ir.graph import Graph
from hargen.ir.operator import Operator
from hargen.ir.ops.quantize import Dequantize, Quantize
from hargen.ir.tensor import DType, Tensor
from hargen.plan.plan import Edge


@dataclass(frozen=True)
class Network:
    """What is between the edges: operators over int8 tensors, or over float32 ones."""

    operators: tuple[Operator, ...]
    input: Edge
    output: Edge


def without_edges(graph: Graph) -> Network:
    """Take QUANTIZE off the input and DEQUANTIZE off the output of an int8 network.

    Raises:
        ModelError: the network is neither int8 nor float32 between its edges.
    """
    operators = list(graph.operators)
    if not any(tensor.dtype is DType.INT8 for tensor in _computed(graph)):
        return Network(graph.operators, Edge(graph.input, True), Edge(graph.output, True))
    input_edge = Edge(graph.input, is_float=False)
    if graph.tensors[graph.input].dtype is DType.FLOAT32:
        readers = graph.consumers.get(graph.input, ())
        if len(readers) != 1 or not isinstance(readers[0], Quantize):
            raise _not_int8("input is float32 and does not go straight into a QUANTIZE")
        operators.remove(readers[0])
        input_edge = Edge(readers[0].output, is_float=True)
    output_edge = Edge(graph.output, is_float=False)
    if graph.tensors[graph.output].dtype is DType.FLOAT32:
        writer = graph.producers[graph.output]
        if not isinstance(writer, Dequantize):
            raise _not_int8("output is float32 and does not come straight from a DEQUANTIZE")
        operators.remove(writer)
        output_edge = Edge(writer.input, is_float=True)
    return Network(tuple(operators), input_edge, output_edge)


def _computed(graph: Graph) -> Iterator[Tensor]:
    for operator in graph.operators:
        yield graph.tensors[operator.output]


def _not_int8(why: str) -> ModelError:
    return ModelError(
        "this is not an int8 network",
        why=f"its {why}",
        hint="convert the model with full int8 quantization and representative data",
    )

"""A .tflite flatbuffer becomes a graph.

The file is not trusted: every offset is followed by the flatbuffers library inside `guarded`, which
turns what it raises into one error, and every size is checked before it is used.
Source: the TensorFlow Lite schema, version 3.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import tflite

from hargen.errors import ModelError
from hargen.importers.tflite.dilation import DETOURS, fold_detours, read_detour
from hargen.importers.tflite.node import Node, operator_name
from hargen.importers.tflite.open_shapes import is_open, output_shape
from hargen.importers.tflite.ops import READERS
from hargen.importers.tflite.shape_arithmetic import EVALUATORS, FIX_THE_BATCH, evaluate
from hargen.importers.tflite.tensors import read_tensor
from hargen.ir.graph import Graph
from hargen.ir.operator import Operator, TensorId
from hargen.ir.tensor import DType, Tensor

MAX_OPERATORS = 4096
MAX_TENSORS = 16384


def read_graph(content: bytes) -> Graph:
    """Return the graph of the model's only subgraph; it is not verified yet.

    Raises:
        ModelError: the file is corrupt, or has something that hargen does not support.
    """
    with guarded():
        model = tflite.Model.GetRootAsModel(content, 0)
        if model.Version() != 3:
            raise ModelError(f"schema version {model.Version()} is not supported, only 3")
        if model.SubgraphsLength() != 1:
            raise ModelError(f"the model has {model.SubgraphsLength()} subgraphs, not one")
        subgraph = model.Subgraphs(0)
        _check_count("tensors", subgraph.TensorsLength(), MAX_TENSORS)
        _check_count("operators", subgraph.OperatorsLength(), MAX_OPERATORS)
        tensors = [
            read_tensor(model, subgraph.Tensors(i), i, len(content))
            for i in range(subgraph.TensorsLength())
        ]
        inputs, outputs = subgraph.InputsAsNumpy(), subgraph.OutputsAsNumpy()
        input_id = _edge("input", subgraph.InputsLength(), inputs, tensors)
        output_id = _edge("output", subgraph.OutputsLength(), outputs, tensors)
        operators = _read_operators(model, subgraph, tensors)
        graph = Graph(tuple(tensors), operators, input_id, output_id)
        graph = fold_detours(graph)
        if is_open(subgraph.Tensors(input_id)):
            _verify_free(graph)
    return graph


def tensor_count(content: bytes) -> int:
    """Return how many tensors the file has; a graph has these first, and the importer's behind."""
    with guarded():
        count = tflite.Model.GetRootAsModel(content, 0).Subgraphs(0).TensorsLength()
    return int(count)


@contextmanager
def guarded() -> Iterator[None]:
    """Turn what a corrupt flatbuffer makes the library raise into a ModelError."""
    try:
        yield
    except (
        struct.error,
        IndexError,
        ValueError,
        TypeError,
        AttributeError,
        OverflowError,
        MemoryError,
        UnicodeDecodeError,
    ) as error:
        raise ModelError(
            "the file is corrupt",
            why=f"an offset or a size in it is wrong ({error})",
            hint="write or copy the file again; a truncated download looks like this",
        ) from error


def _check_count(what: str, count: int, limit: int) -> None:
    if not 0 < count <= limit:
        raise ModelError(f"the model has {count} {what}; between 1 and {limit} are supported")


def _edge(what: str, count: int, ids: object, tensors: list[Tensor]) -> TensorId:
    if count != 1:
        raise ModelError(
            f"the network has {count} {what}s, and only one is supported",
            hint=f"export a model with one {what}",
        )
    index = int(np.asarray(ids).reshape(-1)[0])
    if not 0 <= index < len(tensors):
        raise ModelError(f"the network's {what} is tensor {index}, which does not exist")
    tensor = tensors[index]
    if tensor.data is not None:
        raise ModelError(f"the network's {what} {tensor.name!r} is a constant")
    if tensor.dtype is DType.INT32:
        raise ModelError(f"the network's {what} {tensor.name!r} is int32, not float32 or int8")
    if tensor.shape[:1] != (1,) and len(tensor.shape) > 1:
        raise ModelError(
            f"the network's {what} has shape {tensor.shape}, a batch other than 1",
            hint="convert the model with a batch size of 1",
        )
    return index


def _read_operators(
    model: tflite.Model, subgraph: tflite.SubGraph, tensors: list[Tensor]
) -> tuple[Operator, ...]:
    """Return the operators that compute more than shapes.

    What shapes they compute, and those that the file leaves open, are filled into `tensors`.
    """
    operators: list[Operator] = []
    for index in range(subgraph.OperatorsLength()):
        operator = subgraph.Operators(index)
        kind = operator_name(model.OperatorCodes(operator.OpcodeIndex()))
        where = f"operator {index} ({kind})"
        if kind not in READERS and kind not in EVALUATORS and kind not in DETOURS:
            raise _unknown(where)
        node = Node.read(operator, where, len(tensors))
        output = tensors[node.output]
        if kind in EVALUATORS and output.dtype is DType.INT32:
            value = evaluate(kind, node, tensors)
            tensors[node.output] = replace(output, shape=value.shape, data=value)
            continue
        shape = output_shape(kind, node, tensors, subgraph.Tensors(node.output))
        tensors[node.output] = replace(output, shape=shape)
        if kind in DETOURS:
            operators.append(read_detour(kind, node, tensors))
        elif kind in READERS:
            operators.append(READERS[kind](node, tuple(tensors)))
        else:
            raise _unknown(where)
    return tuple(operators)


def _verify_free(graph: Graph) -> None:
    """Verify a graph whose batch was free, so that what does not fit is told with its cause."""
    try:
        graph.verify()
    except ModelError as error:
        error.hint = error.hint or f"the model was converted with a free batch: {FIX_THE_BATCH}"
        raise


def _unknown(where: str) -> ModelError:
    return ModelError(
        "hargen does not know this operator",
        where=where,
        why=f"known are {', '.join(sorted(READERS))}",
        hint="replace the layer in the model, or add the operator: docs/adding-an-operator.md",
    )

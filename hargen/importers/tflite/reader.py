"""A .tflite flatbuffer becomes a graph.

The file is not trusted: every offset is followed by the flatbuffers library inside `guarded`, which
turns what it raises into one error, and every size is checked before it is used.
Source: the TensorFlow Lite schema, version 3.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import tflite

from hargen.errors import ModelError
from hargen.importers.tflite.node import Node, operator_name
from hargen.importers.tflite.ops import READERS
from hargen.importers.tflite.tensors import read_tensor
from hargen.ir.graph import Graph
from hargen.ir.operator import Operator, TensorId
from hargen.ir.tensor import DType, Tensor

# What TensorFlow's converter adds to a network whose batch is free: the shapes of reshapes, which
# the output tensors have too, and detours around dilated convolutions.
_SHAPE_ARITHMETIC = {"SHAPE", "STRIDED_SLICE", "GATHER", "REDUCE_PROD", "PACK"}
_DETOURS = {"SPACE_TO_BATCH_ND", "BATCH_TO_SPACE_ND"}
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
        tensors = tuple(
            read_tensor(model, subgraph.Tensors(i), i, len(content))
            for i in range(subgraph.TensorsLength())
        )
        inputs, outputs = subgraph.InputsAsNumpy(), subgraph.OutputsAsNumpy()
        input_id = _edge("input", subgraph.InputsLength(), inputs, tensors)
        output_id = _edge("output", subgraph.OutputsLength(), outputs, tensors)
        operators = tuple(
            _read_operator(model, subgraph.Operators(i), i, tensors)
            for i in range(subgraph.OperatorsLength())
            if not _is_shape_arithmetic(model, subgraph.Operators(i), tensors)
        )
    return Graph(tensors, operators, input_id, output_id)


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


def _edge(what: str, count: int, ids: object, tensors: tuple[Tensor, ...]) -> TensorId:
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


def _is_shape_arithmetic(
    model: tflite.Model, operator: tflite.Operator, tensors: tuple[Tensor, ...]
) -> bool:
    """Return whether an operator computes shapes; whoever reads one for more fails to verify."""
    kind = operator_name(model.OperatorCodes(operator.OpcodeIndex()))
    outputs = np.asarray(operator.OutputsAsNumpy()).reshape(-1)
    return kind in _SHAPE_ARITHMETIC and all(
        0 <= i < len(tensors) and tensors[i].dtype is DType.INT32 for i in outputs.tolist()
    )


def _read_operator(
    model: tflite.Model, operator: tflite.Operator, index: int, tensors: tuple[Tensor, ...]
) -> Operator:
    code = model.OperatorCodes(operator.OpcodeIndex())
    kind = operator_name(code)
    where = f"operator {index} ({kind})"
    if kind in _DETOURS:
        raise ModelError(
            "this operator is there because the model was converted with a free batch",
            where=where,
            hint="convert it with the batch fixed at 1, keras.Input(batch_shape=(1, ...)), or give"
            " the .keras or .h5 file",
        )
    if kind not in READERS:
        raise ModelError(
            "hargen does not know this operator",
            where=where,
            why=f"known are {', '.join(sorted(READERS))}",
            hint="replace the layer in the model, or add the operator: docs/adding-an-operator.md",
        )
    node = Node.read(operator, where, len(tensors))
    return READERS[kind](node, tensors)

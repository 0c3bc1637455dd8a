"""A product or sum with constants becomes part of the float32 layer next to it.

That is what is left of a batch normalization in a model file. A layer is linear: behind it, factors
scale its weights and bias and summands go to its bias; in front of it, factors scale the weights of
the inputs that they multiply, and summands become what the weights make of them. In int8 every
operator rounds, so that folding would change bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeGuard

import numpy as np

from hargen.ir.graph import Graph
from hargen.ir.operator import Activation, Operator, TensorId, is_float
from hargen.ir.ops.binary import Add, Binary, Mul
from hargen.ir.ops.conv_2d import Conv2D
from hargen.ir.ops.conv_max_pool_2d import ConvMaxPool2D
from hargen.ir.ops.depthwise_conv_2d import DepthwiseConv2D
from hargen.ir.ops.fully_connected import FullyConnected
from hargen.ir.ops.reshape import Reshape
from hargen.ir.tensor import Array, DType, Tensor

Layer = Conv2D | DepthwiseConv2D | FullyConnected


def fold_batch_norm(graph: Graph) -> Graph:
    """Fold every MUL and ADD with a constant that one layer can take over, also through reshapes.

    Where a convolution pads, summands in front of it stay: its padding is 0 behind them.
    """
    while True:
        folded = next(_foldings(graph), None)
        if folded is None:
            return graph
        graph = folded


def _foldings(graph: Graph) -> Iterator[Graph]:
    for operator in graph.operators:
        if isinstance(operator, Add | Mul) and is_float(graph.tensors, operator.output):
            folded = _into_layer_before(graph, operator) or _into_layer_behind(graph, operator)
            if folded is not None:
                yield folded


def _into_layer_before(graph: Graph, binary: Binary) -> Graph | None:
    operands = _operands(graph, binary)
    if operands is None:
        return None
    variable, constant = operands
    chain: list[Operator] = [binary]
    producer = graph.producers.get(variable)
    while isinstance(producer, Reshape) and graph.sole_consumer(producer.output) is chain[-1]:
        chain.append(producer)
        producer = graph.producers.get(producer.input)
    if not _is_layer(producer) or graph.sole_consumer(producer.output) is not chain[-1]:
        return None
    if producer.activation is not Activation.NONE:
        return None
    weights = _array(graph, producer.weights)
    channel_axis = weights.ndim - 1 if isinstance(producer, DepthwiseConv2D) else 0
    channels = weights.shape[channel_axis]
    vector = _repeated(constant, channels)
    if vector is None:
        return None
    bias = _bias(graph, producer, channels)
    if isinstance(binary, Mul):
        shape = [channels if axis == channel_axis else 1 for axis in range(weights.ndim)]
        weights, bias = weights * vector.reshape(shape), bias * vector
    else:
        bias = bias + vector
    return _rebuilt(graph, producer, weights, bias, chain, output=binary)


def _into_layer_behind(graph: Graph, binary: Binary) -> Graph | None:
    operands = _operands(graph, binary)
    if operands is None or binary.activation is not Activation.NONE:
        return None
    variable, constant = operands
    chain: list[Operator] = [binary]
    reader = graph.sole_consumer(binary.output)
    while isinstance(reader, Reshape):
        chain.append(reader)
        reader = graph.sole_consumer(reader.output)
    if not _is_layer(reader) or reader.input != chain[-1].output:
        return None
    weights = _array(graph, reader.weights)
    inputs = graph.tensors[reader.input].shape[-1]
    vector = _repeated(constant, weights.shape[1] if isinstance(reader, FullyConnected) else inputs)
    if vector is None:
        return None
    if isinstance(reader, DepthwiseConv2D):
        scaled = weights * np.repeat(vector, reader.depth_multiplier)
        summed = scaled.sum(axis=(0, 1, 2))
    else:
        scaled = weights * vector
        summed = scaled.reshape(len(scaled), -1).sum(axis=1)
    bias = _bias(graph, reader, len(summed))
    if isinstance(binary, Mul):
        weights = scaled
    elif isinstance(reader, FullyConnected) or not reader.stencil.padding:
        bias = bias + summed
    else:
        return None
    return _rebuilt(graph, reader, weights, bias, chain, source=variable)


def _is_layer(operator: Operator | None) -> TypeGuard[Layer]:
    return isinstance(operator, Layer) and not isinstance(operator, ConvMaxPool2D)


def _operands(graph: Graph, binary: Binary) -> tuple[TensorId, Array] | None:
    """Return the operand that is computed, and the other as constants for each of its values."""
    tensors = graph.tensors
    output = tensors[binary.output]
    for variable, other in ((binary.lhs, binary.rhs), (binary.rhs, binary.lhs)):
        data = tensors[other].data
        if (
            data is not None
            and tensors[variable].data is None
            and tensors[variable].size == output.size
        ):
            return variable, np.broadcast_to(data, output.shape).astype(np.float64)
    return None


def _repeated(constant: Array, count: int) -> Array | None:
    """Return the constants of one row, where the tensor is rows of `count` with the same ones."""
    rows = constant.reshape(-1, count)
    vector: Array = rows[0]
    return vector if (rows == vector).all() else None


def _array(graph: Graph, tensor: TensorId) -> Array:
    data = graph.tensors[tensor].data
    assert data is not None
    return data.astype(np.float64)


def _bias(graph: Graph, layer: Layer, channels: int) -> Array:
    return np.zeros(channels) if layer.bias is None else _array(graph, layer.bias).reshape(-1)


def _rebuilt(
    graph: Graph,
    layer: Layer,
    weights: Array,
    bias: Array,
    chain: list[Operator],
    *,
    source: TensorId | None = None,
    output: Binary | None = None,
) -> Graph | None:
    """Return the graph with new weights and bias and without the operators of `chain`.

    The layer then reads `source`, or writes what the binary operator `output` wrote; a reshape
    between the two stays. None where float32 does not hold the new weights, or where the old ones
    would stay for another layer.
    """
    largest = max(np.abs(weights).max(), np.abs(bias).max())
    if not largest <= np.finfo(np.float32).max or len(graph.consumers[layer.weights]) > 1:
        return None
    new_weights, new_bias = weights.astype(np.float32), bias.astype(np.float32)
    tensors = list(graph.tensors)

    def added(name: str, shape: tuple[int, ...], data: Array | None = None) -> TensorId:
        tensors.append(Tensor(name, shape, DType.FLOAT32, None, data))
        return len(tensors) - 1

    name = tensors[layer.weights].name
    weights_id = added(f"{name}/folded", new_weights.shape, new_weights)
    bias_id = added(f"{name}/folded bias", new_bias.shape, new_bias)
    before: list[Operator] = []
    behind: list[Operator] = []
    layer_input, layer_output, activation = layer.input, layer.output, layer.activation
    if source is not None:
        layer_input = source
        if tensors[source].shape != tensors[layer.input].shape:
            layer_input = added(f"{tensors[source].name}/reshaped", tensors[layer.input].shape)
            before = [
                Reshape(name=chain[-1].name, inputs=(source,), output=layer_input, input=source)
            ]
    if output is not None:
        activation, layer_output = output.activation, output.output
        if tensors[layer_output].shape != tensors[layer.output].shape:
            layer_output = added(
                f"{tensors[layer.output].name}/folded", tensors[layer.output].shape
            )
            behind = [
                Reshape(
                    name=output.name,
                    inputs=(layer_output,),
                    output=output.output,
                    input=layer_output,
                )
            ]
    folded = replace(
        layer,
        inputs=(layer_input, weights_id, bias_id),
        input=layer_input,
        output=layer_output,
        weights=weights_id,
        bias=bias_id,
        activation=activation,
    )
    operators: list[Operator] = []
    for operator in graph.operators:
        if operator is layer:
            operators += [*before, folded, *behind]
        elif not any(operator is removed for removed in chain):
            operators.append(operator)
    return replace(graph, tensors=tuple(tensors), operators=tuple(operators))

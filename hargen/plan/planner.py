"""Graph to plan: edges off, a kernel for each operator, lifetimes, the arena."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from hargen.errors import ModelError
from hargen.ir.graph import Graph
from hargen.ir.operator import Operator, TensorId
from hargen.ir.ops.quantize import Dequantize, Quantize
from hargen.ir.ops.reshape import Reshape
from hargen.ir.tensor import DType, Tensor
from hargen.plan.arena import Buffer, place
from hargen.plan.by_columns import by_columns
from hargen.plan.layers import FAST_PLANNERS, FLOAT_PLANNERS, PLANNERS
from hargen.plan.plan import Constant, Edge, Kernel, Layer, Plan, Role

_CTYPES = {DType.INT8: "int8_t", DType.FLOAT32: "float"}


def make_plan(graph: Graph, *, for_speed: bool = False) -> Plan:
    """Return the plan of an optimized graph.

    Args:
        graph: what is to be computed.
        for_speed: choose kernels that are faster, even where their weights take more flash.

    Raises:
        ModelError: the network is neither int8 nor float32 between its edges, or an operator has
            no kernel.
    """
    if for_speed:
        graph = by_columns(graph)
    network = _without_edges(graph)
    layers: list[Layer] = []
    for operator in network.operators:
        if isinstance(operator, Reshape):
            continue
        index = len(layers)
        layers.append(
            Layer(
                index=index,
                name=operator.name,
                kernel=_kernel(operator, graph.tensors, f"layer_{index}", for_speed=for_speed),
                output=operator.output,
                maccs=operator.maccs(graph.tensors),
                summary=_summary(operator, graph.tensors),
            )
        )
    if not layers:
        raise ModelError("the network has no operators between its edges")
    owners = _storage_owners(network.operators)
    offsets, arena_size = _place_tensors(network, layers, owners, graph.tensors, graph.votes)
    layers = [replace(layer, scratch=offsets.pop(_scratch_key(layer), None)) for layer in layers]
    return Plan(
        tensors=graph.tensors,
        layers=tuple(layers),
        input=network.input,
        output=network.output,
        offsets=offsets,
        arena_size=arena_size,
        votes=graph.votes,
        shared_constants=_constant_operands(layers, graph.tensors),
    )


@dataclass(frozen=True)
class _Network:
    operators: tuple[Operator, ...]
    input: Edge
    output: Edge


def _without_edges(graph: Graph) -> _Network:
    """Take QUANTIZE off the input and DEQUANTIZE off the output of an int8 network."""
    operators = list(graph.operators)
    if not any(tensor.dtype is DType.INT8 for tensor in _computed(graph)):
        return _Network(graph.operators, Edge(graph.input, True), Edge(graph.output, True))
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
    return _Network(tuple(operators), input_edge, output_edge)


def _computed(graph: Graph) -> Iterator[Tensor]:
    for operator in graph.operators:
        yield graph.tensors[operator.output]


def _not_int8(why: str) -> ModelError:
    return ModelError(
        "this is not an int8 network",
        why=f"its {why}",
        hint="convert the model with full int8 quantization and representative data",
    )


def _kernel(
    operator: Operator, tensors: Sequence[Tensor], prefix: str, *, for_speed: bool
) -> Kernel:
    is_float = tensors[operator.output].dtype is DType.FLOAT32
    planners = FAST_PLANNERS if for_speed else PLANNERS
    planner = (FLOAT_PLANNERS if is_float else planners).get(type(operator))
    if planner is None:
        raise operator.fail("there is no kernel for this operator inside the network")
    return planner(operator, tensors, prefix)


def _summary(operator: Operator, tensors: Sequence[Tensor]) -> str:
    source, target = tensors[operator.inputs[0]].shape, tensors[operator.output].shape
    return f"{operator.name}: {_dimensions(source)} -> {_dimensions(target)}"


def _dimensions(shape: tuple[int, ...]) -> str:
    return "x".join(str(n) for n in shape[1:]) if len(shape) > 1 else str(shape[0])


def _storage_owners(operators: Sequence[Operator]) -> dict[TensorId, TensorId]:
    """For every reshaped tensor, the tensor whose bytes it shares."""
    owners: dict[TensorId, TensorId] = {}
    for operator in operators:
        if isinstance(operator, Reshape):
            owners[operator.output] = owners.get(operator.input, operator.input)
    return owners


def _place_tensors(
    network: _Network,
    layers: Sequence[Layer],
    owners: dict[TensorId, TensorId],
    tensors: Sequence[Tensor],
    votes: TensorId | None,
) -> tuple[dict[TensorId, int], int]:
    """Return the offset of every tensor and the arena's size.

    The input is written before layer 0; the output and the votes are read after the last layer.
    """
    first: dict[TensorId, int] = {owners.get(network.input.tensor, network.input.tensor): -1}
    kept = [network.output.tensor, *([] if votes is None else [votes])]
    last: dict[TensorId, int] = {owners.get(tensor, tensor): len(layers) for tensor in kept}
    for layer in layers:
        target = owners.get(layer.output, layer.output)
        first.setdefault(target, layer.index)
        last.setdefault(target, layer.index)
        for source in layer.kernel.inputs:
            if tensors[source].data is None:
                owner = owners.get(source, source)
                last[owner] = max(last.get(owner, layer.index), layer.index)
    offsets, size = place(
        [
            *(
                Buffer(key, tensors[key].nbytes, born, last.get(key, born))
                for key, born in first.items()
            ),
            *(
                Buffer(_scratch_key(layer), layer.kernel.scratch, layer.index, layer.index)
                for layer in layers
                if layer.kernel.scratch
            ),
        ]
    )
    for alias, owner in owners.items():
        if owner in offsets:
            offsets[alias] = offsets[owner]
    return offsets, size


def _scratch_key(layer: Layer) -> int:
    """Return a key among those of tensors, which are not negative."""
    return -1 - layer.index


def _constant_operands(
    layers: Sequence[Layer], tensors: Sequence[Tensor]
) -> dict[TensorId, Constant]:
    """Constant tensors that kernels read as operands, such as the factors of a MUL."""
    found: dict[TensorId, Constant] = {}
    for layer in layers:
        for source in layer.kernel.inputs:
            data = tensors[source].data
            if data is not None and source not in found:
                found[source] = Constant(
                    f"layer_{layer.index}_operand_weights",
                    Role.WEIGHTS,
                    _CTYPES[tensors[source].dtype],
                    data.reshape(-1),
                    _dimensions((1, *tensors[source].shape)),
                )
    return found

"""Graph to plan: edges off, a kernel for each operator, lifetimes, the arena."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from hargen.errors import ModelError
from hargen.ir.graph import Graph
from hargen.ir.operator import Operator, TensorId
from hargen.ir.ops.reshape import Reshape
from hargen.ir.tensor import DType, Tensor
from hargen.optimize.fuse_layers import fuse_layers
from hargen.plan.arena import Buffer, place
from hargen.plan.by_columns import by_columns
from hargen.plan.choice import Choice, Way
from hargen.plan.edges import Network, without_edges
from hargen.plan.layers import FAST_PLANNERS, FLOAT_PLANNERS, PLANNERS
from hargen.plan.plan import Constant, Edge, Kernel, Layer, Plan, Role
from hargen.plan.ways import ways
from hargen.quantize.reciprocal import find_reciprocal

_CTYPES = {DType.INT8: "int8_t", DType.FLOAT32: "float"}


def make_plan(graph: Graph, *, for_speed: bool = False) -> Plan:
    """Return the plan of an optimized graph by rule, without a choice.

    Args:
        graph: what is to be computed.
        for_speed: take kernels that are faster, even where their weights take more flash.

    Raises:
        ModelError: the network is neither int8 nor float32 between its edges, or an operator has
            no kernel.
    """
    if for_speed:
        graph = by_columns(graph)

    def kernel(operator: Operator, prefix: str) -> Kernel:
        return _by_rule(operator, graph.tensors, prefix, for_speed=for_speed)

    return _plan(graph, kernel, lambda _: Way(""))


Kernels = Mapping[tuple[str, str], Kernel]
"""By the layer's name and the kernel's function."""


def make_chosen_plan(graph: Graph, choice: Choice, known: Kernels | None = None) -> Plan:
    """Return the plan of a network as it was chosen.

    Args:
        graph: of optimize_apart.
        choice: a way for each layer of it.
        known: kernels that are there already, in whose constants' names nobody is interested: for a
            plan of which the memory is asked alone.

    Raises:
        ModelError: as make_plan; or the choice is of another network, or of another hargen.
    """
    graph = by_columns(fuse_layers(graph, choice.ways), choice.ways)

    def kernel(operator: Operator, prefix: str) -> Kernel:
        way = choice.ways.get(operator.name)
        if way is None:
            raise operator.fail("the choice of kernels is not this network's")
        if known is not None:
            return known[operator.name, way.kernel]
        found = ways(operator, graph.tensors, prefix).get(way.kernel)
        if found is None:
            raise operator.fail(f"{way.kernel} does not compute this operator")
        return found

    return _plan(graph, kernel, lambda operator: choice.ways[operator.name])


def _plan(
    graph: Graph,
    kernel: Callable[[Operator, str], Kernel],
    compiled: Callable[[Operator], Way],
) -> Plan:
    network = without_edges(graph)
    layers: list[Layer] = []
    for operator in network.operators:
        if isinstance(operator, Reshape):
            continue
        index = len(layers)
        computed_by = kernel(operator, f"layer_{index}")
        way = compiled(operator)
        layers.append(
            Layer(
                index=index,
                name=operator.name,
                kernel=computed_by,
                output=operator.output,
                maccs=operator.maccs(graph.tensors),
                summary=_summary(operator, graph.tensors),
                for_size=way.for_size,
                unrolled=way.unrolled,
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
        input=_with_reciprocal(network.input, graph.tensors),
        output=network.output,
        offsets=offsets,
        arena_size=arena_size,
        votes=graph.votes,
        shared_constants=_constant_operands(layers, graph.tensors),
    )


def _with_reciprocal(edge: Edge, tensors: Sequence[Tensor]) -> Edge:
    """Floats become int8 in front of an int8 network: of its own input, or of the sensor's."""
    tensor = tensors[edge.tensor]
    if tensor.dtype is not DType.INT8:
        return edge
    return replace(edge, reciprocal=find_reciprocal(tensor.scale, tensor.zero_point))


def _by_rule(
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
    network: Network,
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

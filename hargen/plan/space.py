"""All ways to compute a network: what there is to choose from, segment by segment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from hargen.ir.graph import Graph
from hargen.ir.operator import Operator
from hargen.ir.ops.by_columns import ByColumns
from hargen.ir.ops.depthwise_conv_2d import DepthwiseConv2D
from hargen.ir.ops.fused import Fused
from hargen.ir.ops.reshape import Reshape
from hargen.optimize.fuse_layers import fuse_layers
from hargen.plan.by_columns import by_columns
from hargen.plan.choice import Level
from hargen.plan.edges import without_edges
from hargen.plan.features.features import Features, Part
from hargen.plan.features.kernels import parts
from hargen.plan.features.operators import of_operator
from hargen.plan.plan import Kernel, Role
from hargen.plan.ways import ways

_MORE = 64
"""Bytes that weights may take more than they have to, and still be light."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """A kernel for a layer. channels: of its outputs.

    of_operator: what the cost depends on, whatever kernel it is.
    """

    operator: Operator
    kernel: Kernel
    of_operator: Features
    channels: int

    @property
    def layer(self) -> str:
        """The layer's name."""
        return self.operator.name

    def parts(self, level: Level) -> tuple[Part, ...]:
        """Return what the kernel's cost is made of at a level."""
        return parts(self.kernel, self.of_operator, level)

    @cached_property
    def weights(self) -> int:
        """Bytes of weights and biases in flash."""
        return self._bytes(Role.WEIGHTS) + self._bytes(Role.BIAS)

    @property
    def padded(self) -> float:
        """Bytes of weights and biases if outputs are padded to pairs."""
        return self.weights * (self.channels + self.channels % 2) / self.channels

    @cached_property
    def constants(self) -> int:
        """Bytes of all constants in flash."""
        return self.weights + self._bytes(Role.TABLE)

    def _bytes(self, role: Role) -> int:
        return sum(c.nbytes for c in self.kernel.constants if c is not None and c.role is role)


@dataclass(frozen=True, eq=False)
class Alternative:
    """One way through a segment: the layers that it is made of, in order."""

    candidates: tuple[Candidate, ...]
    is_light: bool = True
    """Whether the weights take no more flash than they have to."""

    @property
    def weights(self) -> int:
        """Bytes of weights and biases in flash."""
        return sum(candidate.weights for candidate in self.candidates)


@dataclass(frozen=True, eq=False)
class Segment:
    """An operator, or two that may be one layer; of the alternatives, one is chosen."""

    alternatives: tuple[Alternative, ...]

    @property
    def is_pair(self) -> bool:
        """Whether two operators may be one layer here."""
        return len({len(one.candidates) for one in self.alternatives}) > 1

    def one_layer(self, together: bool) -> tuple[Alternative, ...]:
        """Return the alternatives where two that may be one layer are so, or are not."""
        if not self.is_pair:
            return self.alternatives
        return tuple(one for one in self.alternatives if (len(one.candidates) == 1) is together)


def segments(graph: Graph) -> tuple[Segment, ...]:
    """Return what there is to choose from.

    Args:
        graph: of optimize_apart.

    Raises:
        ModelError: as make_plan.
    """
    together = by_columns(fuse_layers(graph))
    return tuple(
        Segment(_with_lightness(operator, tuple(_alternatives(operator, together))))
        for operator in without_edges(together).operators
        if not isinstance(operator, Reshape)
    )


def _alternatives(operator: Operator, graph: Graph) -> Iterator[Alternative]:
    def candidates(one: Operator) -> list[Candidate]:
        found = ways(one, graph.tensors, "layer")
        known = of_operator(one, graph.tensors), graph.tensors[one.output].shape[-1]
        return [Candidate(one, kernel, *known) for kernel in found.values()]

    for candidate in candidates(operator):
        yield Alternative((candidate,))
    if isinstance(operator, ByColumns | Fused):
        for pair in product(candidates(operator.first), candidates(operator.second)):
            yield Alternative(pair)


def _with_lightness(operator: Operator, found: tuple[Alternative, ...]) -> tuple[Alternative, ...]:
    """Say which alternatives are light; all of a depthwise convolution, whose weights are few."""
    if isinstance(operator, DepthwiseConv2D):
        return found
    most = min(sum(part.padded for part in one.candidates) for one in found) + _MORE
    return tuple(Alternative(one.candidates, one.weights <= most) for one in found)

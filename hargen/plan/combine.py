"""From what each layer costs in each way to the best ways of the whole network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from hargen.ir.graph import Graph
from hargen.plan.choice import Choice, Level, Way
from hargen.plan.front import Point
from hargen.plan.planner import make_chosen_plan
from hargen.plan.space import Alternative, Candidate, Segment

_MOST = 200  # partial ways that are kept from segment to segment


@dataclass(frozen=True)
class Cost:
    """Of a layer, or of several: instructions and cycles of one inference, bytes of code."""

    instructions: float
    cycles: float
    code: float

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.instructions + other.instructions,
            self.cycles + other.cycles,
            self.code + other.code,
        )


Costs = Mapping[tuple[str, Way], Cost]
"""By layer and way."""


@dataclass(frozen=True)
class Partial:
    """The network up to some segment, in some way. flash: bytes of code and constants."""

    cost: Cost
    flash: float
    is_light: bool = True
    ways: tuple[tuple[str, Way], ...] = field(default=())


def combine(
    graph: Graph,
    segments: Sequence[Segment],
    level: Level,
    costs: Costs,
    around: Cost,
    clock_hz: float,
) -> list[Point]:
    """Return the points that may be on the front, the costs of layers being sums.

    Where two operators may be one layer, the best ways with and without are among them: what they
    take of RAM is known only of the whole.

    Args:
        graph: of optimize_apart.
        segments: of the graph.
        level: of the compiler.
        costs: of every layer in every way; a way that is not there is not taken.
        around: what the network costs beside its layers.
        clock_hz: of the core.
    """
    found: dict[Choice, Partial] = {}
    for light, together in product((False, True), (None, False, True)):
        for partial in _combined(segments, costs, around, light=light, together=together):
            found.setdefault(Choice(level, partial.ways), partial)
    arena = _Arena(graph, segments)
    return [
        Point(
            choice=choice,
            instructions=partial.cost.instructions,
            us=partial.cost.cycles / clock_hz * 1e6,
            flash=round(partial.flash),
            ram=arena.size(choice),
            is_light=partial.is_light,
        )
        for choice, partial in found.items()
    ]


class _Arena:
    """Says what choices take of RAM: how a kernel is compiled is all the same."""

    def __init__(self, graph: Graph, segments: Sequence[Segment]) -> None:
        self._graph = graph
        self._kernels = {
            (candidate.layer, candidate.kernel.function): candidate.kernel
            for segment in segments
            for alternative in segment.alternatives
            for candidate in alternative.candidates
        }
        self._sizes: dict[tuple[tuple[str, int], ...], int] = {}

    def size(self, choice: Choice) -> int:
        """Return the bytes of the arena."""
        key = tuple(
            (layer, self._kernels[layer, way.kernel].scratch) for layer, way in choice.layers
        )
        if key not in self._sizes:
            self._sizes[key] = make_chosen_plan(self._graph, choice, self._kernels).arena_size
        return self._sizes[key]


def _combined(
    segments: Iterable[Segment], costs: Costs, around: Cost, *, light: bool, together: bool | None
) -> list[Partial]:
    partials = [Partial(around, around.code)]
    for segment in segments:
        alternatives = segment.alternatives if together is None else segment.one_layer(together)
        parts = [
            part
            for alternative in alternatives
            if alternative.is_light or not light
            for part in _parts(alternative, costs)
        ]
        partials = _thinned(_front(_joined(one, part) for one in partials for part in parts))
    return partials


def _parts(alternative: Alternative, costs: Costs) -> Iterator[Partial]:
    """Yield an alternative's layers, each in all ways to compile it."""
    for ways in product(*(_ways(candidate, costs) for candidate in alternative.candidates)):
        part = Partial(Cost(0, 0, 0), 0, alternative.is_light)
        for candidate, (way, cost) in zip(alternative.candidates, ways, strict=True):
            flash = cost.code + candidate.constants
            part = _joined(part, Partial(cost, flash, ways=((candidate.layer, way),)))
        yield part


def _ways(candidate: Candidate, costs: Costs) -> list[tuple[Way, Cost]]:
    ways = Way.all(candidate.kernel.function)
    return [(way, costs[candidate.layer, way]) for way in ways if (candidate.layer, way) in costs]


def _joined(first: Partial, second: Partial) -> Partial:
    return Partial(
        first.cost + second.cost,
        first.flash + second.flash,
        first.is_light and second.is_light,
        first.ways + second.ways,
    )


def _front(partials: Iterable[Partial]) -> list[Partial]:
    """Return those that no other one beats in instructions and flash, the fastest first."""
    kept: list[Partial] = []
    for one in sorted(partials, key=lambda p: (p.cost.instructions, p.flash)):
        if not kept or one.flash < kept[-1].flash:
            kept.append(one)
    return kept


def _thinned(partials: list[Partial]) -> list[Partial]:
    """Return at most _MOST of a front, the ends among them."""
    if len(partials) <= _MOST:
        return partials
    last = len(partials) - 1
    return [partials[i * last // (_MOST - 1)] for i in range(_MOST)]

"""What layers cost by estimate: a model that was fitted to measurements on the virtual board.

costs.json has, for each kernel, level and whether code is kept small, what an inference takes for
each of a layer's features, and the bytes of code. tools/fit_costs.py writes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict

from hargen.ir.graph import Graph
from hargen.ir.tensor import DType
from hargen.plan.choice import Level, Way
from hargen.plan.combine import Cost, Costs
from hargen.plan.edges import without_edges
from hargen.plan.features.features import Features
from hargen.plan.space import Candidate, Segment

FILE_NAME = "costs.json"
ANY = "any"
"""In place of a kernel: the fit over all of them, by operators, for one that nobody measured."""

_SHORT, _GAIN = 0.02, 0.002
"""Of the network's instructions: a layer that takes no more is kept small, where that costs no more
than the second."""

Coefficients = Mapping[str, float]
"""By feature; one that is not there counts for nothing."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Fit(_Table):
    """Of one kernel at one level.

    instructions, cycles, code: of an inference, and bytes, for one of each feature.
    """

    kernel: str
    level: Level
    for_size: bool
    instructions: Coefficients
    cycles: Coefficients
    code: Coefficients


class Around(_Table):
    """What a network takes beside its layers: for each input, for each output, and once.

    quantizes: whether floats become int8 there, and int8 floats.
    """

    level: Level
    quantizes: bool
    instructions: tuple[float, float, float]
    cycles: tuple[float, float, float]
    code: float


class CostModel(_Table):
    """All fits. compiler: whose code was measured."""

    compiler: str
    fits: tuple[Fit, ...]
    around: tuple[Around, ...]

    def to_json(self) -> str:
        """Return the file's text: a line for each fit."""
        table = self.model_dump(mode="json")
        parts = [f' "compiler": {json.dumps(table["compiler"])}']
        for key in ("fits", "around"):
            lines = ",\n".join(f"  {json.dumps(row)}" for row in table[key])
            parts.append(f' "{key}": [\n{lines}\n ]')
        return "{\n" + ",\n".join(parts) + "\n}\n"

    def costs(self, segments: Sequence[Segment], level: Level) -> Costs:
        """Return what every layer costs at a level in every way.

        But for unrolled ones: what they save is less than estimates can tell.
        """
        table = {(Way(fit.kernel, fit.for_size), fit.level): fit for fit in self.fits}
        found: dict[tuple[str, Way], Cost] = {}
        for candidate in _candidates(segments):
            for way in Way.all(candidate.kernel.function, level):
                if way.unrolled:
                    continue
                at = way.measured_at(level)
                parts = [
                    (table.get((replace(way, kernel=part.function), at)), part.features)
                    for part in candidate.parts(at)
                ]
                costs = [_cost(fit, values) for fit, values in parts if fit is not None]
                if len(costs) < len(parts):
                    costs = [_cost(table[replace(way, kernel=ANY), at], candidate.of_operator)]
                found[candidate.layer, way] = sum(costs, Cost(0, 0, 0))
        return found if level == "-Os" else _worth_it(found)

    def beside(self, graph: Graph, level: Level) -> Cost:
        """Return what is around the layers at a level."""
        network = without_edges(graph)
        is_int8 = graph.tensors[network.input.tensor].dtype is DType.INT8
        quantizes = is_int8 and (network.input.is_float or network.output.is_float)
        rows = [row for row in self.around if row.level == level]
        row = next((row for row in rows if row.quantizes == quantizes), rows[0])
        sizes = (
            float(graph.tensors[network.input.tensor].size),
            float(graph.tensors[network.output.tensor].size),
            1.0,
        )
        return Cost(_sum(row.instructions, sizes), _sum(row.cycles, sizes), row.code)


@cache
def load() -> CostModel:
    """Return the model that hargen ships."""
    text = resources.files("hargen.plan").joinpath(FILE_NAME).read_text(encoding="utf-8")
    return CostModel.model_validate_json(text)


def _worth_it(costs: Costs) -> Costs:
    """Leave layers that take little time, and would take hardly more, no choice but small code.

    What compilers write out of short loops is what the estimates know least of.
    """
    least: dict[str, float] = {}
    for (layer, _), cost in costs.items():
        least[layer] = min(cost.instructions, least.get(layer, cost.instructions))
    whole = sum(least.values())

    def counts(layer: str, way: Way) -> bool:
        small = costs[layer, Way(way.kernel, for_size=True)]
        gain = small.instructions - costs[layer, way].instructions
        return least[layer] > _SHORT * whole or gain > _GAIN * whole

    return {key: cost for key, cost in costs.items() if key[1].for_size or counts(*key)}


def _candidates(segments: Sequence[Segment]) -> list[Candidate]:
    return [
        candidate
        for segment in segments
        for alternative in segment.alternatives
        for candidate in alternative.candidates
    ]


def _cost(fit: Fit, values: Features) -> Cost:
    return Cost(
        _weighted(fit.instructions, values.time),
        _weighted(fit.cycles, values.time),
        _weighted(fit.code, values.code),
    )


def _weighted(coefficients: Coefficients, values: Mapping[str, float]) -> float:
    return sum(coefficient * values[name] for name, coefficient in coefficients.items())


def _sum(coefficients: Sequence[float], values: Sequence[float]) -> float:
    return sum(c * v for c, v in zip(coefficients, values, strict=True))

"""What layers cost by estimate: a model that was fitted to measurements on the virtual board.

costs.json has, for each kernel, level and whether code is kept small, what an inference takes for
each of a layer's features, and the bytes of code. tools/fit_costs.py writes it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from hargen.ir.graph import Graph
from hargen.ir.tensor import DType
from hargen.plan.choice import SMALL_AT, Level, Way
from hargen.plan.combine import Cost, Costs
from hargen.plan.edges import without_edges
from hargen.plan.features import NAMES, Features
from hargen.plan.space import Candidate, Segment

FILE_NAME = "costs.json"
ANY = "any"
"""In place of a kernel: the fit over all of them, for one that nobody measured."""

_SHORT, _GAIN = 0.02, 0.002
"""Of the network's instructions: a layer that takes no more is kept small, where that costs no more
than the second."""

Coefficients = Annotated[tuple[float, ...], Field(min_length=len(NAMES), max_length=len(NAMES))]


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
    features: tuple[str, ...] = NAMES
    fits: tuple[Fit, ...]
    around: tuple[Around, ...]

    def to_json(self) -> str:
        """Return the file's text: a line for each fit."""
        table = self.model_dump(mode="json")
        parts = [f' "{key}": {json.dumps(table[key])}' for key in ("compiler", "features")]
        for key in ("fits", "around"):
            lines = ",\n".join(f"  {json.dumps(row)}" for row in table[key])
            parts.append(f' "{key}": [\n{lines}\n ]')
        return "{\n" + ",\n".join(parts) + "\n}\n"

    def costs(self, segments: Sequence[Segment], level: Level) -> Costs:
        """Return what every layer costs at a level in every way."""
        table = {(fit.kernel, fit.level, fit.for_size): fit for fit in self.fits}
        found: dict[tuple[str, Way], Cost] = {}
        for candidate in _candidates(segments):
            for for_size in (False,) if level == "-Os" else (False, True):
                kernel = candidate.kernel.function
                at = SMALL_AT if for_size else level
                known = table.get((kernel, at, for_size)) or table[ANY, at, for_size]
                found[candidate.layer, Way(kernel, for_size)] = _cost(known, candidate.features)
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
    return Cost(_sum(fit.instructions, values), _sum(fit.cycles, values), _sum(fit.code, values))


def _sum(coefficients: Sequence[float], values: Sequence[float]) -> float:
    return sum(c * v for c, v in zip(coefficients, values, strict=True))

"""The ways that an export takes where nothing was measured: the best ones by estimate."""

from __future__ import annotations

from hargen.ir.graph import Graph
from hargen.optimize.passes import optimize_apart
from hargen.plan import costs
from hargen.plan.choice import LEVELS, Optimize
from hargen.plan.combine import combine
from hargen.plan.front import Limits, Point, fronts, pick, score
from hargen.plan.plan import Plan
from hargen.plan.planner import make_chosen_plan
from hargen.plan.space import segments

_CLOSE = 1.02
"""Scores of which estimates cannot say which is less: the level that is usual is taken then."""


def choose(graph: Graph, optimize: Optimize, limits: Limits, clock_hz: float) -> Point:
    """Return the way that serves best, and what it is estimated to cost.

    Args:
        graph: of optimize_apart.
        optimize: what the network is to be.
        limits: what it may take at most, by estimate; RAM is exact.
        clock_hz: of the core.

    Raises:
        ModelError: as make_plan.
        LimitError: no way keeps the limits.
    """
    found = segments(graph)
    model = costs.load()
    points = [
        point
        for level in sorted(set(LEVELS.values()))
        for point in combine(
            graph, found, level, model.costs(found, level), model.beside(graph, level), clock_hz
        )
    ]
    best = pick(fronts(points), optimize, limits)
    usual = [
        point for point in points if point.choice.level == LEVELS[optimize] and limits.allow(point)
    ]
    if not usual:
        return best
    other = pick(fronts(usual), optimize, limits)
    alike = other.is_light == best.is_light
    close = score(other, optimize) < _CLOSE * score(best, optimize)
    return other if alike and close else best


def default_plan(graph: Graph, optimize: Optimize = "balanced") -> Plan:
    """Return the plan of an export without limits.

    Args:
        graph: as it was imported.
        optimize: what the network is to be.

    Raises:
        ModelError: as make_plan.
    """
    graph = optimize_apart(graph)
    chosen = choose(graph, optimize, Limits(), clock_hz=1.0)  # nothing depends on the clock
    return make_chosen_plan(graph, chosen.choice)

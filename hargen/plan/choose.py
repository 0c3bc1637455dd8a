"""The ways that an export takes where nothing was measured: the best ones by estimate."""

from __future__ import annotations

from hargen.ir.graph import Graph
from hargen.ir.ops.binary import Mul
from hargen.ir.ops.depthwise_conv_2d import DepthwiseConv2D
from hargen.optimize.fuse_layers import fuse_layers
from hargen.plan import costs
from hargen.plan.choice import LEVELS, Choice, Optimize, Way
from hargen.plan.combine import combine
from hargen.plan.front import Limits, Point, fronts, pick
from hargen.plan.planner import make_plan
from hargen.plan.space import segments
from hargen.plan.ways import ways

_FAST_IF_BALANCED = (DepthwiseConv2D, Mul)
"""Their fastest ways take more flash and so much less time that the product falls, as measured."""


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
    return pick(fronts(points), optimize, limits)


def by_rule(graph: Graph, optimize: Optimize) -> Choice:
    """Return the choice of which each optimization's rules are.

    Args:
        graph: of optimize_apart.
        optimize: what the network is to be.

    Raises:
        ModelError: as make_plan.
    """
    fused = fuse_layers(graph)
    plan = make_plan(fused, for_speed=optimize == "speed")
    kernels = {layer.name: layer.kernel.function for layer in plan.layers}
    if optimize == "balanced":
        kernels |= {
            operator.name: next(iter(ways(operator, fused.tensors, "layer")))
            for operator in fused.operators
            if isinstance(operator, _FAST_IF_BALANCED)
        }
    return Choice(LEVELS[optimize], tuple((name, Way(kernel)) for name, kernel in kernels.items()))

"""Measure every way of every layer, then the best of the whole network, and choose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hargen.build.toolchain import find_cmake, find_gcc, find_newlib, find_ninja
from hargen.importers import model_file
from hargen.ir.graph import Graph
from hargen.optimize.passes import optimize_apart
from hargen.plan.choice import Level, Optimize, Way
from hargen.plan.choose import choose
from hargen.plan.combine import Cost, Costs, combine
from hargen.plan.front import Limits, Point, fronts, pick
from hargen.plan.space import Segment, segments
from hargen.tune.cache import Cache
from hargen.tune.measured import Measured, Subject
from hargen.tune.measuring import Measuring
from hargen.tune.sweep import LEVELS, sweep

_WHOLE = 8
"""So many of the ways that promise most are measured as a whole, not counting the best."""

Watch = Callable[[int, int, str], None]
"""Called with how many images are measured, of how many, and what they are for."""


@dataclass(frozen=True)
class Tuned:
    """What was measured: the front of whole networks, the fastest first, and every layer.

    points: whole networks. chosen: that of points which was wanted. sweep: images in which layers
    were measured.
    """

    segments: tuple[Segment, ...]
    points: tuple[Point, ...]
    chosen: Point
    sweep: tuple[Measured, ...]
    compiler: str
    windows: str


def tune(
    subject: Subject,
    optimize: Optimize,
    limits: Limits,
    cache: Cache,
    watch: Watch = lambda _done, _total, _what: None,
) -> Tuned:
    """Return the way to compute a network that serves best, by measuring.

    Args:
        subject: the model and its board.
        optimize: what the network is to be.
        limits: what it may take at most.
        cache: knows what was measured before.
        watch: is told of every image.

    Raises:
        ModelError, DataError, DeviceError: as hargen export and flash.
        ToolError: there is no compiler, or no virtual board.
        LimitError: no way keeps the limits.
    """
    find_newlib(find_gcc())
    find_cmake()
    find_ninja()
    if subject.converted is None:
        graph = model_file.read(subject.model).graph
    else:
        graph = model_file.parse(subject.model, subject.converted).graph
    graph = optimize_apart(graph)
    found = segments(graph)
    hz = subject.board.clock.hclk_hz
    ways = sweep(found)
    with Measuring(subject, cache) as measuring:
        swept = measuring.all(ways, lambda done: watch(done, len(ways), "layers"))
        promising = fronts(
            [
                point
                for level in LEVELS
                for point in combine(graph, found, level, *_costs(swept, level), hz)
            ]
        )
        wanted = _wanted(promising, optimize, limits)
        known = {point.choice for point in wanted}
        wanted += [point for point in _estimated(graph, hz) if point.choice not in known]
        whole = measuring.all(
            [point.choice for point in wanted], lambda done: watch(done, len(wanted), "networks")
        )
    points = fronts(
        [_point(one, point.is_light, hz) for one, point in zip(whole, wanted, strict=True)]
    )
    return Tuned(
        segments=found,
        points=tuple(points),
        chosen=pick(points, optimize, limits),
        sweep=tuple(swept),
        compiler=swept[0].compiler,
        windows=swept[0].windows,
    )


def _costs(swept: Sequence[Measured], level: Level) -> tuple[Costs, Cost]:
    """Return what the layers cost at a level in each way, and what is around them."""
    costs: dict[tuple[str, Way], Cost] = {}
    for one in swept:
        for layer, way in one.choice.layers:
            if way in Way.all(way.kernel, level) and one.choice.level == way.measured_at(level):
                costs.setdefault((layer, way), one.layers[layer])
    around = [one.around for one in swept if one.choice.level == level]
    return costs, sorted(around, key=lambda cost: cost.code)[len(around) // 2]


def _wanted(points: Sequence[Point], optimize: Optimize, limits: Limits) -> list[Point]:
    """Return the points that are worth to be measured: the best by what is known, and some more.

    Others are taken evenly from the front, so that what is measured has its shape.
    """
    words: tuple[Optimize, ...] = (optimize, "speed", "balanced", "size")
    best = [pick(points, word, Limits()) for word in words]
    near = [point for point in points if limits.allow(point)]
    if limits and near:
        best += [pick(near, word, Limits()) for word in words]
    best += [min(points, key=lambda p: p.flash), min(points, key=lambda p: (p.ram, p.instructions))]
    last = len(points) - 1
    count = min(_WHOLE, len(points))
    spread = [points[i * last // max(count - 1, 1)] for i in range(count)]
    return list(dict.fromkeys(best + spread))


def _estimated(graph: Graph, hz: float) -> list[Point]:
    """Return what is chosen without measuring: what is found must not be worse than that."""
    words: tuple[Optimize, ...] = ("speed", "balanced", "size")
    found = [choose(graph, word, Limits(), hz) for word in words]
    return list({point.choice: point for point in found}.values())


def _point(one: Measured, is_light: bool, hz: float) -> Point:
    return Point(
        choice=one.choice,
        instructions=one.instructions,
        us=one.cycles / hz * 1e6,
        flash=one.flash,
        ram=one.ram,
        is_light=is_light,
    )

"""What was measured, as the manifest keeps it."""

from __future__ import annotations

from hargen import manifest
from hargen.plan.choice import Way
from hargen.plan.front import Limits, Point
from hargen.tune.tune import Tuned

SMALL, UNROLLED = "for size", "unrolled"
"""Behind the kernel of a layer: how it is compiled."""


def record(tuned: Tuned, limits: Limits) -> manifest.Tuning:
    """Return the table of a manifest: the front, and every way of every layer."""
    return manifest.Tuning(
        compiler=tuned.compiler,
        windows=tuned.windows,
        max_flash=limits.flash,
        max_ram=limits.ram,
        max_us=limits.us,
        points=tuple(_point(point, point is tuned.chosen) for point in tuned.points),
        layers=tuple(_layers(tuned)),
    )


def _point(point: Point, chosen: bool) -> manifest.TunedPoint:
    return manifest.TunedPoint(
        instructions=round(point.instructions, 1),
        us=round(point.us, 2),
        flash=point.flash,
        ram=point.ram,
        chosen=chosen,
        level=point.choice.level,
        kernels=tuple(name(way) for _, way in point.choice.layers),
    )


def name(way: Way) -> str:
    """Return a kernel's function, and how it is compiled."""
    if way.for_size:
        return f"{way.kernel}, {SMALL}"
    return f"{way.kernel}, {UNROLLED}" if way.unrolled else way.kernel


def _layers(tuned: Tuned) -> list[manifest.TunedLayer]:
    constants = {
        (candidate.layer, candidate.kernel.function): candidate.constants
        for segment in tuned.segments
        for alternative in segment.alternatives
        for candidate in alternative.candidates
    }
    order = {layer: index for index, (layer, _) in enumerate(constants)}
    found: dict[tuple[str, Way, str], manifest.TunedLayer] = {}
    for one in tuned.sweep:
        for layer, way in one.choice.layers:
            cost = one.layers[layer]
            found.setdefault(
                (layer, way, one.choice.level),
                manifest.TunedLayer(
                    layer=layer,
                    kernel=way.kernel,
                    level=one.choice.level,
                    for_size=way.for_size,
                    unrolled=way.unrolled,
                    instructions=round(cost.instructions, 1),
                    code=round(cost.code),
                    constants=constants[layer, way.kernel],
                ),
            )
    return sorted(found.values(), key=lambda row: order[row.layer])

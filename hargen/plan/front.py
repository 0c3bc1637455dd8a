"""What a network could cost in each of many ways, and which of these is taken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Protocol

from hargen.errors import LimitError
from hargen.plan.choice import Choice, Optimize

WEIGHTS: dict[Optimize, tuple[float, float]] = {
    "speed": (1.0, 0.1),
    "balanced": (1.0, 1.0),
    "size": (0.1, 1.0),
}
"""What a per cent of instructions and a per cent of memory, flash and RAM together, count for."""

WORTH = 0.5
"""But for speed, weights take more flash than they have to only where that makes the score so small
a part."""


class HasCost(Protocol):
    """Something that takes instructions, and bytes of flash and RAM."""

    @property
    def instructions(self) -> float:
        """Of one inference."""

    @property
    def flash(self) -> int:
        """Bytes of network, kernels, tables and library code."""

    @property
    def ram(self) -> int:
        """Bytes of the arena."""


@dataclass(frozen=True)
class Limits:
    """The most that a network may take; None where that is all the same.

    flash: bytes of network, kernels, tables and what of the C library they need. ram: bytes of the
    arena. us: microseconds of an inference.
    """

    flash: int | None = None
    ram: int | None = None
    us: float | None = None

    def __bool__(self) -> bool:
        """Whether there is a limit."""
        return any(getattr(self, field.name) is not None for field in fields(self))

    def allow(self, point: Point) -> bool:
        """Return whether a point keeps all limits."""
        return (
            (self.flash is None or point.flash <= self.flash)
            and (self.ram is None or point.ram <= self.ram)
            and (self.us is None or point.us <= self.us)
        )


@dataclass(frozen=True)
class Point:
    """What a network costs as it was chosen.

    instructions, us: of one inference, from the model's input to its output; microseconds come from
    estimated cycles. flash: bytes of network, kernels, tables and library code. ram: bytes of the
    arena. is_light: whether no weights take more flash than they have to.
    """

    choice: Choice
    instructions: float
    us: float
    flash: int
    ram: int
    is_light: bool = True


def front(points: Iterable[Point]) -> list[Point]:
    """Return the points that no other one beats or equals in instructions, flash and RAM.

    The one with the fewest instructions is the first. Of equals, the first stays.
    """
    kept: list[Point] = []
    for point in sorted(points, key=lambda p: (p.instructions, p.flash, p.ram)):
        if not any(one.flash <= point.flash and one.ram <= point.ram for one in kept):
            kept.append(point)
    return kept


def fronts(points: Sequence[Point]) -> list[Point]:
    """Return the front of all points and that of those whose weights are light, in one order."""
    light = front(point for point in points if point.is_light)
    found = dict.fromkeys([*front(points), *light])
    return sorted(found, key=lambda p: (p.instructions, p.flash, p.ram))


def pick(points: Sequence[Point], optimize: Optimize, limits: Limits) -> Point:
    """Return the point that serves best: that of the least score.

    But for speed, one whose weights are heavy is taken only where it is worth it, or where no light
    one keeps the limits.

    Raises:
        LimitError: none keeps the limits.
    """
    allowed = [point for point in points if limits.allow(point)]
    if not allowed:
        raise LimitError(
            "no way to compute the network keeps the limits", why=_nearest(points, limits)
        )
    best = min(allowed, key=lambda point: score(point, optimize))
    if optimize == "speed" or best.is_light:
        return best
    light = [point for point in allowed if point.is_light]
    if not light:
        return best
    other = min(light, key=lambda point: score(point, optimize))
    return best if score(best, optimize) < WORTH * score(other, optimize) else other


def score(cost: HasCost, optimize: Optimize) -> float:
    """Return what is to be small: a product of powers of instructions and of memory."""
    of_instructions, of_memory = WEIGHTS[optimize]
    memory = cost.flash + cost.ram
    return float(cost.instructions**of_instructions * memory**of_memory)


def _nearest(points: Sequence[Point], limits: Limits) -> str:
    """Return, for each limit, the least that there is."""
    parts = []
    if limits.flash is not None:
        parts.append(f"at least {min(p.flash for p in points)} B of flash")
    if limits.ram is not None:
        parts.append(f"at least {min(p.ram for p in points)} B of RAM")
    if limits.us is not None:
        parts.append(f"at least {min(p.us for p in points):.1f} us")
    text = ", ".join(parts)
    return f"it takes {text}" + (", and not all of these together" if len(parts) > 1 else "")

"""Which of several ways each layer of a network is computed in, and how it is compiled."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Level = Literal["-O2", "-O3", "-Os"]
"""Of the compiler, for the network's files."""

Optimize = Literal["balanced", "speed", "size"]
"""What a network is to be: fast, small, or both."""

LEVELS: dict[Optimize, Level] = {"balanced": "-O2", "speed": "-O3", "size": "-Os"}
"""The compiler's level where nothing else is chosen."""

SMALL_AT: Level = "-O2"
"""Layers whose code is kept small are measured at this level, and cost the same at -O3."""


@dataclass(frozen=True)
class Way:
    """How one layer is computed: by which kernel's function, and how that is compiled.

    for_size: its code is kept small. unrolled: the compiler writes out loops that it would else
    keep; not both.
    """

    kernel: str
    for_size: bool = False
    unrolled: bool = False

    @classmethod
    def all(cls, kernel: str, level: Level = SMALL_AT) -> tuple[Way, ...]:
        """Return the ways to compile a kernel for a network of some level; at -Os there is one."""
        if level == "-Os":
            return (cls(kernel),)
        return cls(kernel), cls(kernel, unrolled=True), cls(kernel, for_size=True)

    def measured_at(self, level: Level) -> Level:
        """Return the level at which this way is measured for a network of some level."""
        return SMALL_AT if self.for_size else level


@dataclass(frozen=True)
class Choice:
    """What export decides of a network beyond what it computes.

    layers: the name of each, in order, and its way. Two operators that are one layer have their
    name in it, those that stay apart have theirs.
    """

    level: Level
    layers: tuple[tuple[str, Way], ...]

    @cached_property
    def ways(self) -> dict[str, Way]:
        """The way of each layer, by its name."""
        return dict(self.layers)

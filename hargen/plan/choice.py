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
    """How one layer is computed: by which kernel's function, and whether its code is kept small."""

    kernel: str
    for_size: bool = False


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

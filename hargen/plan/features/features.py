"""What a layer's cost is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

CALLS = "calls"
"""The feature that every layer has once."""


@dataclass(frozen=True)
class Features:
    """By name. time: what an inference takes depends on these. code: and its bytes on these."""

    time: Mapping[str, float]
    code: Mapping[str, float]


@dataclass(frozen=True)
class Part:
    """A kernel that costs what the one of this name does, and its features."""

    function: str
    features: Features

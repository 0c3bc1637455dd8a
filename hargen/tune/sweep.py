"""Which images have to be built so that every layer is measured in every way."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from hargen.plan.choice import Choice, Level, Way
from hargen.plan.space import Alternative, Segment

LEVELS: tuple[Level, ...] = ("-O3", "-O2", "-Os")


def sweep(segments: Sequence[Segment], *, unrolled: bool = True) -> list[Choice]:
    """Return choices that together have every way of every layer, at every level.

    Layers are functions of their own: how one is computed hardly changes what another one takes, so
    that an image measures a way of each layer at once.

    Args:
        segments: of the network.
        unrolled: whether the ways of which loops are written out are among them.
    """
    found = dict.fromkeys(
        choice
        for level in LEVELS
        for together in (True, False)
        for choice in _images(segments, level, together=together, unrolled=unrolled)
    )
    return list(found)


def _images(
    segments: Sequence[Segment], level: Level, *, together: bool, unrolled: bool
) -> list[Choice]:
    """Return images of one level, where two operators that may be one layer are so, or are not."""
    has_pairs = any(segment.is_pair for segment in segments)
    columns: list[tuple[str, list[Way]]] = []
    for segment in segments:
        # what is alone either way is measured beside the pairs that are one layer
        known = has_pairs and not together and not segment.is_pair
        for layer, ways in _ways(segment.one_layer(together), level, unrolled=unrolled).items():
            columns.append((layer, ways[:1] if known else ways))
    count = max(len(ways) for _, ways in columns)
    return [
        Choice(level, tuple((layer, ways[index % len(ways)]) for layer, ways in columns))
        for index in range(count)
    ]


def _ways(
    alternatives: Sequence[Alternative], level: Level, *, unrolled: bool
) -> dict[str, list[Way]]:
    """Return the ways of each layer that are measured at a level.

    Code that is kept small is the same at -O2 and -O3; at -Os, all code is.
    """
    found: dict[str, dict[Way, None]] = {}
    for candidate in chain.from_iterable(one.candidates for one in alternatives):
        ways = found.setdefault(candidate.layer, {})
        for way in Way.all(candidate.kernel.function, level):
            if way.measured_at(level) == level and (unrolled or not way.unrolled):
                ways[way] = None
    return {layer: list(ways) for layer, ways in found.items()}

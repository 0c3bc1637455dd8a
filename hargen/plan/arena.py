"""A place in the arena for every buffer, so that no two that live at the same time overlap.

Greedy by size (Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference",
2020, algorithm 3): largest first, each at the lowest offset that is free during its life. Every
order of equal standing is tried for networks small enough, and the smallest arena wins.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import permutations

ALIGNMENT = 4
"""Bytes; buffers start at words, so that the core may load words from them."""

ARENA_ALIGNMENT = 16
_EXHAUSTIVE_LIMIT = 6


@dataclass(frozen=True)
class Buffer:
    """Bytes that live from layer `first` to layer `last`, both included."""

    key: int
    size: int
    first: int
    last: int

    def lives_with(self, other: Buffer) -> bool:
        """Whether both are in use at the same time."""
        return self.first <= other.last and other.first <= self.last


def place(buffers: Iterable[Buffer]) -> tuple[dict[int, int], int]:
    """Return the offset of every buffer by its key, and the arena's size in bytes."""
    by_size = sorted(buffers, key=lambda b: (-b.size, b.first, b.key))
    orders = permutations(by_size) if len(by_size) <= _EXHAUSTIVE_LIMIT else iter([tuple(by_size)])
    return min((_place_in_order(order) for order in orders), key=lambda placed: placed[1])


def _place_in_order(order: tuple[Buffer, ...]) -> tuple[dict[int, int], int]:
    offsets: dict[int, int] = {}
    done: list[Buffer] = []
    end = 0
    for buffer in order:
        taken = sorted(
            (offsets[other.key], offsets[other.key] + other.size)
            for other in done
            if other.lives_with(buffer)
        )
        offset = 0
        for start, stop in taken:
            if offset + buffer.size <= start:
                break
            offset = max(offset, _aligned(stop))
        offsets[buffer.key] = offset
        done.append(buffer)
        end = max(end, offset + buffer.size)
    return offsets, _aligned(end)


def _aligned(offset: int) -> int:
    return -(-offset // ALIGNMENT) * ALIGNMENT

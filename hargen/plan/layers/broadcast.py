"""The strides by which kernels repeat an operand along the dimensions in which it has size 1."""

from __future__ import annotations

from hargen.ir.ops.binary import MAX_RANK


def padded_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape with leading ones up to MAX_RANK dimensions."""
    return (1,) * (MAX_RANK - len(shape)) + shape


def strides(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return elements from one index to the next in each dimension, 0 where it is repeated."""
    found: list[int] = []
    step = 1
    for size in reversed(padded_shape(shape)):
        found.insert(0, 0 if size == 1 else step)
        step *= size
    return tuple(found)

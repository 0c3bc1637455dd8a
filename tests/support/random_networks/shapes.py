"""Layers that move values and change none: padding, joining, reshaping."""

from __future__ import annotations

import numpy as np
from support.random_networks.sketch import Sketch
from support.random_networks.windowed import pooled_alike


def pad(sketch: Sketch) -> None:
    rng, shape = sketch.rng, sketch.shape()
    amounts = rng.integers(0, 4, size=(4, 2)).astype(np.int32)
    amounts[0] = 0
    if rng.random() < 0.8:
        amounts[3] = 0  # in front of a convolution, with which such a padding is merged
    argument = sketch.value(shape=(4, 2), arguments=amounts)
    padded = tuple(int(n + a + b) for n, (a, b) in zip(shape, amounts, strict=True))
    sketch.then("PAD", [sketch.x, argument], {"shape": padded, "same_as": sketch.x}, "PadOptions")


def pad_sequence(sketch: Sketch) -> None:
    """As a causal Conv1D: padded in three dimensions, then reshaped to four."""
    rng, (_, length, axes) = sketch.rng, sketch.shape()
    before, after = int(rng.integers(0, 5)), int(rng.integers(0, 3))
    amounts = np.array([[0, 0], [before, after], [0, 0]], dtype=np.int32)
    argument = sketch.value(shape=(3, 2), arguments=amounts)
    padded = (1, length + before + after, axes)
    sketch.then("PAD", [sketch.x, argument], {"shape": padded, "same_as": sketch.x}, "PadOptions")


def concatenation(sketch: Sketch) -> None:
    """With maxima of itself, or with itself, so that all have one scale."""
    rng, source = sketch.rng, sketch.x
    parts = [source]
    more = range(int(rng.integers(1, 4)))
    parts += [pooled_alike(sketch, source) if rng.random() < 0.6 else source for _ in more]
    axis = int(rng.integers(1, 4))
    shape = list(sketch.values[source].shape)
    shape[axis] *= len(parts)
    sketch.then(
        "CONCATENATION",
        parts,
        {"shape": tuple(shape), "same_as": source},
        "ConcatenationOptions",
        Axis=axis - 4 if rng.random() < 0.3 else axis,
    )


def reshape(sketch: Sketch, shape: tuple[int, ...]) -> None:
    argument = sketch.value(shape=(len(shape),), arguments=np.array(shape, dtype=np.int32))
    sketch.then(
        "RESHAPE",
        [sketch.x, argument],
        {"shape": shape, "same_as": sketch.x},
        "ReshapeOptions",
        NewShape=shape,
    )


def expand_dims(sketch: Sketch, axis: int) -> None:
    shape = list(sketch.shape())
    shape.insert(axis, 1)
    argument = sketch.value(shape=(1,), arguments=np.array([axis], dtype=np.int32))
    sketch.then(
        "EXPAND_DIMS",
        [sketch.x, argument],
        {"shape": tuple(shape), "same_as": sketch.x},
        "ExpandDimsOptions",
    )


def squeeze(sketch: Sketch, axis: int) -> None:
    shape = tuple(n for i, n in enumerate(sketch.shape()) if i != axis)
    sketch.then(
        "SQUEEZE",
        [sketch.x],
        {"shape": shape, "same_as": sketch.x},
        "SqueezeOptions",
        SqueezeDims=[axis],
    )

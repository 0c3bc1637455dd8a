"""Layers that see the whole of a tensor or of an axis."""

from __future__ import annotations

import numpy as np
from support.random_networks.sketch import ACTIVATIONS, Sketch


def reduce(sketch: Sketch) -> None:
    rng, shape = sketch.rng, sketch.shape()
    axes_choice = [[1, 2], [1], [2], [-2, -3], [3]][int(rng.integers(0, 5))]
    axes = sorted(a % 4 for a in axes_choice)
    keep = bool(rng.random() < 0.5)
    out = tuple(1 if i in axes else n for i, n in enumerate(shape) if keep or i not in axes)
    argument = sketch.value(
        shape=(len(axes_choice),), arguments=np.array(axes_choice, dtype=np.int32)
    )
    kind = "MEAN" if rng.random() < 0.5 else "REDUCE_MAX"
    output = {"shape": out} | ({"same_as": sketch.x} if kind == "REDUCE_MAX" else {})
    sketch.then(kind, [sketch.x, argument], output, "ReducerOptions", KeepDims=keep)


def fully_connected(sketch: Sketch, out: int) -> None:
    rng = sketch.rng
    size = int(np.prod(sketch.shape()))
    weights = sketch.weights((out, size), 0, rng.random() < 0.4, size)
    bias = sketch.bias(out, weights)
    sketch.then(
        "FULLY_CONNECTED",
        [sketch.x, weights, bias],
        {"shape": (1, out)},
        "FullyConnectedOptions",
        FusedActivationFunction=ACTIVATIONS["none" if rng.random() < 0.7 else "relu"],
    )

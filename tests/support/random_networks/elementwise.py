"""Layers that keep the shape: sums, products, activations, changes of scale."""

from __future__ import annotations

from typing import Any

import numpy as np
from support.random_networks.sketch import ACTIVATIONS, Sketch


def binary(sketch: Sketch) -> None:
    """A sum or product with a constant, a vector pooled from itself, or an old tensor."""
    rng, shape = sketch.rng, sketch.shape()
    kind = "ADD" if rng.random() < 0.5 else "MUL"
    earlier = [
        n.output
        for n in sketch.nodes
        if sketch.values[n.output].shape == shape and n.output != sketch.x
    ]
    choice = rng.random()
    if choice < 0.4 and earlier:
        other = int(rng.choice(earlier))
    elif choice < 0.6 and len(shape) == 4:
        source = sketch.x
        axes = sketch.value(shape=(2,), arguments=np.array([1, 2], dtype=np.int32))
        other = sketch.then(
            "MEAN",
            [source, axes],
            {"shape": (1, 1, 1, shape[3])},
            "ReducerOptions",
            KeepDims=True,
        )
        sketch.x = source
    else:
        other_shape = shape[-1:] if rng.random() < 0.5 else (1,) * (len(shape) - 1) + shape[-1:]
        q = rng.integers(-128, 128, size=other_shape).astype(np.int8)
        scale = np.array([rng.uniform(0.002, 0.02)], dtype=np.float32)
        other = sketch.value(
            shape=other_shape, weights=q, scales=scale, zero_point=int(rng.integers(-100, 100))
        )
    pair = [sketch.x, other] if rng.random() < 0.7 else [other, sketch.x]
    sketch.then(
        kind,
        pair,
        {"shape": shape},
        f"{kind.capitalize()}Options",
        FusedActivationFunction=ACTIVATIONS[sketch.activation()],
    )


def relu(sketch: Sketch) -> None:
    sketch.then(
        "RELU" if sketch.rng.random() < 0.5 else "RELU6", [sketch.x], {"shape": sketch.shape()}
    )


def requantize(sketch: Sketch) -> None:
    sketch.then("QUANTIZE", [sketch.x], {"shape": sketch.shape()})


def lookup(sketch: Sketch) -> None:
    kind = str(sketch.rng.choice(["LOGISTIC", "TANH", "LEAKY_RELU"]))
    fixed = {"LOGISTIC": (1 / 256, -128), "TANH": (1 / 128, 0), "LEAKY_RELU": None}[kind]
    options: dict[str, Any] = {}
    if kind == "LEAKY_RELU":
        alpha = float(sketch.rng.choice([0.0, 0.01, 0.1, 0.25, 0.3]))
        options = {"options_type": "LeakyReluOptions", "Alpha": alpha}
    sketch.then(kind, [sketch.x], {"shape": sketch.shape(), "fixed": fixed}, **options)


def softmax(sketch: Sketch) -> None:
    sketch.then(
        "SOFTMAX",
        [sketch.x],
        {"shape": sketch.shape(), "fixed": (1 / 256, -128)},
        "SoftmaxOptions",
        Beta=float(sketch.rng.choice([1.0, 0.25])),
    )

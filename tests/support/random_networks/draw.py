"""Which layers a seed's network has, and its windows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from support.random_networks import dense, elementwise, rounding, shapes, windowed, writing
from support.random_networks.sketch import Sketch


@dataclass
class RandomNetwork:
    model: bytes
    windows: np.ndarray  # (n, elements), float32 or int8: the model's own input type
    kinds: list[str]
    int8_output: int  # the tensor before a DEQUANTIZE, or the output itself


@dataclass
class RandomFloatNetwork:
    model: bytes
    windows: np.ndarray  # (n, elements) float32
    kinds: list[str]
    tolerances: dict[int, np.ndarray]  # tensor -> (n, elements): what roundings may make of it


# A network is drawn again while more than this share of its output is saturated or constant.
DULL_LIMIT = 0.08


def random_network(seed: int, windows: int = 24) -> RandomNetwork:
    """Return the network of a seed, with random and tie-heavy windows for it."""
    attempt = 0
    while True:
        network = _draw(np.random.default_rng([seed, attempt]), windows)
        if dull_share(*reference_outputs(network)) <= DULL_LIMIT:
            return network
        attempt += 1


def random_float_network(seed: int, windows: int = 12) -> RandomFloatNetwork:
    """Return the float32 network of a seed, with random windows for it."""
    rng = np.random.default_rng([seed, 2**31])
    sketch, length, axes = _sketched(rng)
    inputs = _windows(rng, windows, length, axes)
    return RandomFloatNetwork(
        writing.float_model(sketch),
        inputs,
        [n.kind for n in sketch.nodes],
        rounding.tolerances(sketch, inputs),
    )


def reference_outputs(network: RandomNetwork) -> tuple[np.ndarray, np.ndarray]:
    """Return the reference's int8 outputs, (windows, elements), and which limits they reach."""
    interpreter = Interpreter(
        model_content=network.model,
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
        experimental_preserve_all_tensors=True,
    )
    interpreter.allocate_tensors()
    (source,) = interpreter.get_input_details()
    rows = []
    for window in network.windows:
        interpreter.set_tensor(source["index"], window.reshape(source["shape"]))
        interpreter.invoke()
        rows.append(interpreter.get_tensor(network.int8_output).reshape(-1))
    outputs = np.stack(rows)
    return outputs, (outputs == -128) | (outputs == 127)


def dull_share(outputs: np.ndarray, saturated: np.ndarray) -> float:
    """Return the share of output bytes that are saturated, or the same for every window."""
    constant = (outputs == outputs[:1]).all(axis=0)
    return float((saturated | constant).mean())


def _draw(rng: np.random.Generator, windows: int) -> RandomNetwork:
    sketch, length, axes = _sketched(rng)
    float_edges = bool(rng.random() < 0.5)
    calibration = rng.normal(0, 3, size=(24, length * axes)).astype(np.float32)
    model = writing.int8_model(sketch, calibration, float_edges)
    inputs = _windows(rng, windows, length, axes)
    if not float_edges:
        low, high = calibration.min(), calibration.max()
        inputs = np.clip(np.round((inputs - low) / (high - low) * 255 - 128), -128, 127).astype(
            np.int8
        )
    return RandomNetwork(model, inputs, [n.kind for n in sketch.nodes], sketch.x)


def _sketched(rng: np.random.Generator) -> tuple[Sketch, int, int]:
    """Return a network, the length of its window, and how many axes a sample has."""
    length, axes = int(rng.choice([12, 16, 24, 32])), int(rng.choice([1, 3, 6]))
    one_dimensional = rng.random() < 0.4
    sketch = Sketch(rng, (1, length, axes) if one_dimensional else (1, length, axes, 1))
    if one_dimensional:
        if rng.random() < 0.5:
            shapes.pad_sequence(sketch)
        if rng.random() < 0.5:
            shapes.expand_dims(sketch, 1)
            # Length lies along the width there.
        else:
            shapes.reshape(sketch, (1, sketch.shape()[1], 1, axes))
    blocks = [
        windowed.conv,
        windowed.depthwise,
        windowed.pool,
        elementwise.binary,
        elementwise.relu,
        elementwise.requantize,
        shapes.pad,
        elementwise.lookup,
        shapes.concatenation,
    ]
    windowed.conv(sketch)
    for _ in range(int(rng.integers(1, 5))):
        rng.choice(blocks, p=[0.22, 0.14, 0.14, 0.1, 0.09, 0.06, 0.08, 0.11, 0.06])(sketch)
    ending = rng.random()
    if ending < 0.45:
        dense.reduce(sketch)
    elif ending < 0.6 and 1 in sketch.shape()[1:3]:
        shapes.squeeze(sketch, 1 + sketch.shape()[1:3].index(1))
    size = int(np.prod(sketch.shape()))
    if size > 1 and rng.random() < 0.9:
        shapes.reshape(sketch, (1, size))
        if rng.random() < 0.6:
            dense.fully_connected(sketch, int(rng.integers(2, 13)))
        dense.fully_connected(sketch, int(rng.integers(2, 7)))
        if rng.random() < 0.4:
            elementwise.softmax(sketch)
    return sketch, length, axes


def _windows(rng: np.random.Generator, count: int, length: int, axes: int) -> np.ndarray:
    """Random windows; every fourth is tie-heavy: few levels, or constant, or all but constant."""
    windows = rng.normal(0, 3, size=(count, length, axes))
    for i in range(0, count, 4):
        if i % 8:
            windows[i] = rng.choice([-1.5, 0.0, 1.5], size=(length, axes))
        else:
            windows[i] = rng.normal(0, 3, size=(1, axes))
    return windows.reshape(count, -1).astype(np.float32)

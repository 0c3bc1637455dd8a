"""Products and sums with constants go into the float32 layer next to them, where that is exact."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tflite
from support.float_model import BUILDS, FloatModel
from support.host_model import run_reference
from support.tflite_writer import WOp, WTensor, write

from hargen.importers.model_file import read
from hargen.ir.ops.binary import Binary
from hargen.optimize.passes import optimize

RELU, NONE = tflite.ActivationFunctionType.RELU, tflite.ActivationFunctionType.NONE
VALID, SAME = tflite.Padding.VALID, tflite.Padding.SAME


class Network:
    """Layers one behind the other over float32 values; every constant is random."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.rng = np.random.default_rng(11)
        self.tensors = [WTensor("x", shape, np.float32)]
        self.ops: list[WOp] = []
        self.x = 0

    def add(self, shape: tuple[int, ...], data: np.ndarray | None = None) -> int:
        dtype = np.float32 if data is None else data.dtype
        self.tensors.append(WTensor(f"t{len(self.tensors)}", shape, dtype, data))
        return len(self.tensors) - 1

    def random(self, *shape: int) -> int:
        return self.add(shape, self.rng.uniform(0.2, 1.5, shape).astype(np.float32))

    def then(self, op: str, inputs: list[int], shape: tuple[int, ...], *options: object) -> Network:
        self.x = self.add(shape)
        kind, values = options if options else (None, {})
        self.ops.append(WOp(op, inputs, [self.x], kind, values))
        return self

    def shape(self) -> tuple[int, ...]:
        return self.tensors[self.x].shape

    def conv(self, padding: int = VALID, activation: int = NONE, bias: bool = True) -> Network:
        _, height, width, channels = self.shape()
        rows = height if padding == SAME else height - 2
        inputs = [self.x, self.random(6, 3, 1, channels)]
        inputs.append(self.random(6) if bias else self.add((6,), np.zeros(6, np.float32)))
        options = {"Padding": padding, "StrideH": 1, "StrideW": 1}
        options |= {"DilationHFactor": 1, "DilationWFactor": 1}
        options["FusedActivationFunction"] = activation
        return self.then("CONV_2D", inputs, (1, rows, width, 6), "Conv2DOptions", options)

    def depthwise(self, padding: int = VALID) -> Network:
        _, height, width, channels = self.shape()
        inputs = [self.x, self.random(1, 3, 1, 2 * channels), self.random(2 * channels)]
        rows = height if padding == SAME else height - 2
        options = {"Padding": padding, "StrideH": 1, "StrideW": 1, "DepthMultiplier": 2}
        options |= {"DilationHFactor": 1, "DilationWFactor": 1}
        shape = (1, rows, width, 2 * channels)
        return self.then("DEPTHWISE_CONV_2D", inputs, shape, "DepthwiseConv2DOptions", options)

    def dense(self) -> Network:
        inputs = [self.x, self.random(4, int(np.prod(self.shape()[1:]))), -1]
        return self.then("FULLY_CONNECTED", inputs, (1, 4), "FullyConnectedOptions", {})

    def flatten(self) -> Network:
        shape = (1, int(np.prod(self.shape())))
        inputs = [self.x, self.add((2,), np.array(shape, np.int32))]
        return self.then("RESHAPE", inputs, shape, "ReshapeOptions", {"NewShape": shape})

    def squeeze(self) -> Network:
        shape = tuple(n for i, n in enumerate(self.shape()) if i != 2)
        return self.then("SQUEEZE", [self.x], shape, "SqueezeOptions", {"SqueezeDims": (2,)})

    def binary(self, kind: str, constant: int, activation: int = NONE) -> Network:
        options = {"FusedActivationFunction": activation}
        inputs = [self.x, constant]
        return self.then(kind, inputs, self.shape(), f"{kind.capitalize()}Options", options)

    def norm(self, activation: int = NONE) -> Network:
        """A batch normalization as converters write it: a factor and a summand a channel."""
        channels = self.shape()[-1]
        self.binary("MUL", self.random(channels))
        return self.binary("ADD", self.random(channels), activation)


def image() -> Network:
    return Network((1, 9, 1, 3))


CASES = {
    "behind a convolution": (lambda: image().conv().norm(), 0),
    "behind one without bias": (lambda: image().conv(bias=False).norm(), 0),
    "with a rectifier of its own": (lambda: image().conv().norm(RELU), 0),
    "behind a rectified convolution": (lambda: image().conv(activation=RELU).norm(), 2),
    "between a rectified and another": (lambda: image().conv(activation=RELU).norm().conv(), 0),
    "behind a depthwise convolution": (lambda: image().depthwise().norm(), 0),
    "behind a reshape": (lambda: image().conv().squeeze().norm(), 0),
    "behind a fully connected layer": (lambda: image().flatten().dense().norm(RELU), 0),
    "in front of a convolution": (lambda: image().norm().conv(), 0),
    "in front of a depthwise convolution": (lambda: image().norm().depthwise(), 0),
    "in front of padding": (lambda: image().norm().conv(SAME), 2),
    "in front of padding, depthwise": (lambda: image().norm().depthwise(SAME), 2),
    "a factor alone in front of padding": (
        lambda: _factor(image()).conv(SAME),
        0,
    ),
    "in front of a flattened layer": (lambda: image().norm().flatten().dense(), 0),
    "rectified in front of a layer": (lambda: image().norm(RELU).flatten().dense(), 2),
    "one factor for all": (lambda: _one(image().conv()), 0),
    "a factor for each position": (lambda: _rows(image().conv()), 1),
    "a factor for each value of a flattened layer": (lambda: _rows(image()).flatten().dense(), 0),
}


def _factor(network: Network) -> Network:
    return network.binary("MUL", network.random(network.shape()[-1]))


def _one(network: Network) -> Network:
    return network.binary("MUL", network.random(1))


def _rows(network: Network) -> Network:
    return network.binary("MUL", network.random(1, network.shape()[1], 1, 1))


@pytest.mark.parametrize("case", CASES)
def test_what_folds_and_what_stays(case: str, tmp_path: Path) -> None:
    build, expected = CASES[case]
    network = build()
    path = tmp_path / "network.tflite"
    path.write_bytes(write(network.tensors, network.ops, [0], [network.x]))
    operators = optimize(read(path).graph).operators
    assert sum(isinstance(operator, Binary) for operator in operators) == expected
    model = FloatModel.write(path, tmp_path)
    windows = np.random.default_rng(5).normal(0, 1, (10, 27)).astype(np.float32)
    found = model.run(BUILDS[1], windows).outputs
    reference = run_reference(model.model, model.plan, windows).outputs
    # Sums of at most 60 terms of like size
    assert np.abs(found - reference).max() <= 1e-5 * np.abs(reference).max()


def test_weights_that_another_layer_reads_too_stay(tmp_path: Path) -> None:
    network = image().norm()
    source = network.x
    network.conv()
    weights = network.ops[-1].inputs[1]
    first = network.x
    network.x = source
    network.conv()
    network.ops[-1].inputs[1] = weights
    second = network.x
    network.then("ADD", [first, second], network.shape(), "AddOptions", {})
    path = tmp_path / "network.tflite"
    path.write_bytes(write(network.tensors, network.ops, [0], [network.x]))
    graph = read(path).graph
    assert len(optimize(graph).operators) == len(graph.operators)


def test_factors_that_overflow_stay(tmp_path: Path) -> None:
    network = image().conv()
    network.binary("MUL", network.add((6,), np.full(6, 3e38, np.float32)))
    path = tmp_path / "network.tflite"
    path.write_bytes(write(network.tensors, network.ops, [0], [network.x]))
    assert any(isinstance(operator, Binary) for operator in optimize(read(path).graph).operators)

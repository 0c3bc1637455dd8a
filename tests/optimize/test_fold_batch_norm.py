"""Products and sums with constants go into the float32 layer next to them, where that is exact."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.float_model import BUILDS, FloatModel
from support.float_network import RELU, SAME, Network
from support.host_model import run_reference

from hargen.importers.model_file import read
from hargen.ir.ops.binary import Binary
from hargen.optimize.passes import optimize


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
    path = network.write(tmp_path / "network.tflite")
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
    path = network.write(tmp_path / "network.tflite")
    graph = read(path).graph
    assert len(optimize(graph).operators) == len(graph.operators)


def test_factors_that_overflow_stay(tmp_path: Path) -> None:
    network = image().conv()
    network.binary("MUL", network.add((6,), np.full(6, 3e38, np.float32)))
    path = network.write(tmp_path / "network.tflite")
    assert any(isinstance(operator, Binary) for operator in optimize(read(path).graph).operators)

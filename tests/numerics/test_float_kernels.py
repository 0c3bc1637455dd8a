"""Float kernels at the edges of what they are written for: groups, lanes, borders, paddings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.float_model import BUILDS, FloatModel
from support.float_network import RELU, SAME, VALID, Network
from support.host_model import run_reference, write_plan

from hargen.ir.ops.conv_max_pool_2d import ConvMaxPool2D
from hargen.ir.ops.fused import ConvConvMaxPool2D, ConvMaxPoolFullyConnected, Fused
from hargen.ir.ops.pad import Pad
from hargen.ir.ops.reshape import Reshape
from hargen.optimize.fuse_max_pool import fuse_max_pool
from hargen.optimize.passes import optimize
from hargen.plan.planner import make_plan

INPUT = (1, 11, 3, 2)


def image() -> Network:
    return Network(INPUT)


CASES = {
    # Positions are summed by four or three, channels by four, and what is left singly.
    **{f"{n} channels": lambda n=n: image().conv(outputs=n) for n in (1, 2, 3, 4, 5, 7, 8)},
    **{f"{n} rows": lambda n=n: Network((1, n, 1, 2)).conv(kernel=(1, 1)) for n in range(1, 10)},
    **{
        f"{n} outputs of {m} inputs": lambda n=n, m=m: Network((1, m, 1, 1)).flatten().dense(n)
        for n, m in ((1, 1), (2, 5), (3, 8), (4, 7), (6, 2), (9, 3))
    },
    "borders on all sides": lambda: image().conv(SAME, kernel=(5, 3)),
    "borders, stride": lambda: image().conv(SAME, kernel=(4, 2), stride=(2, 2)),
    "borders, dilation": lambda: image().conv(SAME, kernel=(3, 2), dilation=(3, 2)),
    "dilation": lambda: image().conv(kernel=(3, 2), dilation=(4, 2)),
    "a kernel as large as the input": lambda: image().conv(kernel=(11, 3)),
    "a kernel larger than the input": lambda: image().conv(SAME, kernel=(13, 5)),
    "positions that see nothing but padding": lambda: (
        image().pad((0, 0), (7, 6), (4, 3), (0, 0)).conv(kernel=(3, 2))
    ),
    "dilated positions that see padding": lambda: (
        image().pad((0, 0), (9, 8), (5, 5), (0, 0)).conv(kernel=(3, 2), dilation=(2, 3))
    ),
    "depthwise": lambda: image().depthwise(multiplier=1),
    "depthwise, three kernels a channel": lambda: image().depthwise(SAME, multiplier=3),
    "depthwise, nothing but padding": lambda: (
        image().pad((0, 0), (7, 6), (4, 3), (0, 0)).depthwise(kernel=(3, 2))
    ),
    **{
        f"{kind.lower()} pool {size} by {stride}, padding {padding}": (
            lambda k=kind, s=size, t=stride, p=padding: image().pool(k, s, t, p)
        )
        for kind in ("MAX", "AVERAGE")
        for size, stride, padding in (
            ((3, 2), (2, 1), SAME),
            ((4, 3), (3, 2), SAME),
            ((2, 2), (3, 1), VALID),
        )
    },
    "padded channels": lambda: image().pad((0, 0), (1, 0), (0, 2), (2, 1)),
}
# Pools behind convolutions: (height, width) of the pool, stride, padding of the convolution
POOLS = [
    ((1, 1), (1, 1), VALID),
    ((2, 1), (2, 1), VALID),
    ((3, 1), (3, 1), SAME),
    ((2, 3), (2, 3), VALID),
    ((5, 1), (5, 1), SAME),
    ((9, 3), (9, 3), VALID),
    ((2, 2), (3, 3), SAME),
]


def compare(network: Network, folder: Path) -> FloatModel:
    model = FloatModel.write(network.write(folder / "network.tflite"), folder)
    windows = np.random.default_rng(6).normal(0, 1, (8, np.prod(network.tensors[0].shape)))
    windows[0] = -np.abs(windows[0])  # every sum without bias is negative: no maximum is zero
    windows = windows.astype(np.float32)
    found = model.run_everywhere(BUILDS[:2], windows).outputs
    reference = run_reference(model.model, model.plan, windows).outputs
    # Sums of at most 100 terms of like size
    assert np.abs(found - reference).max() <= 1e-5 * max(np.abs(reference).max(), 1.0)
    return model


@pytest.mark.parametrize("case", CASES)
def test_a_layer_alone(case: str, tmp_path: Path) -> None:
    model = compare(CASES[case](), tmp_path)
    operators = optimize(model.model.graph).operators
    assert any(isinstance(o, Pad) for o in operators) == (case == "padded channels")


@pytest.mark.parametrize(("size", "stride", "padding"), POOLS)
def test_a_convolution_with_its_pool(
    size: tuple[int, int], stride: tuple[int, int], padding: int, tmp_path: Path
) -> None:
    for activation in (0, RELU):
        network = image().conv(padding, activation, outputs=5, bias=False)
        model = compare(network.pool("MAX", size, stride), tmp_path)
        (operator,) = optimize(model.model.graph).operators
        assert isinstance(operator, ConvMaxPool2D)


# Two convolutions and a pool whose columns do not mix: kernels, stride, padding, the pool (size and
# stride), channels between them and behind them
BY_COLUMNS = {
    "one maximum over all": ((5, 3), 1, VALID, ((5, 3), (5, 3)), (7, 5)),
    "a pool in each column": ((5, 2), 1, VALID, ((2, 1), (2, 1)), (2, 4)),
    "borders": ((4, 5), 1, SAME, ((11, 3), (11, 3)), (5, 3)),
    # The gathered column begins where few values are between it and what is written
    "one tap": ((1, 1), 1, VALID, ((3, 1), (3, 1)), (2, 4)),
    "fewer values written than read": ((3, 2), 2, SAME, ((2, 3), (2, 3)), (1, 5)),
}


@pytest.mark.parametrize("case", BY_COLUMNS)
def test_columns_one_after_the_other(case: str, tmp_path: Path) -> None:
    kernels, step, padding, pool, (between, outputs) = BY_COLUMNS[case]
    network = image().conv(padding, RELU, outputs=between, kernel=(kernels[0], 1), stride=(step, 1))
    network.conv(padding, outputs=outputs, kernel=(kernels[1], 1))
    model = compare(network.pool("MAX", *pool), tmp_path)
    (operator,) = optimize(model.model.graph).operators
    assert isinstance(operator, ConvConvMaxPool2D)
    same_bits_layer_by_layer(model, tmp_path)


@pytest.mark.parametrize(("width", "channels", "outputs"), [(1, 8, 4), (2, 9, 7), (1, 12, 1)])
def test_pooled_values_straight_into_a_fully_connected_layer(
    width: int, channels: int, outputs: int, tmp_path: Path
) -> None:
    network = image().conv(VALID, RELU, outputs=channels, kernel=(3, width))
    network = network.pool("MAX", (2, 1), (2, 1)).flatten().dense(outputs)
    model = compare(network, tmp_path)
    (operator,) = optimize(model.model.graph).operators
    assert isinstance(operator, ConvMaxPoolFullyConnected)
    same_bits_layer_by_layer(model, tmp_path)


def same_bits_layer_by_layer(model: FloatModel, folder: Path) -> None:
    """The network gives the same bits with every feature map stored in between."""
    windows = np.random.default_rng(8).normal(0, 1, (4, np.prod(INPUT))).astype(np.float32)
    fused = model.run(BUILDS[0], windows).outputs
    (step,) = optimize(model.model.graph).operators
    assert isinstance(step, Fused)
    whole = model.model.graph
    plain = whole.with_operators(
        [
            fuse_max_pool(whole).operators[0],
            *(o for o in whole.operators if isinstance(o, Reshape)),
            step.second,
        ]
        if isinstance(step, ConvMaxPoolFullyConnected)
        else [step.first, step.second]
    )
    apart = folder / "apart"
    apart.mkdir(exist_ok=True)
    plan = write_plan(model.model, make_plan(plain), apart)
    assert len(plan.layers) == 2
    found = FloatModel(model.model, plan, apart).run(BUILDS[0], windows).outputs
    assert np.array_equal(found.view(np.uint32), fused.view(np.uint32))


def test_infinities_and_nan(tmp_path: Path) -> None:
    """Without an activation infinities pass, a rectifier keeps NaN, a maximum passes it over."""
    network = Network((1, 4, 1, 1)).conv(kernel=(1, 1), outputs=1, bias=False)
    model = FloatModel.write(network.write(tmp_path / "a.tflite"), tmp_path)
    windows = np.float32([[np.inf, -np.inf, np.nan, 1]])
    (found,) = model.run_everywhere(BUILDS[:2], windows).outputs
    assert found[0] == np.inf
    assert found[1] == -np.inf
    assert np.isnan(found[2])
    network = Network((1, 4, 1, 1)).conv(VALID, RELU, kernel=(1, 1), outputs=1, bias=False)
    model = FloatModel.write(network.write(tmp_path / "b.tflite"), tmp_path)
    (found,) = model.run_everywhere(BUILDS[:2], windows).outputs
    assert found[1] == 0.0
    assert np.isnan(found[2])
    network = network.pool("MAX", (4, 1), (4, 1))
    model = FloatModel.write(network.write(tmp_path / "c.tflite"), tmp_path)
    assert model.run_everywhere(BUILDS[:2], windows).outputs.tolist() == [[np.inf]]

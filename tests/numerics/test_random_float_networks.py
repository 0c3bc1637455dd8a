"""Random float32 networks: near LiteRT's reference, and the same bits by every compiler."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from support.float_model import BUILDS, FloatModel
from support.host_model import ROOT
from support.random_networks import random_float_network

from hargen.importers.model_file import read
from hargen.ir.ops.binary import Binary
from hargen.optimize.passes import optimize

NETWORKS = 100
OPERATORS = {
    *("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "MAX_POOL_2D", "AVERAGE_POOL_2D"),
    *("REDUCE_MAX", "MEAN", "RESHAPE", "EXPAND_DIMS", "SQUEEZE", "ADD", "MUL", "SOFTMAX"),
    *("RELU", "RELU6", "PAD", "LOGISTIC", "TANH", "LEAKY_RELU", "CONCATENATION"),
}


def written(seed: int, folder: Path) -> tuple[FloatModel, np.ndarray, dict[int, np.ndarray]]:
    network = random_float_network(seed)
    path = folder / f"network_{seed}.tflite"
    path.write_bytes(network.model)
    return FloatModel.write(path, folder), network.windows, network.tolerances


def test_every_stored_tensor_is_near_the_reference_and_the_same_by_two_compilers(
    float_seed: int, tmp_path: Path
) -> None:
    model, windows, tolerances = written(float_seed, tmp_path)
    builds = BUILDS[float_seed % len(BUILDS)], BUILDS[(float_seed + 1) % len(BUILDS)]
    found = model.run_everywhere(builds, windows)
    assert model.excess(found, windows, tolerances) == ""


def test_every_operator_takes_part_and_constants_are_folded(tmp_path: Path) -> None:
    kinds: Counter[str] = Counter()
    folded = 0
    path = tmp_path / "network.tflite"
    for seed in range(NETWORKS):
        network = random_float_network(seed)
        kinds.update(set(network.kinds))
        path.write_bytes(network.model)
        graph = read(path).graph
        folded += binaries(graph.operators) > binaries(optimize(graph).operators)
    assert {kind for kind in OPERATORS if kinds[kind] >= 5} == OPERATORS
    assert folded >= 5


def binaries(operators: tuple[object, ...]) -> int:
    return sum(isinstance(operator, Binary) for operator in operators)


# What a wrong kernel looks like: the line of the runtime, and what replaces it.
MISTAKES = {
    "a maximum that starts at zero": (
        "hg_conv_max_pool_2d_f32.h",
        "lowest = p->conv.output_min;",
        "lowest = hg_max_f32(0.0f, p->conv.output_min);",
    ),
    "a lane that takes another's weight": (
        "hg_math_f32.h",
        "sums[3] = hg_fma_f32(x, weights[3], sums[3]);",
        "sums[3] = hg_fma_f32(x, weights[2], sums[3]);",
    ),
    "a tap that is left out at the border": (
        "hg_taps_f32.h",
        "(dilation - 1 - start) / dilation",
        "(2 * dilation - 1 - start) / dilation",
    ),
    "the last input left out": (
        "hg_fully_connected_f32.h",
        "hg_one_run(p->input_size)",
        "hg_one_run(p->input_size - 1)",
    ),
    "a pooled value that goes to the inputs of the one before": (
        "hg_conv_max_pool_fully_connected_f32.h",
        "first += pooled->conv.output_channels;",
        "first += 0 * pooled->conv.output_channels;",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_wrong_kernel_is_noticed(mistake: str, tmp_path: Path) -> None:
    file, right, wrong = MISTAKES[mistake]
    runtime = tmp_path / "runtime"
    shutil.copytree(ROOT / "firmware/runtime", runtime)
    source = (runtime / file).read_text()
    assert source.count(right) == 1
    (runtime / file).write_text(source.replace(right, wrong))
    for seed in range(NETWORKS):
        folder = tmp_path / str(seed)
        folder.mkdir()
        model, windows, tolerances = written(seed, folder)
        if not any(includes(layer.kernel.header, file) for layer in model.plan.layers):
            continue
        if model.excess(model.run(BUILDS[1], windows, runtime), windows, tolerances):
            return
    pytest.fail(f"{NETWORKS} networks did not notice: {mistake}")


def includes(header: str, file: str) -> bool:
    """Return whether a kernel's header is that file, or includes it by way of others."""
    text = (ROOT / "firmware/runtime" / header).read_text()
    return header == file or any(includes(h, file) for h in re.findall('#include "(.*)"', text))

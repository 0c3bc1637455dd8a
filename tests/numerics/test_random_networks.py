"""Random networks through export, C and compare: every stored tensor equals LiteRT's reference."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest
from support.host_model import ROOT, check
from support.random_networks import dull_share, random_network, reference_outputs

from hargen.importers.model_file import parse
from hargen.optimize.passes import optimize
from hargen.plan.planner import make_plan

NETWORKS = 200
DULL_LIMIT = 0.05
FAST = {
    "hg_conv_2d_kronecker_s8": 20,
    "hg_conv_2d_tile_s8": 20,
    "hg_max_pool_2d_bytes_s8": 10,
    "hg_depthwise_conv_2d_column_s8": 10,
    "hg_add_plane_s8": 10,
    "hg_mul_line_s8": 10,
    "hg_mean_bytes_s8": 10,
    "hg_reduce_max_bytes_s8": 5,
    "hg_average_pool_2d_bytes_s8": 4,
}
"""Kernels for speed, and in how many networks they are at least."""
OPERATORS = {
    *("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "MAX_POOL_2D", "AVERAGE_POOL_2D"),
    *("REDUCE_MAX", "MEAN", "RESHAPE", "EXPAND_DIMS", "SQUEEZE", "ADD", "MUL", "SOFTMAX"),
    *("RELU", "RELU6", "QUANTIZE", "PAD", "LOGISTIC", "TANH", "LEAKY_RELU", "CONCATENATION"),
}


def compare(seed: int, folder: Path, **options: object) -> None:
    network = random_network(seed)
    path = folder / f"network_{seed}.tflite"
    path.write_bytes(network.model)
    check(path, network.windows, folder, **options)


def functions(seed: int, *, for_speed: bool) -> list[str]:
    graph = optimize(parse(Path("network.tflite"), random_network(seed).model).graph)
    return [layer.kernel.function for layer in make_plan(graph, for_speed=for_speed).layers]


def test_every_stored_tensor_equals_the_reference(network_seed: int, tmp_path: Path) -> None:
    compare(network_seed, tmp_path)
    if network_seed % 3 == 0:  # a third is enough for the code that is for size alone
        (tmp_path / "small").mkdir()
        compare(network_seed, tmp_path / "small", flags=("-Os",))
    if functions(network_seed, for_speed=True) != functions(network_seed, for_speed=False):
        (tmp_path / "fast").mkdir()
        compare(network_seed, tmp_path / "fast", for_speed=True)


def test_kernels_for_speed_take_part() -> None:
    fast = [set(functions(seed, for_speed=True)) for seed in range(NETWORKS)]
    for kernel, least in FAST.items():
        assert sum(kernel in found for found in fast) >= least, kernel


def test_the_outputs_vary_and_every_operator_takes_part() -> None:
    dull = total = 0.0
    kinds: Counter[str] = Counter()
    for seed in range(NETWORKS):
        network = random_network(seed)
        outputs, saturated = reference_outputs(network)
        dull += dull_share(outputs, saturated) * outputs.size
        total += outputs.size
        kinds.update(set(network.kinds))
    assert dull / total < DULL_LIMIT
    assert {kind for kind in OPERATORS if kinds[kind] >= 10} == OPERATORS


# What a wrong rounding looks like: the line of the runtime, and what replaces it.
MISTAKES = {
    "fully connected rounded twice": (
        "hg_fully_connected_s8.h",
        "hg_requantize_single(sum, multiplier, shift)",
        "hg_shift_right_rounded(hg_high_half(sum, multiplier), shift - 31)",
    ),
    "fully connected with halves up": (
        "hg_requantize.h",
        "(((int64_t)value * multiplier + half - (value < 0)) >> shift)",
        "(((int64_t)value * multiplier + half) >> shift)",
    ),
    "fully connected rounded down": (
        "hg_fully_connected_s8.h",
        "hg_requantize_base(shift - 32, p->output_offset)",
        "p->output_offset * ((int32_t)1 << (shift - 32))",
    ),
    "convolution rounded once": (
        "hg_requantize.h",
        "return hg_shift_right_rounded(hg_high_half(scaled, multiplier), right);",
        "return (int32_t)(((int64_t)scaled * multiplier + ((int64_t)1 << (30 + right)))"
        " >> (31 + right));",
    ),
    "convolution by strips with halves up": (
        "hg_requantize.h",
        "hg_add_high_half(base + (value >> 31), 2 * value",
        "hg_add_high_half(base, 2 * value",
    ),
    "average with halves down": (
        "hg_pool_2d_s8.h",
        "(sum > 0 ? sum + count / 2 : sum - count / 2) / count",
        "sum / count",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_wrong_rounding_is_noticed(mistake: str, tmp_path: Path) -> None:
    file, right, wrong = MISTAKES[mistake]
    runtime = tmp_path / "runtime"
    shutil.copytree(ROOT / "firmware/runtime", runtime)
    source = (runtime / file).read_text()
    assert source.count(right) == 1
    (runtime / file).write_text(source.replace(right, wrong))
    for seed in range(NETWORKS):
        folder = tmp_path / str(seed)
        folder.mkdir()
        try:
            compare(seed, folder, runtime=runtime, sanitize=False)
        except AssertionError as difference:
            assert "values differ" in str(difference)
            return
    pytest.fail(f"{NETWORKS} networks did not notice: {mistake}")

"""float32 to int8 against LiteRT's reference, wherever the two could round differently."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from support.float_edge import around_the_edges, counts_of_a_sensor, edge_model, reference
from support.host_model import ROOT, WARNINGS

from hargen.build.toolchain import find_gcc
from hargen.errors import ToolError

SOURCE = ROOT / "tests/c/runtime/quantize_s8.c"
# Those of the zoo's inputs, and powers of two, which give exact halves.
EDGES = [(0.375538, 4), (0.354343, 11), (0.263504, -12), (0.249348, -5), (0.25, -128), (1.0, 127)]
INSTRUCTIONS = ("-DHG_ROUND_INSTRUCTIONS=1",)  # a host's library stands for a core's
SOFT_FLOAT = ("-DHG_SOFT_FLOAT=1", "-fsanitize=undefined", "-fno-sanitize-recover=all")


def run(folder: Path, scale: np.float32, zero_point: int, x: np.ndarray, *flags: str) -> np.ndarray:
    program = folder / "quantize"
    command = ["cc", "-std=c11", "-O2", "-ffp-contract=off", *WARNINGS, *flags]
    command += [
        f"-I{folder}",
        f"-I{ROOT / 'firmware/runtime'}",
        str(SOURCE),
        "-lm",
        "-o",
        str(program),
    ]
    subprocess.run(command, check=True)
    content = np.float32([scale, zero_point]).tobytes() + x.tobytes()
    done = subprocess.run([program], input=content, capture_output=True, check=True)
    return np.frombuffer(done.stdout, np.int8)


@pytest.mark.parametrize("flags", [(), INSTRUCTIONS, SOFT_FLOAT])
@pytest.mark.parametrize(("scale", "zero_point"), EDGES)
def test_floats_beside_every_rounding_edge(
    scale: float, zero_point: int, flags: tuple[str, ...], tmp_path: Path
) -> None:
    x = around_the_edges(np.float32(scale), zero_point)
    found = run(tmp_path, np.float32(scale), zero_point, x, *flags)
    assert np.array_equal(found, reference(np.float32(scale), zero_point, x))
    assert len(np.unique(found)) == 256


@pytest.mark.parametrize("flags", [(), INSTRUCTIONS, SOFT_FLOAT])
@pytest.mark.parametrize(("scale", "zero_point"), EDGES)
def test_every_count_of_a_sensor(
    scale: float, zero_point: int, flags: tuple[str, ...], tmp_path: Path
) -> None:
    x = counts_of_a_sensor()
    found = run(tmp_path, np.float32(scale), zero_point, x, *flags)
    assert np.array_equal(found, reference(np.float32(scale), zero_point, x))


@pytest.mark.parametrize("flags", [(), INSTRUCTIONS, SOFT_FLOAT])
def test_infinities_saturate_and_nan_is_the_lowest(flags: tuple[str, ...], tmp_path: Path) -> None:
    x = np.float32([np.inf, -np.inf, np.nan, 3e38, -3e38])
    assert run(tmp_path, np.float32(0.1), 3, x, *flags).tolist() == [127, -128, -128, 127, -128]


def test_a_product_instead_of_the_division_is_noticed(tmp_path: Path) -> None:
    source = (ROOT / "firmware/runtime/hg_quantize_s8.h").read_text()
    assert source.count("(x / scale,") == 1
    (tmp_path / "hg_quantize_s8.h").write_text(
        source.replace("(x / scale,", "(x * (1.0f / scale),")
    )
    scale, zero_point = np.float32(EDGES[0][0]), EDGES[0][1]
    x = around_the_edges(scale, zero_point)
    assert not np.array_equal(run(tmp_path, scale, zero_point, x), reference(scale, zero_point, x))


@pytest.mark.parametrize("edge", EDGES)
def test_the_core_gives_the_same(edge: tuple[float, int], tmp_path: Path) -> None:
    pytest.importorskip("unicorn", reason="the core is emulated by unicorn")
    from support.core_model import run_on_core

    try:
        cross_gcc = find_gcc().path
    except ToolError as error:
        pytest.skip(f"needs arm-none-eabi-gcc: {error}")
    scale, zero_point = np.float32(edge[0]), edge[1]
    outside = np.float32([np.nan, np.inf, -np.inf, 3e38, -3e38, -0.0, 1e-45])
    x = np.concatenate([around_the_edges(scale, zero_point), outside])
    path = tmp_path / "edge.tflite"
    path.write_bytes(edge_model(scale, zero_point, len(x)))
    found = run_on_core(path, x[None], tmp_path, cross_gcc)
    assert np.array_equal(found.outputs[0], run(tmp_path, scale, zero_point, x))

"""float32 to int8 against LiteRT's reference, wherever the two could round differently."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from support.host_model import ROOT, WARNINGS
from support.tflite_writer import WOp, WTensor, write

from hargen.build.toolchain import find_gcc
from hargen.errors import ToolError

SOURCE = ROOT / "tests/c/runtime/quantize_s8.c"
# Those of the zoo's inputs, and powers of two, which give exact halves.
EDGES = [(0.375538, 4), (0.354343, 11), (0.263504, -12), (0.249348, -5), (0.25, -128), (1.0, 127)]
SOFT_FLOAT = ("-DHG_SOFT_FLOAT=1", "-fsanitize=undefined", "-fno-sanitize-recover=all")
COUNT_SCALES = [1.0, 9.80665 / 1024, 0.061 * 9.80665 / 1000]  # m/s2 a count, or none


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


def reference(scale: np.float32, zero_point: int, x: np.ndarray) -> np.ndarray:
    tensors = [
        WTensor("x", (1, len(x)), np.float32),
        WTensor("y", (1, len(x)), np.int8, None, [float(scale)], [zero_point]),
    ]
    content = write(tensors, [WOp("QUANTIZE", [0], [1])], [0], [1])
    interpreter = Interpreter(
        model_content=content, experimental_op_resolver_type=OpResolverType.BUILTIN_REF
    )
    interpreter.allocate_tensors()
    interpreter.set_tensor(0, x.reshape(1, -1))
    interpreter.invoke()
    return interpreter.get_tensor(1).reshape(-1)


def around_the_edges(scale: np.float32, zero_point: int) -> np.ndarray:
    """Every float within eight of a value that lies half-way between two steps."""
    steps = np.arange(-130 - zero_point, 130 - zero_point) + 0.5
    bits = (steps * float(scale)).astype(np.float32).view(np.int32)
    near: np.ndarray = (bits[:, None] + np.arange(-8, 9)).astype(np.int32)
    return near.reshape(-1).view(np.float32)


@pytest.mark.parametrize("flags", [(), SOFT_FLOAT])
@pytest.mark.parametrize(("scale", "zero_point"), EDGES)
def test_floats_beside_every_rounding_edge(
    scale: float, zero_point: int, flags: tuple[str, ...], tmp_path: Path
) -> None:
    x = around_the_edges(np.float32(scale), zero_point)
    found = run(tmp_path, np.float32(scale), zero_point, x, *flags)
    assert np.array_equal(found, reference(np.float32(scale), zero_point, x))
    assert len(np.unique(found)) == 256


@pytest.mark.parametrize("flags", [(), SOFT_FLOAT])
@pytest.mark.parametrize(("scale", "zero_point"), EDGES)
def test_every_count_of_a_sensor(
    scale: float, zero_point: int, flags: tuple[str, ...], tmp_path: Path
) -> None:
    counts = np.arange(-(2**15), 2**15).astype(np.float32)
    x = np.concatenate([counts * np.float32(c) for c in COUNT_SCALES])
    found = run(tmp_path, np.float32(scale), zero_point, x, *flags)
    assert np.array_equal(found, reference(np.float32(scale), zero_point, x))


@pytest.mark.parametrize("flags", [(), SOFT_FLOAT])
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
    # A pool of one value, as there is no network without a layer.
    shape = (1, len(x), 1, 1)
    quantized = ([float(scale)], [zero_point])
    tensors = [
        WTensor("x", shape, np.float32),
        WTensor("q", shape, np.int8, None, *quantized),
        WTensor("y", shape, np.int8, None, *quantized),
    ]
    pool = {"Padding": 1, "StrideH": 1, "StrideW": 1, "FilterHeight": 1, "FilterWidth": 1}
    ops = [WOp("QUANTIZE", [0], [1]), WOp("MAX_POOL_2D", [1], [2], "Pool2DOptions", pool)]
    path = tmp_path / "edge.tflite"
    path.write_bytes(write(tensors, ops, [0], [2]))
    found = run_on_core(path, x[None], tmp_path, cross_gcc)
    assert np.array_equal(found.outputs[0], run(tmp_path, scale, zero_point, x))

"""The float input by products against LiteRT's reference: in C on the host and on the core."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support.float_edge import around_the_edges, counts_of_a_sensor, edge_model, reference
from support.host_model import (
    ROOT,
    SANITIZERS,
    WARNINGS,
    compile_model,
    run_program,
    write_sources,
)

from hargen.build.toolchain import find_gcc
from hargen.errors import ToolError
from hargen.importers.model_file import read
from hargen.quantize.reciprocal import Reciprocal, find_reciprocal

SOURCE = ROOT / "tests/c/runtime/quantize_product_s8.c"
# Those of hargen's, the zoo's and tests' inputs, others' powers of two, one that has one factor.
EDGES = [
    *[(0.33807707, -12), (0.3755385, 4), (0.3543432, 11), (0.26350382, -12), (0.24934803, -5)],
    *[(0.1711213, 9), (0.16726613, 14), (0.23244302, -4), (0.25, -128), (1.0, 127), (2.0**-9, 0)],
    *[(0.0039215689, -128), (1e-7, 100), (3e5, -77)],
]
OUTSIDE = np.float32([np.nan, np.inf, -np.inf, 3.4028235e38, -3.4028235e38, -0.0, 1e-45, -1e-39])
MOST_STEPS = np.float32(2e9)  # the reference converts them to 32 bits
BUILDS = {
    "sanitized": ("-O1", *SANITIZERS),
    "fused instruction": ("-O3", "-march=native"),
    "round instructions": ("-O2", "-DHG_ROUND_INSTRUCTIONS=1", *SANITIZERS),
    "unknown library": ("-O2", "-ffreestanding", *SANITIZERS),
    "soft float": ("-O2", "-DHG_SOFT_FLOAT=1", *SANITIZERS),
}
DIVIDING = {"unknown library", "soft float"}

Quantize = Callable[[np.float32, int, Reciprocal, np.ndarray], np.ndarray]


@pytest.fixture(scope="module", params=BUILDS)
def quantize(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Quantize:
    program = tmp_path_factory.mktemp("product") / "quantize"
    command = ["cc", "-std=c11", "-ffp-contract=off", *WARNINGS, *BUILDS[request.param]]
    command += [f"-I{ROOT / 'firmware/runtime'}", str(SOURCE), "-lm", "-o", str(program)]
    subprocess.run(command, check=True)

    def run(scale: np.float32, zero_point: int, by: Reciprocal, x: np.ndarray) -> np.ndarray:
        head = np.float32([scale, by.factor, by.rest, zero_point])
        content = head.tobytes() + x.tobytes()
        done = subprocess.run([program], input=content, capture_output=True, check=True)
        return np.frombuffer(done.stdout, np.int8)

    return run


@pytest.mark.parametrize(("scale", "zero_point"), EDGES)
def test_floats_beside_every_rounding_edge_and_every_count(
    scale: float, zero_point: int, quantize: Quantize
) -> None:
    step = np.float32(scale)
    found = find_reciprocal(float(step), zero_point)
    assert found is not None
    counts = counts_of_a_sensor()
    counts = counts[np.abs(counts) < MOST_STEPS * step]
    x = np.concatenate([around_the_edges(step, zero_point), counts])
    outputs = quantize(step, zero_point, found, x)
    assert np.array_equal(outputs, reference(step, zero_point, x))
    assert len(np.unique(outputs)) == 256


def test_drawn_scales(quantize: Quantize) -> None:
    rng = np.random.default_rng(8)
    for _ in range(40):
        scale = np.float32(np.exp(rng.uniform(np.log(1e-6), np.log(1e4))))
        zero_point = int(rng.integers(-128, 128))
        found = find_reciprocal(float(scale), zero_point)
        assert found is not None
        anything = rng.integers(0, 2**32, 20_000, dtype=np.uint32).view(np.float32)
        anything = anything[np.abs(anything) < MOST_STEPS * scale]
        x = np.concatenate([around_the_edges(scale, zero_point), anything])
        outputs = quantize(scale, zero_point, found, x)
        assert np.array_equal(outputs, reference(scale, zero_point, x))


def test_infinities_saturate_and_nan_is_the_lowest(quantize: Quantize) -> None:
    for scale in (0.1, 0.125):
        found = find_reciprocal(float(np.float32(scale)), 3)
        assert found is not None
        outputs = quantize(np.float32(scale), 3, found, OUTSIDE)
        assert outputs.tolist() == [-128, 127, -128, 127, -128, 3, 3, 3]


@pytest.mark.parametrize("rest", [0.0, 0.5, 2.0])
def test_a_wrong_rest_is_noticed(
    rest: float, quantize: Quantize, request: pytest.FixtureRequest
) -> None:
    scale, zero_point = np.float32(EDGES[0][0]), EDGES[0][1]
    found = find_reciprocal(float(scale), zero_point)
    assert found is not None
    x = around_the_edges(scale, zero_point)
    outputs = quantize(scale, zero_point, Reciprocal(found.factor, found.rest * rest), x)
    divides = rest > 0.0 and request.node.callspec.params["quantize"] in DIVIDING
    assert np.array_equal(outputs, reference(scale, zero_point, x)) == divides


@pytest.fixture(scope="module")
def cross_gcc() -> Path:
    pytest.importorskip("unicorn", reason="the core is emulated by unicorn")
    try:
        return find_gcc().path
    except ToolError as error:
        pytest.skip(f"needs arm-none-eabi-gcc: {error}")


def written(folder: Path, scale: float, zero_point: int, size: int) -> Path:
    path = folder / "edge.tflite"
    path.write_bytes(edge_model(np.float32(scale), zero_point, size))
    return path


@pytest.mark.parametrize("level", ["-O3", "-Os"])
@pytest.mark.parametrize(("scale", "zero_point"), EDGES)
def test_the_core_gives_the_same(
    scale: float, zero_point: int, level: str, cross_gcc: Path, tmp_path: Path
) -> None:
    from support.core_model import run_on_core

    step = np.float32(scale)
    near = around_the_edges(step, zero_point)
    x = np.concatenate([near, OUTSIDE])
    path = written(tmp_path, scale, zero_point, len(x))
    found = run_on_core(path, x[None], tmp_path, cross_gcc, level=level).outputs[0]
    text = (tmp_path / "net.c").read_text()
    assert "hg_quantize_product_s8(" in text and "hg_quantize_s8(" not in text
    assert np.array_equal(found[: len(near)], reference(step, zero_point, near))
    assert found[len(near) :].tolist() == [-128, 127, -128, 127, -128, *[zero_point] * 3]


@pytest.mark.parametrize("scale", [0.375538, 0.25])
@pytest.mark.parametrize("size", [1, 3, 4, 5, 7, 8, 9, 12, 15, 16, 23])
def test_windows_that_end_between_words(
    size: int, scale: float, cross_gcc: Path, tmp_path: Path
) -> None:
    from support.core_model import run_on_core

    near = around_the_edges(np.float32(scale), 4)
    windows = np.random.default_rng(size).choice(near, (8, size))
    path = written(tmp_path, scale, 4, size)
    found = run_on_core(path, windows, tmp_path, cross_gcc).outputs
    right = reference(np.float32(scale), 4, windows.reshape(-1))
    assert np.array_equal(found.reshape(-1), right)


@pytest.mark.parametrize(
    ("scale", "call"),
    [
        (0.25, "hg_quantize_product_s8(input, NET_INPUT_SIZE, 0.25f, 4.0f, 0.0f, 3,"),
        (0.375538, "hg_quantize_product_s8(input, NET_INPUT_SIZE, 0.375538f, 2.662846"),
        (1e-38, "hg_quantize_s8(input, NET_INPUT_SIZE, 1e-38f, 3,"),
    ],
)
def test_what_is_emitted(scale: float, call: str, tmp_path: Path) -> None:
    step = np.float32(scale)
    x = around_the_edges(step, 3)
    model = read(written(tmp_path, scale, 3, len(x)))
    plan = write_sources(model, tmp_path)
    assert call in (tmp_path / "net.c").read_text()
    found = run_program(compile_model(tmp_path), plan, x[None])
    assert np.array_equal(found.outputs[0], reference(step, 3, x))

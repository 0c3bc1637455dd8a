"""Support vector classifiers on the core, where they are assembly in part: the bits of the host."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from support.core_model import run_on_core
from support.host_model import compile_model, run_program, write_sources
from support.quantized_svm import draw_linear_machine, draw_rbf, draw_rbf_machine
from support.svm import draw_pipeline

from hargen.importers.model_file import read
from hargen.importers.svm import machine as of
from hargen.validate import svm_reference

pytest.importorskip("unicorn", reason="needs unicorn")
CROSS_GCC = Path(shutil.which("arm-none-eabi-gcc") or "")
pytestmark = pytest.mark.skipif(not CROSS_GCC.name, reason="needs arm-none-eabi-gcc")

# Of draw_pipeline: both kernels, 3 to 72 features, 2 to 16 classes, blocks that are not full
SEEDS = (0, 3, 4, 16, 23)
LEVELS = ("-O2", "-Os", "-O3", "-Og", "-O2")


@pytest.mark.parametrize(("seed", "level"), list(zip(SEEDS, LEVELS, strict=True)))
def test_the_core_gives_the_bits_of_the_host(seed: int, level: str, tmp_path: Path) -> None:
    pipeline = draw_pipeline(seed)
    path = tmp_path / "svm.onnx"
    path.write_bytes(pipeline.content)
    plan = write_sources(read(path), tmp_path)
    windows = pipeline.windows[:6].copy()
    windows[0] *= 5.0  # far from every vector
    windows[1] *= 1e18  # squares are infinite
    windows[2, 0] = np.nan
    program = compile_model(tmp_path, sanitize=False)
    expected = run_program(program, plan, windows).outputs
    found = run_on_core(path, windows, tmp_path, CROSS_GCC, level=level).outputs
    numbers = ~np.isnan(expected)
    assert np.array_equal(np.isnan(found), ~numbers)
    assert np.array_equal(found.view(np.uint32)[numbers], expected.view(np.uint32)[numbers])


@pytest.mark.parametrize("level", ["-O3", "-O2", "-Os", "-Og"])
@pytest.mark.parametrize("features", [1, 2, 3, 4, 20, 23, 24, 45, 46, 47])
def test_quantized_ones_give_the_bits_of_the_reference(
    features: int, level: str, tmp_path: Path
) -> None:
    # Up to 46 features, products are assembly that is written out for each number of them.
    machine, windows = draw_rbf_machine(1000 + features, features)
    path = tmp_path / "machine.svm"
    path.write_bytes(machine)
    windows = windows[:8]
    found = run_on_core(path, windows, tmp_path, CROSS_GCC, level=level).outputs
    expected = svm_reference.run(machine, windows).outputs
    assert len(np.unique(expected, axis=0)) > 2
    assert np.array_equal(found.view(np.uint32), expected.view(np.uint32))


@pytest.mark.parametrize("level", ["-O3", "-Os", "-Og"])
@pytest.mark.parametrize("inputs", [1, 2, 3, 5, 7, 8, 9, 16, 17, 24, 36, 72, 83, 256, 257])
def test_projections_give_the_bits_of_the_reference(
    inputs: int, level: str, tmp_path: Path
) -> None:
    machine, windows = draw_linear_machine(2000 + inputs, inputs)
    path = tmp_path / "machine.svm"
    path.write_bytes(machine)
    windows = windows[:6]
    found = run_on_core(path, windows, tmp_path, CROSS_GCC, level=level).outputs
    expected = svm_reference.run(machine, windows).outputs
    assert np.array_equal(found.view(np.uint32), expected.view(np.uint32))


@pytest.mark.parametrize(("features", "at_most"), [(3, 18.0), (20, 32.0), (24, 36.0), (46, 55.0)])
def test_a_vector_takes_few_instructions(features: int, at_most: float, tmp_path: Path) -> None:
    per_class = 100
    layer = draw_rbf(np.random.default_rng(0), 2, features, counts=[per_class, per_class])
    layer = layer.model_copy(update={"coefficients": [[1000] * 2 * per_class]})  # none is 0
    machine = of.Machine(classes=["a", "b"], inputs=features, layers=[layer])
    path = tmp_path / "machine.svm"
    path.write_bytes(of.dumps(machine))
    windows = np.zeros((1, features), np.float32)
    (taken,) = run_on_core(path, windows, tmp_path, CROSS_GCC).instructions
    a_window = 350 + 13 * features  # what does not depend on the vectors
    print(f"{(taken - a_window) / (2 * per_class):.1f} instructions a vector")
    assert taken - a_window <= at_most * 2 * per_class

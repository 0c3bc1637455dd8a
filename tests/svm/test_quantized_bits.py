"""Quantized support vector machines: the generated C against the NumPy model, bit for bit."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from support.quantized_svm import PATH, broken_runtime, c_run, draw_machine
from support.svm import draw_pipeline

from hargen.convert.svm.rounding import round_machine
from hargen.errors import ModelError
from hargen.importers.model_file import parse
from hargen.validate import onnx_reference, svm_reference

BUILDS = [("gcc", "-O0"), ("gcc", "-O3"), ("clang", "-O0"), ("clang", "-O3")]
MACHINES = 14
RBF_SEED = 16


def assert_equal_bits(content: bytes, windows: np.ndarray, folder: Path, **options: object) -> None:
    found = c_run(content, windows, folder, **options)
    expected = svm_reference.run(content, windows)
    for index, (c, numpy) in enumerate(zip(found.layers, expected.layers, strict=True)):
        wrong = np.argwhere(c.view(np.uint32) != numpy.view(np.uint32))
        # A NaN stays one; which of them, IEEE 754 leaves open.
        both = [w for w in wrong if not (np.isnan(numpy[tuple(w)]) and np.isnan(c_at(c, w)))]
        assert both == [], f"layer {index}: {len(both)} of {numpy.size} values, first {both[:1]}"


def c_at(layer: np.ndarray, place: np.ndarray) -> float:
    return float(layer.view(np.float32)[tuple(place)])


@pytest.mark.parametrize("seed", range(MACHINES))
def test_random_machines_up_to_the_edges_of_their_integers(seed: int, tmp_path: Path) -> None:
    assert_equal_bits(*draw_machine(seed), tmp_path)


def test_compilers_and_levels_agree(tmp_path: Path) -> None:
    content, windows = draw_machine(3)
    for compiler, level in BUILDS:
        if shutil.which(compiler) is None:
            pytest.skip(f"needs {compiler}")
        assert_equal_bits(content, windows, tmp_path, cc=compiler, sanitize=False, flags=(level,))


def test_pipelines_of_scikit_learn(pipeline_seed: int, tmp_path: Path) -> None:
    pipeline = draw_pipeline(pipeline_seed)
    model = parse(Path("svm.onnx"), pipeline.content)
    print(pipeline.words)
    try:
        content = round_machine(model, pipeline.labels, pipeline.windows)
    except ModelError as error:
        assert "polynomial" in str(error)
        assert "kernel='poly'" in pipeline.words
        return
    assert_equal_bits(content, pipeline.windows, tmp_path)
    exact = onnx_reference.run(pipeline.content, pipeline.windows)
    rounded = svm_reference.run(content, pipeline.windows)
    agreement = float((exact.classes == rounded.classes).mean())
    print(f"{agreement:.3f} of the classes are onnxruntime's")
    assert agreement >= 0.9
    assert rounded.outputs.shape == exact.outputs.shape


@pytest.mark.parametrize(
    ("header", "old", "new"),
    [
        ("hg_svm_s8.h", "(int64_t)1 << (p->decision_shift - 1)", "0"),
        (
            "hg_svm_s8.h",
            "#define HG_SVM_S8_CUBIC (-83769260)",
            "#define HG_SVM_S8_CUBIC (-83869260)",
        ),
        ("hg_svm_s8.h", "p->norm_unit << HG_SVM_S8_NORM_BITS", "p->norm_unit << 6"),
        ("hg_svm_s8.h", "(1 << (p->fraction_bits - 1))", "0"),
        ("hg_steps_f32.h", "__builtin_lroundf", ""),
    ],
)
def test_a_mistake_in_the_kernels_is_noticed(
    header: str, old: str, new: str, tmp_path: Path
) -> None:
    pipeline = draw_pipeline(RBF_SEED)
    model = parse(Path("svm.onnx"), pipeline.content)
    content = round_machine(model, pipeline.labels, pipeline.windows)
    runtime = broken_runtime(tmp_path, header, old, new)
    with pytest.raises(AssertionError, match="values, first"):
        assert_equal_bits(content, pipeline.windows, tmp_path, runtime=runtime, sanitize=False)


def test_the_same_model_and_data_give_the_same_bytes() -> None:
    pipeline = draw_pipeline(RBF_SEED)
    model = parse(Path("svm.onnx"), pipeline.content)
    first, second = (round_machine(model, pipeline.labels, pipeline.windows) for _ in range(2))
    assert first == second
    assert parse(PATH, first).classes == pipeline.labels

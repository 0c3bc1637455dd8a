"""Pipelines of scikit-learn, as skl2onnx writes them today: the generated C against onnxruntime."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from support.host_model import compile_model, run_program, write_sources
from support.svm import c_answers, draw_pipeline, onnxruntime_answers

from hargen.importers.model_file import parse
from hargen.ir.ops.svm import SvmDecision

POLY_SEED, RBF_SEED = 4, 16  # kernels of pipelines with probabilities
LIMIT = 1e-4  # of a probability; of a decision, relative to the largest
BUILDS = [("gcc", "-O0"), ("gcc", "-O2"), ("gcc", "-O3"), ("clang", "-O0"), ("clang", "-O3")]


def test_classes_and_scores_are_onnxruntimes(pipeline_seed: int, tmp_path: Path) -> None:
    pipeline = draw_pipeline(pipeline_seed)
    print(pipeline.words)
    model = parse(Path("svm.onnx"), pipeline.content)
    assert (model.format, model.classes) == ("onnx", pipeline.labels)
    expected = onnxruntime_answers(pipeline.content, pipeline.windows)
    found = c_answers(pipeline.content, pipeline.windows, tmp_path)
    assert found.classes.tolist() == expected.classes.tolist()
    difference = np.abs(found.scores - expected.scores).max()
    print(f"largest difference {difference:.2g}")
    scale = 1.0 if pipeline.probability else max(1.0, np.abs(expected.scores).max())
    assert difference <= LIMIT * scale


@pytest.mark.parametrize("seed", [POLY_SEED, RBF_SEED])
def test_compilers_and_levels_agree_in_every_bit(seed: int, tmp_path: Path) -> None:
    pipeline = draw_pipeline(seed)
    plan = write_sources(parse(Path("svm.onnx"), pipeline.content), tmp_path)
    answers = set()
    for compiler, level in BUILDS:
        if shutil.which(compiler) is None:
            pytest.skip(f"needs {compiler}")
        program = compile_model(tmp_path, cc=compiler, sanitize=False, flags=(level,))
        run = run_program(program, plan, pipeline.windows)
        answers.add(b"".join(layer.tobytes() for layer in [*run.layers, run.outputs]))
    assert len(answers) == 1


def test_a_wrong_kernel_is_noticed(tmp_path: Path) -> None:
    pipeline = draw_pipeline(RBF_SEED)
    expected = onnxruntime_answers(pipeline.content, pipeline.windows)
    broken = tmp_path / "runtime"
    shutil.copytree(Path(__file__).parents[2] / "firmware/runtime", broken)
    kernel = broken / "hg_svm_rbf_products_f32.h"
    text = kernel.read_text(encoding="utf-8")
    assert text.count("2.0f * p->halvings") == 1
    kernel.write_text(text.replace("2.0f * p->halvings", "2.002f * p->halvings"))
    found = c_answers(pipeline.content, pipeline.windows, tmp_path, runtime=broken)
    assert np.abs(found.scores - expected.scores).max() > LIMIT


def test_the_plan_stores_no_zero_coefficient(tmp_path: Path) -> None:
    model = parse(Path("svm.onnx"), draw_pipeline(RBF_SEED).content)
    (decision,) = (o for o in model.graph.operators if isinstance(o, SvmDecision))
    given = model.graph.tensors[decision.coefficients].data
    assert given is not None and not given.all()
    plan = write_sources(model, tmp_path)
    (stored,) = (c for c in plan.constants if c.name.endswith("coefficients_weights"))
    assert stored.values.size == np.count_nonzero(given)
    assert stored.values.all()

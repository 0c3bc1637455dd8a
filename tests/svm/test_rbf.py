"""RBF machines by products and by distances: which is taken, and onnxruntime's answers of both."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from skl2onnx import to_onnx
from sklearn.svm import SVC
from support.core_model import run_on_core
from support.host_model import compile_model, run_program, write_sources
from support.svm import c_answers, onnxruntime_answers

from hargen.importers.model_file import read
from hargen.plan.plan import Parameters, Plan

pytest.importorskip("unicorn", reason="needs unicorn")
CROSS_GCC = Path(shutil.which("arm-none-eabi-gcc") or "")
pytestmark = [
    pytest.mark.skipif(shutil.which("arm-none-eabi-gcc") is None, reason="needs arm-none-eabi-gcc"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]

GAMMA = 0.05
# How far the middle of all is from the origin, how far the classes are from each other, features
CASES = {
    "short vectors": ((0.0, 4.0, 18), "hg_svm_rbf_products_f32", None),
    "vectors of nearly 190 halvings": ((44.0, 4.0, 25), "hg_svm_rbf_products_f32", None),
    "long vectors": ((60.0, 4.0, 18), "hg_svm_rbf_f32", 18),
    "long ones, far from each other": ((30.0, 40.0, 21), "hg_svm_rbf_f32", 8),
    "few features": ((60.0, 4.0, 5), "hg_svm_rbf_f32", 5),
}


def machine(middle: float, apart: float, features: int) -> tuple[bytes, np.ndarray]:
    """Train a machine of three classes; return it with windows that it has not seen."""
    rng = np.random.default_rng(3)
    offset = np.zeros(features)
    offset[0] = middle
    centers = offset + rng.normal(0.0, apart / np.sqrt(features), (3, features))
    y = np.arange(150) % 3

    def draw() -> np.ndarray:
        return (centers[y] + rng.normal(0.0, 1.2, (len(y), features))).astype(np.float32)

    x = draw()
    fitted = SVC(C=50.0, gamma=GAMMA, probability=True, random_state=1).fit(x, y)
    content = to_onnx(fitted, x[:1], options={"zipmap": False}).SerializeToString()
    return content, draw()


def decision(plan: Plan) -> tuple[str, Parameters]:
    (kernel,) = (x.kernel for x in plan.layers if "rbf" in x.kernel.function)
    return kernel.function, kernel.parameters


@pytest.mark.parametrize("case", CASES)
def test_either_kernel_is_onnxruntimes_and_the_cores(case: str, tmp_path: Path) -> None:
    drawn, function, head = CASES[case]
    content, windows = machine(*drawn)
    expected = onnxruntime_answers(content, windows)
    found = c_answers(content, windows, tmp_path)
    assert found.classes.tolist() == expected.classes.tolist()
    assert np.abs(found.scores - expected.scores).max() <= 1e-4
    path = tmp_path / "svm.onnx"
    path.write_bytes(content)
    plan = write_sources(read(path), tmp_path)
    taken, parameters = decision(plan)
    assert taken == function
    assert dict(parameters.fields).get("head") == head
    windows = np.concatenate([windows[:5], 5.0 * windows[:1], 0.0 * windows[:1]])
    host = run_program(compile_model(tmp_path, sanitize=False), plan, windows).outputs
    core = run_on_core(path, windows, tmp_path, CROSS_GCC).outputs
    assert np.array_equal(core.view(np.uint32), host.view(np.uint32))


def test_what_is_left_out_is_zero(tmp_path: Path) -> None:
    """Far blocks may be left out or not: no bit differs."""
    content, windows = machine(*CASES["long ones, far from each other"][0])
    runtime = tmp_path / "runtime"
    shutil.copytree(Path(__file__).parents[2] / "firmware/runtime", runtime)
    header = runtime / "hg_svm_rbf_f32.h"
    text = header.read_text()
    assert text.count("if (hg_svm_rbf_all_far(") == 1
    header.write_text(text.replace("if (hg_svm_rbf_all_far(", "if (0 && hg_svm_rbf_all_far("))
    with_all = c_answers(content, windows, tmp_path, runtime=runtime)
    found = c_answers(content, windows, tmp_path)
    assert np.array_equal(with_all.scores.view(np.uint32), found.scores.view(np.uint32))

"""The zoo's eight support vector classifiers as C, on every window of mobility_v1's test part.

With --long on those of wisdm51, too.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.svm import c_answers, onnxruntime_answers

from hargen.datasets.loader import load
from hargen.importers.model_file import read
from hargen.optimize.passes import optimize
from hargen.plan.planner import make_plan
from hargen.preprocessing.presets import preset

LIMIT = 1e-4
WINDOWS = {"mobility_v1": {24: 1003, 48: 501}, "wisdm51": {24: 12668, 48: 6331}}

# folder, window length, percent, and what facts say of the model: vectors and features
MODELS = [
    ("AST", 24, 2, 512, 24),
    ("AST", 24, 5, 1067, 24),
    ("AST", 48, 2, 253, 24),
    ("AST", 48, 5, 608, 24),
    ("WISDM", 24, 5, 1018, 20),
    ("WISDM", 24, 10, 1814, 20),
    ("WISDM", 48, 5, 646, 20),
    ("WISDM", 48, 10, 1114, 20),
]


def model_path(shared: Path, folder: str, window: int, percent: int) -> Path:
    return shared / "zoo" / folder / f"svc_wl_{window}_pct_{percent}.onnx"


@pytest.fixture(
    scope="module", params=["mobility_v1", pytest.param("wisdm51", marks=pytest.mark.long)]
)
def windows(shared: Path, request: pytest.FixtureRequest) -> dict[int, np.ndarray]:
    data = shared / "data" / request.param
    if not data.is_dir():
        pytest.skip(f"needs {data}")
    found = {}
    for window, count in WINDOWS[request.param].items():
        x = load(data, window=window, preprocessing=preset("st-zoo", window=window)).x
        assert len(x) == count
        found[window] = x.reshape(count, -1)
    return found


@pytest.mark.parametrize(("folder", "window", "percent"), [m[:3] for m in MODELS])
def test_every_window_has_onnxruntimes_class_and_probabilities(
    folder: str,
    window: int,
    percent: int,
    shared: Path,
    windows: dict[int, np.ndarray],
    tmp_path: Path,
) -> None:
    content = model_path(shared, folder, window, percent).read_bytes()
    expected = onnxruntime_answers(content, windows[window])
    found = c_answers(content, windows[window], tmp_path, sanitize=False)
    equal = int((found.classes == expected.classes).sum())
    difference = float(np.abs(found.scores - expected.scores).max())
    print(f"{equal} of {len(found.classes)} classes equal, largest difference {difference:.2g}")
    assert equal == len(windows[window])
    assert difference <= LIMIT
    # The vote is not the largest probability, or it would not be tested here.
    assert (expected.scores.argmax(axis=1) != expected.classes).any()


@pytest.mark.parametrize(("folder", "window", "percent", "vectors", "features"), MODELS)
def test_weights_take_less_flash_than_published(
    folder: str, window: int, percent: int, vectors: int, features: int, shared: Path
) -> None:
    model = read(model_path(shared, folder, window, percent))
    footprint = make_plan(optimize(model.graph)).footprint
    inputs = 3 * window
    published = 4 * (vectors * features + 3 * vectors + inputs * features + 18)
    assert footprint.weights + footprint.tables < published
    assert footprint.activation_ram < 4 * vectors + 4 * features + 200
    # The projection, and at least a distance to each vector
    assert footprint.maccs > inputs * features + vectors * features

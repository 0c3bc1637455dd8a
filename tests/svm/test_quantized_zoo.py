"""The zoo's eight classifiers in int8: accuracy, flash, and every bit of every window."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.quantized_svm import c_run

from hargen import datasets
from hargen.convert.svm.conversion import convert
from hargen.preprocessing import preset
from hargen.validate import svm_reference

MAX_DROP = 0.5  # points
MAX_FLASH = 0.35
MIN_AGREEMENT = 0.99
CLASSES = {
    "AST": ("Stationary", "Walking", "Jogging", "Biking"),
    "WISDM": ("Jogging", "Stationary", "Stairs", "Walking"),
}
CALIBRATION = {"AST": "data/mobility_v1/train.pkl", "WISDM": "data/wisdm51"}
LONG = pytest.mark.long
MODELS = [
    ("AST", 24, 2),
    pytest.param("AST", 24, 5, marks=LONG),
    ("AST", 48, 2),
    pytest.param("AST", 48, 5, marks=LONG),
    pytest.param("WISDM", 24, 5, marks=LONG),
    pytest.param("WISDM", 24, 10, marks=LONG),
    ("WISDM", 48, 5),
    pytest.param("WISDM", 48, 10, marks=LONG),
]


@pytest.mark.parametrize(("folder", "window", "percent"), MODELS)
def test_half_a_point_a_third_of_the_flash_and_every_bit(
    folder: str, window: int, percent: int, shared: Path, tmp_path: Path
) -> None:
    test = shared / "data/mobility_v1/test.pkl"
    calibration = shared / CALIBRATION[folder]
    if not test.is_file() or not calibration.exists():
        pytest.skip(f"needs {test} and {calibration}")
    found = convert(
        shared / "zoo" / folder / f"svc_wl_{window}_pct_{percent}.onnx",
        calibration,
        test_data=test,
        classes=CLASSES[folder],
    )
    compared = found.comparison
    assert compared.before is not None
    assert compared.after is not None
    print(
        f"{100 * compared.before:.2f} -> {100 * compared.after:.2f} % of {compared.judged},"
        f" same class {100 * compared.agreement:.2f} %, flash {found.flash_before} ->"
        f" {found.flash_after}: {100 * found.flash_after / found.flash_before:.1f} %"
    )
    assert compared.drop <= MAX_DROP
    assert compared.agreement >= MIN_AGREEMENT
    assert found.flash_after <= MAX_FLASH * found.flash_before

    x = datasets.load(test, window=window, preprocessing=preset("st-zoo", window=window)).x
    rows = x.reshape(len(x), -1)
    expected = svm_reference.run(found.content, rows)
    run = c_run(found.content, rows, tmp_path, sanitize=False)
    for layer, wanted in zip(run.layers, expected.layers, strict=True):
        assert np.array_equal(layer.view(np.uint32), wanted.view(np.uint32))
    assert np.array_equal(run.outputs.view(np.uint32), expected.outputs.view(np.uint32))

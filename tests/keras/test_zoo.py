"""The model zoo's float networks: quantized here, equal to the reference as C, hardly worse."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.host_model import check

from hargen.convert.conversion import convert
from hargen.datasets import load
from hargen.importers.keras.backend import load_backend

AST = ("mobility_v1/train.pkl", ("Stationary", "Walking", "Jogging", "Biking"))
WISDM = ("wisdm51", ("Jogging", "Stationary", "Stairs", "Walking"))
QUICK = ("AST/gmp_wl_24.h5",)
FILES = [
    pytest.param(f"{data}/{net}_wl_{n}.h5", marks=marks)
    for data in ("AST", "WISDM")
    for net in ("gmp", "ign")
    for n in (24, 48)
    for marks in [() if f"{data}/{net}_wl_{n}.h5" in QUICK else (pytest.mark.long,)]
]
WINDOWS = {24: 1003, 48: 501}
LARGEST_DROP = 1.0


@pytest.mark.parametrize("file", FILES)
def test_quantized_here_it_loses_at_most_a_point_and_its_c_is_exact(
    file: str, shared: Path, tmp_path: Path
) -> None:
    source, classes = AST if file.startswith("AST") else WISDM
    data = shared / "data"
    test = data / "mobility_v1/test.pkl"
    found = convert(shared / "zoo" / file, data / source, test_data=test, classes=classes)
    comparison = found.comparison
    assert comparison.before is not None
    assert comparison.after is not None
    assert 100 * (comparison.before - comparison.after) <= LARGEST_DROP
    window = found.keras.input_shape[0]
    assert comparison.windows == WINDOWS[window]
    model = tmp_path / "model.tflite"
    model.write_bytes(found.content)
    x = load(test, window=window, preprocessing=found.preprocessing).x
    check(model, x.reshape(len(x), -1), tmp_path)


@pytest.mark.filterwarnings("ignore:Do not pass an")
def test_the_float_accuracy_is_keras_own(shared: Path) -> None:
    """Keras itself, without hargen's reader, gives the same classes."""
    keras, _ = load_backend()
    path = shared / "zoo/AST/gmp_wl_24.h5"
    network = keras.models.load_model(path, compile=False)
    data = shared / "data/mobility_v1"
    found = convert(path, data / "train.pkl", test_data=data / "test.pkl", classes=AST[1])
    test = load(data / "test.pkl", window=24, preprocessing=found.preprocessing)
    answers = network.predict(test.x[..., None], verbose=0).argmax(axis=1)
    assert found.comparison.before == pytest.approx((answers == test.y).mean())

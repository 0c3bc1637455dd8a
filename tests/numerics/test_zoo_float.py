"""The zoo's float networks, converted and as C on the host, against Keras itself.

Keras is the only judge: the file that hargen's reader rebuilds is not asked.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.float_model import BUILDS, FloatModel

from hargen.convert.converter import to_float
from hargen.datasets import load
from hargen.importers.keras.backend import load_backend
from hargen.importers.keras.model import load as load_keras
from hargen.preprocessing.presets import preset

QUICK = "AST/gmp_wl_24.h5"
FILES = [
    pytest.param(file, marks=() if file == QUICK else (pytest.mark.long,))
    for file in (
        f"{data}/{net}_wl_{n}.h5"
        for data in ("AST", "WISDM")
        for net in ("gmp", "ign")
        for n in (24, 48)
    )
]
LIMIT = 1e-5
# Published figures (table.csv): KiB of weights flash and of activation RAM
PUBLISHED = {
    "gmp_wl_24": (5.711, 6.812),
    "gmp_wl_48": (5.710, 15.812),
    "ign_wl_24": (11.968, 1.968),
    "ign_wl_48": (38.968, 4.5),
}


@pytest.mark.filterwarnings("ignore:Do not pass an")
@pytest.mark.parametrize("file", FILES)
def test_every_window_of_mobility_v1_gives_what_keras_gives(
    file: str, shared: Path, tmp_path: Path
) -> None:
    keras, _ = load_backend()
    path = shared / "zoo" / file
    model_path = tmp_path / "model.tflite"
    model_path.write_bytes(to_float(load_keras(path)))
    model = FloatModel.write(model_path, tmp_path)
    weights, ram = PUBLISHED[path.stem]
    assert model.plan.footprint.weights <= weights * 1024
    assert model.plan.footprint.activation_ram < ram * 1024

    size = 48 if "wl_48" in file else 24
    spec = preset("st-zoo", window=size)
    test = load(shared / "data/mobility_v1/test.pkl", window=size, preprocessing=spec)
    windows = test.x.astype(np.float32)
    builds = BUILDS if file == QUICK else BUILDS[1:3]
    found = model.run_everywhere(builds, windows.reshape(len(windows), -1)).outputs
    network = keras.models.load_model(path, compile=False)
    expected = np.asarray(network.predict(windows[..., None], verbose=0))
    assert len(windows) == (1003 if size == 24 else 501)
    assert np.array_equal(found.argmax(axis=1), expected.argmax(axis=1))
    assert np.abs(found - expected).max() <= LIMIT

"""Random Keras networks: saved, read, quantized, printed as C, and equal to LiteRT's reference."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from support.host_model import check
from support.keras_files import save
from support.random_keras import random_model, windows_for

from hargen.convert.conversion import convert
from hargen.importers.keras.config import LAYERS

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

MODELS = 40
QUICK = 4
# Drawn by nobody: they say nothing at inference, or are drawn under another name.
NOT_DRAWN = {
    *("Activation", "ActivityRegularization", "Average", "GaussianDropout", "GaussianNoise"),
    *("InputLayer", "SpatialDropout1D", "SpatialDropout2D"),
}
SEEDS = [
    pytest.param(seed, marks=() if seed < QUICK else (pytest.mark.long,)) for seed in range(MODELS)
]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_c_of_a_random_model_equals_the_reference(seed: int, tmp_path: Path) -> None:
    network, _ = random_model(seed)
    suffix = ("keras", "h5")[seed % 2]
    path = save(network, tmp_path / f"model.{suffix}")
    shape, outputs = network.input_shape[1:], network.output_shape[-1]
    x = windows_for(seed, shape, 120)
    data = tmp_path / "windows.npz"
    np.savez(data, x=x, y=np.arange(120) % outputs)
    edges = ("float", "int8")[seed % 3 == 0]
    found = convert(path, data, edges=edges)
    if seed < QUICK:
        assert found.content == convert(path, data, edges=edges).content
    model = tmp_path / "model.tflite"
    model.write_bytes(found.content)
    inputs = x[:40].reshape(40, -1)
    if edges == "int8":
        inputs = np.random.default_rng(seed).integers(-128, 128, inputs.shape).astype(np.int8)
    check(model, inputs, tmp_path)


@pytest.mark.long
def test_every_layer_takes_part() -> None:
    drawn: Counter[str] = Counter()
    for seed in range(MODELS):
        drawn.update(set(random_model(seed)[1]))
    assert {kind for kind in LAYERS if not drawn[kind]} == NOT_DRAWN

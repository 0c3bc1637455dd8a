"""A .tflite that was converted with the batch free: its shape arithmetic is dropped at import."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import tflite
from support.host_model import check

from hargen.importers.keras.backend import load_backend, quiet
from hargen.importers.tflite.node import operator_name


def test_its_c_equals_the_reference(tmp_path: Path) -> None:
    keras, tf = load_backend()
    keras.utils.set_random_seed(3)
    layers = keras.layers
    network = keras.Sequential(
        [
            keras.Input((16, 3)),
            layers.Conv1D(6, 3, padding="causal", activation="relu"),
            layers.Reshape((8, 12)),
            layers.Flatten(),
            layers.Dense(4, activation="softmax"),
        ]
    )
    x = np.random.default_rng(3).normal(size=(40, 16, 3)).astype(np.float32)

    def calibration() -> Iterator[list[np.ndarray]]:
        for window in x:
            yield [window[None]]

    with quiet():
        converter = tf.lite.TFLiteConverter.from_keras_model(network)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = calibration
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        content = bytes(converter.convert())
    model = tflite.Model.GetRootAsModel(content, 0)
    kinds = {operator_name(model.OperatorCodes(i)) for i in range(model.OperatorCodesLength())}
    assert {"SHAPE", "STRIDED_SLICE", "PACK"} <= kinds
    path = tmp_path / "free.tflite"
    path.write_bytes(content)
    check(path, x.reshape(40, -1), tmp_path)

"""A .tflite that was converted with the batch free: shapes are known, dilation is folded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tflite
from support.host_model import check

from hargen.importers.keras.backend import load_backend, quiet
from hargen.importers.tflite.node import operator_name

DETOUR = {"SPACE_TO_BATCH_ND", "BATCH_TO_SPACE_ND", "EXPAND_DIMS"}
DENSE_OVER_TIME = {"SHAPE", "GATHER", "REDUCE_PROD", "PACK", "CONCATENATION"}
FLATTEN = {"SHAPE", "STRIDED_SLICE", "PACK"}


def temporal_convolutions(keras: Any) -> Any:
    """Causal dilated convolutions with residual sums; 27 is no multiple of any dilation."""
    layers = keras.layers
    source = keras.Input((27, 3))
    x = layers.Conv1D(6, 1)(source)
    for dilation in (1, 2, 4):
        y = layers.Conv1D(6, 3, padding="causal", dilation_rate=dilation)(x)
        y = layers.ReLU()(layers.BatchNormalization()(y))
        x = layers.Add()([x, layers.Conv1D(6, 2, padding="causal", dilation_rate=dilation)(y)])
    x = layers.GlobalAveragePooling1D()(x)
    return keras.Model(source, layers.Dense(4, activation="softmax")(x))


def depthwise_separable(keras: Any) -> Any:
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((32, 3)),
            layers.SeparableConv1D(6, 3, padding="same"),
            layers.LeakyReLU(),
            layers.MaxPooling1D(2),
            layers.SeparableConv1D(6, 3, padding="same", dilation_rate=2),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.DepthwiseConv1D(3, padding="same"),
            layers.AveragePooling1D(2),
            layers.Flatten(),
            layers.Dense(4, activation="softmax"),
        ]
    )


def squeeze_and_excite(keras: Any) -> Any:
    layers = keras.layers
    source = keras.Input((24, 3))
    x = layers.Conv1D(8, 3, padding="same", activation="relu")(source)
    gate = layers.GlobalAveragePooling1D(keepdims=True)(x)
    gate = layers.Dense(4, activation="relu")(gate)
    x = layers.Multiply()([x, layers.Dense(8, activation="sigmoid")(gate)])
    both = [layers.GlobalAveragePooling1D()(x), layers.GlobalMaxPooling1D()(x)]
    return keras.Model(source, layers.Dense(4, activation="softmax")(layers.Concatenate()(both)))


def dense_over_time(keras: Any) -> Any:
    """A dense layer on every sample: the file says (1, 1) of what has (24, 3)."""
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((24, 3)),
            layers.Dense(6, activation="sigmoid"),
            layers.ZeroPadding1D(1),
            layers.Conv1D(4, 3, strides=2),
            layers.Reshape((6, 8)),
            layers.Flatten(),
            layers.Dense(3, activation="softmax"),
        ]
    )


def planes(keras: Any) -> Any:
    """Convolutions over time and axes, dilated in both and in one."""
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((33, 3, 1)),
            layers.Conv2D(4, (3, 1), dilation_rate=(2, 1), activation="relu"),
            layers.Conv2D(4, (3, 2), padding="same", dilation_rate=(3, 2)),
            layers.DepthwiseConv2D((3, 3), padding="same", dilation_rate=(2, 2), activation="relu"),
            layers.GlobalMaxPooling2D(),
            layers.Dense(4, activation="softmax"),
        ]
    )


FAMILIES: dict[str, tuple[Callable[[Any], Any], set[str]]] = {
    "temporal convolutions": (temporal_convolutions, DETOUR),
    "depthwise separable": (depthwise_separable, DETOUR | FLATTEN),
    "squeeze and excite": (squeeze_and_excite, DENSE_OVER_TIME),
    "dense over time": (dense_over_time, DENSE_OVER_TIME | FLATTEN),
    "planes": (planes, DETOUR - {"EXPAND_DIMS"}),
}


def converted(network: Any, windows: np.ndarray) -> bytes:
    """Convert as users do who follow TensorFlow's guide."""
    _, tf = load_backend()

    def calibration() -> Iterator[list[np.ndarray]]:
        for window in windows:
            yield [window[None]]

    with quiet():
        converter = tf.lite.TFLiteConverter.from_keras_model(network)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = calibration
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        return bytes(converter.convert())


@pytest.mark.parametrize("family", FAMILIES)
def test_its_c_equals_the_reference(family: str, tmp_path: Path) -> None:
    keras, _ = load_backend()
    keras.utils.set_random_seed(3)
    build, expected = FAMILIES[family]
    network = build(keras)
    x = np.random.default_rng(3).normal(size=(40, *network.input_shape[1:])).astype(np.float32)
    content = converted(network, x)
    model = tflite.Model.GetRootAsModel(content, 0)
    kinds = {operator_name(model.OperatorCodes(i)) for i in range(model.OperatorCodesLength())}
    assert expected <= kinds
    path = tmp_path / "free.tflite"
    path.write_bytes(content)
    check(path, x.reshape(40, -1), tmp_path)

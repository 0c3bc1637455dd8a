"""TensorFlow's converter on a network whose batch is fixed at 1 and whose variables are frozen.

With a free batch the converter emits shape arithmetic, and the calibrator cannot read variables.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from hargen.errors import ModelError
from hargen.importers.keras.backend import load_backend, quiet
from hargen.importers.keras.model import KerasModel

Edges = Literal["float", "int8"]
Floats = npt.NDArray[np.float32]


def to_float(model: KerasModel) -> bytes:
    """Return the network as a float32 .tflite.

    Raises:
        ModelError: TensorFlow cannot convert it.
    """
    return _run(model, _converter(model))


def to_int8(
    model: KerasModel, windows: Floats, edges: Edges, *, dense_per_tensor: bool = False
) -> bytes:
    """Return the network as an int8 .tflite, weights per channel.

    Args:
        model: the float network.
        windows: (n, ...) that every tensor's range is taken from.
        edges: float32 or int8 input and output.
        dense_per_tensor: one scale for all weights of a fully connected layer, as TensorFlow's
            older converters had it.

    Raises:
        ModelError: TensorFlow cannot convert it.
    """
    _, tf = load_backend()
    shaped = windows.reshape(len(windows), 1, *model.input_shape)

    def calibration() -> Iterator[list[Floats]]:
        for window in shaped:
            yield [window]

    converter = _converter(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = calibration
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    # TensorFlow has no other name for it
    converter._experimental_disable_per_channel_quantization_for_dense_layers = dense_per_tensor
    if edges == "int8":
        converter.inference_input_type = tf.int8
        converter.inference_output_type = tf.int8
    return _run(model, converter)


def _converter(model: KerasModel) -> Any:
    _, tf = load_backend()
    with quiet():
        from tensorflow.python.framework.convert_to_constants import (
            convert_variables_to_constants_v2,
        )

        spec = tf.TensorSpec((1, *model.input_shape), tf.float32, name="input")
        traced = tf.function(lambda x: model.network(x, training=False), input_signature=[spec])
        try:
            frozen = convert_variables_to_constants_v2(traced.get_concrete_function())
            return tf.lite.TFLiteConverter.from_concrete_functions([frozen])
        except (ValueError, TypeError, RuntimeError) as error:
            raise _failed(model, error) from error


def _run(model: KerasModel, converter: Any) -> bytes:
    try:
        with quiet():
            return bytes(converter.convert())
    except Exception as error:  # TensorFlow raises whatever its compiler says
        raise _failed(model, error) from error


def _failed(model: KerasModel, error: Exception) -> ModelError:
    lines = [line for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    return ModelError(
        "TensorFlow cannot convert the model to int8", where=str(model.path), why=lines[0][:300]
    )

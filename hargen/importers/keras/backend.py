"""Keras and TensorFlow, imported late and made silent: they take seconds and talk a lot."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hargen.errors import ToolError


@contextmanager
def quiet() -> Iterator[None]:
    """Keep what TensorFlow's C++ and Python write to stderr, and warnings, from the terminal."""
    sys.stderr.flush()
    saved = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        sys.stderr.flush()
        os.dup2(saved, 2)
        os.close(saved)


def load_backend() -> tuple[Any, Any]:
    """Return the modules keras and tensorflow.

    Raises:
        ToolError: they are not installed, or do not start.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # sums in an order that depends on the CPU
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    os.environ["KERAS_BACKEND"] = "tensorflow"
    try:
        with quiet():
            import keras
            import tensorflow
    except ImportError as error:
        raise ToolError(
            "Keras models need TensorFlow, which cannot be loaded",
            why=str(error),
            hint="pip install tensorflow, or convert the model to an int8 .tflite elsewhere",
        ) from error
    return keras, tensorflow

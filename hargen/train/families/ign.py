"""ign: the model zoo's network after Ignatov, one wide convolution in time, each axis alike.

Andrey Ignatov, "Real-time human activity recognition from accelerometer data using convolutional
neural networks", Applied Soft Computing 62 (2018), made small by the zoo.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from hargen.importers.keras.backend import load_backend
from hargen.train.families.family import FamilyParameters, too_short

Count = Annotated[int, Field(ge=1, le=256)]


class Parameters(FamilyParameters):
    """filters, kernel, pool: of the convolution and its max-pooling, in time; dense: of units."""

    filters: Count = 24
    kernel: Count = 16
    pool: Count = 3
    dense: Count = 12
    dropout: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.5


def describe(parameters: Parameters, classes: int) -> str:
    """Return the network's layers in words."""
    p = parameters
    return (
        f"Conv2D {p.filters} ({p.kernel},1) ReLU, MaxPool ({p.pool},1), Dense {p.dense}, "
        f"Dense {classes} softmax"
    )


def build(parameters: Parameters, window: int, classes: int, seed: int) -> Any:
    """Return the network, of input (window, 3, 1).

    Raises:
        UsageError: the window is too short.
    """
    p = parameters
    if window < p.kernel + p.pool - 1:
        raise too_short(window, p.kernel + p.pool - 1)
    keras, _ = load_backend()
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((window, 3, 1), name="window"),
            layers.Conv2D(p.filters, (p.kernel, 1), activation="relu", name="conv"),
            layers.MaxPooling2D((p.pool, 1), name="pool"),
            layers.Flatten(name="flatten"),
            layers.Dense(p.dense, name="dense"),
            layers.Dropout(p.dropout, seed=seed, name="dropout"),
            layers.Dense(classes, activation="softmax", name="classes"),
        ],
        name="ign",
    )

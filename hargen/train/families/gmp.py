"""gmp: the model zoo's network of two linear convolutions and a maximum over time and axes."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from hargen.importers.keras.backend import load_backend
from hargen.train.families.family import FamilyParameters, too_short

Count = Annotated[int, Field(ge=1, le=256)]


class Parameters(FamilyParameters):
    """filters, kernel: of both convolutions, in time; neither has an activation."""

    filters: Count = 16
    kernel: Count = 5
    dropout: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.5


def describe(parameters: Parameters, classes: int) -> str:
    """Return the network's layers in words."""
    p = parameters
    conv = f"BatchNorm, Conv2D {p.filters} ({p.kernel},1)"
    return f"{conv}, {conv}, GlobalMaxPool, Dense {classes} softmax"


def build(parameters: Parameters, window: int, classes: int, seed: int) -> Any:
    """Return the network, of input (window, 3, 1).

    Raises:
        UsageError: the window is too short.
    """
    p = parameters
    if window < 2 * p.kernel - 1:
        raise too_short(window, 2 * p.kernel - 1)
    keras, _ = load_backend()
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((window, 3, 1), name="window"),
            layers.BatchNormalization(name="norm_0"),
            layers.Conv2D(p.filters, (p.kernel, 1), name="conv_0"),
            layers.BatchNormalization(name="norm_1"),
            layers.Conv2D(p.filters, (p.kernel, 1), name="conv_1"),
            layers.GlobalMaxPooling2D(name="pool"),
            layers.Dropout(p.dropout, seed=seed, name="dropout"),
            layers.Dense(classes, activation="softmax", name="classes"),
        ],
        name="gmp",
    )

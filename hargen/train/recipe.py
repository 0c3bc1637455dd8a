"""How a network is trained: everything about it but the network and the data."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from hargen.train.augment import Augmentation

Count = Annotated[int, Field(ge=1, le=100_000)]
Share = Annotated[float, Field(ge=0.0, lt=1.0)]


class Recipe(BaseModel):
    """AdamW with cosine decay on a class-weighted cross-entropy with smoothed labels.

    Every stratum of a class (the class in one data set) weighs the same, and every class.
    patience: epochs without a better score on the validation part after which training stops.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    epochs: Count = 60
    batch: Count = 64
    learning_rate: Annotated[float, Field(gt=0.0, le=1.0)] = 2e-3
    weight_decay: Share = 1e-3
    label_smoothing: Share = 0.05
    patience: Count = 25
    augmentation: Augmentation = Augmentation()

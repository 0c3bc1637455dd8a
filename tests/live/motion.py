"""Motion that shows every activity of the default model, some seconds each."""

from __future__ import annotations

import numpy as np

from hargen import models
from hargen.datasets.motion import ACTIVITIES, accelerometer
from hargen.device.virtual.sensor.feed import Feed
from hargen.preprocessing.card import read_card

SECONDS = 75
"""That show all of it once."""

_EACH = 24 * 26  # samples


def _classes() -> tuple[str, ...]:
    card = read_card(models.default().tflite)
    assert card is not None and card.classes is not None
    return tuple(card.classes)


CLASSES = _classes()


def motion(seed: int = 3) -> Feed:
    """Return it, in mg; it begins anew where it ends."""
    generator = np.random.Generator(np.random.PCG64(seed))
    parts = [accelerometer(activity, _EACH, generator) for activity in ACTIVITIES]
    samples = [(float(x), float(y), float(z)) for part in parts for x, y, z in part]
    return Feed(samples, "motion")

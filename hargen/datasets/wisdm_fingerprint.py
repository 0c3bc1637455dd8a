"""Whether a file is the published WISDM v1.1, and was read as the model zoo read it.

Two independent marks. The number of records that its authors count (WISDM_ar_v1.1_raw_about.txt).
And what the zoo's networks remember of it: the scale and zero point of their input were fitted to
windows of the training part, after the zoo's preprocessing. A scale is (highest - lowest) / 255 of
the values that were seen, and the zero point is rounded, so that two values of the training part
must differ by 255 scales with the lower one at that zero point.

It is two values that are looked for, not the two ends: 24 and 48 samples cut the same stream and
would have the same ends, but their networks have not, so that some windows were not seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hargen.preprocessing import Preprocessing, preset
from hargen.preprocessing.reference import condition

RECORDS = 1_098_207
COUNT_TOLERANCE = 0.01
"""Share of the records that broken lines may cost."""

_TOLERANCE = 1e-4
"""m/s2; float32 and the order of a filter's sums change the values by less than a tenth of it."""

_MAX_CHANCE = 0.05
"""Pairs of values that would fit if values were spread evenly; beyond, a fit says nothing."""


@dataclass(frozen=True)
class Quantizer:
    """Affine int8 quantization of an input: real = scale * (q - zero_point)."""

    scale: float
    zero_point: int


QUANTIZERS = {24: Quantizer(0.2635038197, -12), 48: Quantizer(0.2493480295, -5)}
"""By window: of the zoo's WISDM networks; [-30.566, 36.627] and [-30.670, 32.914] m/s2."""


def has_published_size(records: int) -> bool:
    """Return whether the number of records is the published one, but for broken lines."""
    return abs(records / RECORDS - 1) <= COUNT_TOLERANCE


def is_zoos(spec: Preprocessing) -> bool:
    """Return whether a spec gives the values that the zoo's networks saw, in windows of any size.

    The sample rate is not looked at, nor the cutoff that follows from it: the zoo has one filter
    for every rate.
    """
    zoo = preset("st-zoo", window=spec.window)
    if spec.filter is None or zoo.filter is None:
        return False
    filter_ = spec.filter.model_copy(update={"cutoff_hz": zoo.filter.cutoff_hz})
    same = {"preset": zoo.preset, "sample_rate_hz": zoo.sample_rate_hz, "filter": filter_}
    return spec.model_copy(update=same) == zoo


def was_fitted_to(values: npt.NDArray[np.floating[Any]], quantizer: Quantizer) -> bool:
    """Return whether a quantizer can have been fitted to some of the values.

    False too where so many values lie near the ends that two fit by chance.
    """
    scale = quantizer.scale
    lowest = scale * (-128 - quantizer.zero_point)
    width = 255 * scale
    near = (0.5 + 1e-3) * scale
    low = values[np.abs(values - lowest) <= near]
    high = np.sort(values[np.abs(values - lowest - width) <= near + _TOLERANCE]) - width
    if not len(low) or not len(high):
        return False
    if len(low) * len(high) * 2 * _TOLERANCE / scale > _MAX_CHANCE:
        return False
    places = np.searchsorted(high, low)
    below = np.abs(high[np.maximum(places - 1, 0)] - low)
    above = np.abs(high[np.minimum(places, len(high) - 1)] - low)
    return bool(min(below.min(), above.min()) <= _TOLERANCE)


def notes(
    records: int,
    training: npt.NDArray[np.float64],
    zoo_windows: npt.NDArray[np.float32] | None = None,
) -> tuple[str, ...]:
    """Return what is to be said about a file's identity.

    Args:
        records: number of records that were read.
        training: float64 (n, 3), m/s2, the training part. Only filtered where the size is right.
        zoo_windows: of the training part with the zoo's preprocessing, where they are at hand.
    """
    if not has_published_size(records):
        return (
            f"not the published WISDM v1.1: {records} records, which has {RECORDS}; accuracies are "
            "not those of the published data",
        )
    if zoo_windows is not None:
        values: npt.NDArray[Any] = zoo_windows.ravel()
    else:
        values = condition(training, preset("st-zoo", window=24), "m/s2").ravel()
    missing = [f"{n}" for n, known in QUANTIZERS.items() if not was_fitted_to(values, known)]
    if missing:
        return (
            "warning: the size of WISDM v1.1, but not the values that the model zoo's networks of "
            f"window {' and '.join(missing)} were quantized for: another edition, or changed",
        )
    return ("WISDM v1.1 by its size and by the values that the zoo's networks were quantized for",)

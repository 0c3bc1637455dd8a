"""The windows that a model is calibrated on: enough, of every class, and in the right unit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import permutations
from typing import Any

import numpy as np
import numpy.typing as npt

from hargen.datasets import UNLABELLED, Windows, match_classes
from hargen.errors import DataError
from hargen.preprocessing import Preprocessing
from hargen.validate import metrics

MINIMUM = 100
MAXIMUM = 1000
"""More windows make calibration slower and the ranges hardly different."""

_HINT = (
    f"give at least {MINIMUM} windows like those that the model was trained on, some of every class"
)
_UNIT_RATIO = 9.8
_FACTOR_OF_TWO_AND_A_HALF = 2.5
# 99 % of acceleration values during daily activities lie below the upper of these, in g, and the
# largest ones above the lower.
_PLAUSIBLE_G = (0.25, 6.0)
_FAR_BETTER = 0.15
"""Of accuracy: what chance and taste for small or large motion do not give."""
_STEPS_OF_G = {"m/s2": 9.80665, "g": 1.0, "mg": 1000.0}


def choose(windows: Windows, classes: Sequence[str] | None, outputs: int) -> Windows:
    """Return the windows to calibrate on: at most MAXIMUM, spread evenly over classes and time.

    Args:
        windows: preprocessed for the model.
        classes: names of the model's outputs; None where nobody named them.
        outputs: number of the model's outputs.

    Raises:
        DataError: there are too few windows, or a class is missing.
    """
    if len(windows) < MINIMUM:
        raise DataError(
            f"{len(windows)} windows are too few to calibrate on",
            where=windows.source,
            hint=_HINT,
        )
    _check_classes(windows, classes, outputs)
    order = np.argsort(windows.y, kind="stable")
    picks = order[np.unique(np.linspace(0, len(order) - 1, min(len(order), MAXIMUM)).astype(int))]
    return windows.take(np.sort(picks))


def _check_classes(windows: Windows, classes: Sequence[str] | None, outputs: int) -> None:
    present = sorted(set(windows.y.tolist()) - {UNLABELLED})
    if not present:
        raise DataError(
            "no window is labelled, so that nobody can tell whether all classes are there",
            where=windows.source,
            hint=f"{_HINT}; y says which",
        )
    names = windows.classes or tuple(f"class {index}" for index in range(outputs))
    if len(present) == 1 and len(names) > 1:
        raise DataError(
            f"all windows are of one class, {names[present[0]]!r}"
            if present[0] < len(names)
            else "all windows are of one class",
            where=windows.source,
            hint=_HINT,
        )
    absent = [name for index, name in enumerate(names) if index not in present]
    if windows.classes and classes is not None:
        mapping = match_classes(classes, windows.classes)
        found = {mapping[index] for index in present}
        if found & set(range(len(classes))):
            absent += [name for index, name in enumerate(classes) if index not in found]
    if absent:
        raise DataError(
            f"there is no window of {', '.join(repr(name) for name in dict.fromkeys(absent))}",
            where=windows.source,
            hint=_HINT,
        )


def unit_warnings(
    network: Any, windows: npt.NDArray[np.float32], unit: str | None, preprocessing: Preprocessing
) -> list[str]:
    """Return what seems wrong with the windows' unit, for the user to read.

    Args:
        network: the Keras network. Its first BatchNormalization knows the spread of what it saw.
        windows: (n, ...) in the shape that the network takes.
        unit: of the network's input as a card says it; None where there is no card.
        preprocessing: what the windows are meant to have been through.
    """
    ratio = _ratio_to_batch_norm(network, windows)
    if ratio is not None:
        for factor, what in ((_UNIT_RATIO, "large"), (1 / _UNIT_RATIO, "small")):
            if abs(np.log(ratio / factor)) < np.log(_FACTOR_OF_TWO_AND_A_HALF):
                times = ratio if ratio > 1 else 1 / ratio
                return [
                    f"the representative windows are {times:.1f} times as {what} as what the"
                    " model's BatchNormalization saw in training: are they in another unit, g for"
                    " m/s2?"
                ]
        return []
    if unit is None or preprocessing.normalization is not None:
        return []
    largest = float(np.percentile(np.abs(windows), 99)) / _STEPS_OF_G[unit]
    if not _PLAUSIBLE_G[0] <= largest <= _PLAUSIBLE_G[1]:
        return [
            f"99 % of the representative values are below {largest:.3g} g if they are in {unit}, as"
            " the card says: are they in another unit?"
        ]
    return []


def scale_warnings(
    predict: Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float32]],
    windows: npt.NDArray[np.float32],
    truth: npt.NDArray[np.int64],
) -> list[str]:
    """Return a warning if the float network does far better on windows in another unit.

    Args:
        predict: gives the float network's outputs (n, classes).
        windows: (n, ...) as they are.
        truth: the network's class of every window; negative where it has none.
    """

    def accuracy(scale: float) -> float | None:
        outputs = predict((windows * scale).astype(np.float32))
        return metrics.accuracy(truth, metrics.first_maximum(outputs)).value

    found = accuracy(1.0)
    if found is None or found > 1 - _FAR_BETTER:
        return []
    others = {
        (a, b): accuracy(_STEPS_OF_G[b] / _STEPS_OF_G[a]) for a, b in permutations(_STEPS_OF_G, 2)
    }
    (a, b), best = max(others.items(), key=lambda item: item[1] or 0.0)
    if best is None or best < found + _FAR_BETTER:
        return []
    return [
        f"in float the network is right on {100 * found:.0f} % of the representative windows, and"
        f" on {100 * best:.0f} % if they are taken from {a} to {b}: are they in another unit?"
    ]


def _ratio_to_batch_norm(network: Any, windows: npt.NDArray[np.float32]) -> float | None:
    """Return the spread of the first BatchNormalization's input by the one that it remembers."""
    from hargen.importers.keras.backend import load_backend, quiet

    keras, _ = load_backend()
    layers = [
        layer for layer in network.layers if isinstance(layer, keras.layers.BatchNormalization)
    ]
    if not layers:
        return None
    with quiet():
        before = keras.Model(network.inputs, layers[0].input)
        seen = np.asarray(before(windows, training=False))
    remembered = np.asarray(layers[0].moving_variance)
    axes = tuple(range(seen.ndim - 1))
    if seen.shape[-1] != remembered.size or not (remembered > 0).all():
        return None
    ratios = np.sqrt(seen.var(axis=axes) / remembered)
    median = float(np.median(ratios))
    return median if median > 0 else None

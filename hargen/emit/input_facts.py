"""What a card and a network say of its input and outputs: window, preprocessing, classes."""

from __future__ import annotations

from pathlib import Path

from hargen.emit import names
from hargen.errors import ModelError
from hargen.preprocessing.card import Card
from hargen.preprocessing.presets import preset
from hargen.preprocessing.spec import Preprocessing

CARDLESS_PRESET = "st-zoo"
_CARDLESS_AXES = 3


def class_names(
    given: tuple[str, ...] | None,
    card: Card | None,
    outputs: int,
    path: Path,
    notes: list[str],
    in_file: tuple[str, ...] = (),
) -> tuple[str, ...]:
    """Return the names of the classes: those given, else the card's, the file's, class_0 and so on.

    Raises:
        DataError: the names do not fit the network.
    """
    if given is not None:
        names.check_classes(given, outputs, "--classes")
        return given
    if card is not None and card.classes is not None:
        names.check_classes(card.classes, outputs, f"card of {path.name}")
        return card.classes
    if in_file:
        names.check_classes(in_file, outputs, f"labels in {path.name}")
        return in_file
    notes.append(
        "the outputs have no names: class_0 and so on are used; --classes A,B,C gives them names"
    )
    return names.default_classes(outputs)


def preprocessing(
    card: Card | None, shape: tuple[int, ...], path: Path, notes: list[str]
) -> Preprocessing:
    """Return the card's preprocessing, or the preset for models that come without one.

    Raises:
        ModelError: the card does not fit the network's input, or that is no window.
    """
    window, axes = window_and_axes(shape, path)
    if (card is None or card.preprocessing is None) and axes != _CARDLESS_AXES:
        notes.append(
            f"the model has no card and takes {axes} axes: its windows are taken as they are"
        )
        return preset("none", window=window)
    if card is None or card.preprocessing is None:
        notes.append(
            f"the model has no card: its input is taken to be preprocessed by {CARDLESS_PRESET};"
            f" put a card beside it ({path.stem}.toml) if that is wrong"
        )
        return preset(CARDLESS_PRESET, window=window)
    spec = card.preprocessing
    if (spec.window, len(spec.axes)) != (window, axes):
        raise ModelError(
            f"the card's windows of {spec.window} samples and {len(spec.axes)} axes do not fit the"
            f" network's input of {window} samples and {axes} axes",
            where=str(path),
            hint="correct [preprocessing] in the card, or remove the card",
        )
    return spec


def window_and_axes(shape: tuple[int, ...], path: Path) -> tuple[int, int]:
    """Return samples and axes of an input without its batch: (window, axes) or (window, axes, 1).

    Raises:
        ModelError: the shape is not that of a window of sensor samples.
    """
    if len(shape) == 3 and 1 in (shape[0], shape[2]):
        return (shape[1], shape[2]) if shape[0] == 1 else (shape[0], shape[1])
    if len(shape) == 2:
        return shape[0], shape[1]
    if len(shape) == 1 and shape[0] % _CARDLESS_AXES == 0:
        return shape[0] // _CARDLESS_AXES, _CARDLESS_AXES
    raise ModelError(
        f"the input of shape {'x'.join(str(n) for n in shape)} is not a window of sensor samples",
        where=str(path),
        hint="the input has to be (1, samples, axes), (1, samples, axes, 1), (1, 1, samples, axes)"
        " or the same flattened with three axes",
    )

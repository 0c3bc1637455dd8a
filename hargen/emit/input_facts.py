"""What a card and a network say of its input and outputs: window, preprocessing, classes."""

from __future__ import annotations

from pathlib import Path

from hargen.emit import names
from hargen.errors import ModelError
from hargen.preprocessing.card import Card, read_preprocessing
from hargen.preprocessing.presets import DEFAULT_RATE_HZ, NAMES, preset
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
    card: Card | None,
    shape: tuple[int, ...],
    path: Path,
    notes: list[str],
    asked: str | None = None,
) -> Preprocessing:
    """Return the preprocessing asked for, else the card's, else the preset for models without one.

    Args:
        card: of the model.
        shape: of the network's input, without its batch.
        path: of the model.
        notes: gets what the user should know.
        asked: a preset's name, or the path of a file with a [preprocessing] table.

    Raises:
        ModelError: it does not fit the network's input, or that is no window.
        DataError: there is no such preset, or the file is not valid.
    """
    window, axes = window_and_axes(shape, path)
    if asked is not None:
        return _asked(asked, card, (window, axes), path, notes)
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
    _check_fit(spec, (window, axes), path, "the card")
    return spec


def _asked(
    asked: str, card: Card | None, input_: tuple[int, int], path: Path, notes: list[str]
) -> Preprocessing:
    own = None if card is None else card.preprocessing
    if asked in NAMES:
        rate = DEFAULT_RATE_HZ if own is None else own.sample_rate_hz
        spec = preset(asked, window=input_[0], sample_rate_hz=rate)
    else:
        spec = read_preprocessing(asked)
    _check_fit(spec, input_, path, asked)
    if own is not None and _seen_by_network(own) != _seen_by_network(spec):
        notes.append(
            f"the card says that the network was trained with the preprocessing {own.preset!r}, and"
            f" this is another ({asked}): its answers may be worse for it"
        )
    return spec


def _seen_by_network(spec: Preprocessing) -> dict[str, object]:
    """Return what makes a window what it is: not how often there is one, nor what comes after."""
    table = spec.to_table()
    without = ("preset", "mg_per_count", "hop", "smoothing")
    return {key: value for key, value in table.items() if key not in without}


def _check_fit(spec: Preprocessing, input_: tuple[int, int], path: Path, whose: str) -> None:
    window, axes = input_
    if (spec.window, len(spec.axes)) != (window, axes):
        raise ModelError(
            f"{whose}'s windows of {spec.window} samples and {len(spec.axes)} axes do not fit the"
            f" network's input of {window} samples and {axes} axes",
            where=str(path),
            hint="correct [preprocessing] there, or leave it out",
        )


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

"""The embedded default model: stationary, walking, running.

Beside this file: har_default.keras, har_default.tflite (int8, float32 at the edges), the card
har_default.toml, the list of recordings that it was not trained on, and README.md with where it all
comes from.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hargen.errors import DataError
from hargen.preprocessing import Card, read_card

FOLDER = Path(__file__).resolve().parent
NAME = "har_default"
HELD_OUT = f"{NAME}_held_out.txt"


@dataclass(frozen=True)
class DefaultModel:
    """The files of the default model, and what its card says."""

    tflite: Path
    keras: Path
    card_path: Path
    card: Card
    held_out: tuple[str, ...]


def default() -> DefaultModel:
    """Return the embedded default model.

    Raises:
        DataError: the installation is damaged.
    """
    tflite = FOLDER / f"{NAME}.tflite"
    keras = FOLDER / f"{NAME}.keras"
    card = read_card(tflite)
    if card is None or not tflite.is_file() or not keras.is_file():
        raise DataError(
            "the embedded model is missing", where=str(FOLDER), hint="install hargen again"
        )
    held_out = read_list(FOLDER / HELD_OUT)
    return DefaultModel(tflite, keras, tflite.with_suffix(".toml"), card, held_out)


def read_list(path: Path) -> tuple[str, ...]:
    """Return a list of recordings: one name a line; blank lines and lines with # do not count.

    Raises:
        DataError: the list cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            "cannot read the list of recordings", where=str(path), why=str(error)
        ) from error
    return tuple(name for line in lines if (name := line.strip()) and not name.startswith("#"))

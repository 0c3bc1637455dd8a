"""The result of a conversion on disk: the .tflite and, where the model had a card, its card."""

from __future__ import annotations

from pathlib import Path

from hargen.convert.conversion import Conversion
from hargen.errors import DataError, UsageError
from hargen.files import sha256_bytes, write_whole_bytes
from hargen.preprocessing.card import Card, card_path, write_card


def check_target(target: Path, model: Path, *, has_card: bool, force: bool) -> None:
    """Refuse a target that cannot be written, or a card there that is another model's.

    Raises:
        UsageError: see above.
    """
    if target.suffix != ".tflite":
        raise UsageError("the result has to be called .tflite", where=str(target))
    if target.is_dir() or not target.parent.is_dir():
        raise UsageError(
            "cannot write the result",
            where=str(target),
            why="it is a folder" if target.is_dir() else f"there is no folder {target.parent}",
        )
    card = card_path(target)
    own = has_card and card_path(model).resolve() == card.resolve()
    if card.exists() and not own and not force:
        raise UsageError(
            "there is a card already, which would become that of the result",
            where=str(card),
            hint="choose another name, remove it, or replace it with --force",
        )


def write(conversion: Conversion, target: Path) -> None:
    """Write the .tflite, and the card with the new hash and accuracy beside it.

    Raises:
        DataError: the disk fails.
    """
    try:
        write_whole_bytes(target, conversion.content)
        if conversion.card is not None:
            write_card(_card(conversion), target)
    except OSError as error:
        raise DataError(
            "cannot write the result", where=str(target), why=error.strerror or str(error)
        ) from error


def _card(conversion: Conversion) -> Card:
    assert conversion.card is not None
    card, found = conversion.card, conversion.comparison
    suffix = conversion.keras.path.suffix.lstrip(".")
    hashes = {
        suffix: conversion.keras.sha256,
        "tflite": sha256_bytes(conversion.content),
    }
    accuracy = {"on": found.source, "windows": found.judged, "agreement": found.agreement}
    if found.before is not None and found.after is not None:
        accuracy |= {"float32": found.before, "int8": found.after}
    about = card.model.model_copy(update={"sha256": card.model.sha256 | hashes})
    return card.model_copy(
        update={"model": about, "classes": conversion.classes, "accuracy": accuracy}
    )

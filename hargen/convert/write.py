"""The result of a conversion on disk: the file and, where the model had a card, its card."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hargen.convert.comparison import Comparison
from hargen.errors import DataError, UsageError
from hargen.files import sha256_bytes, write_whole_bytes
from hargen.preprocessing.card import Card, card_path, write_card


@dataclass(frozen=True, eq=False)
class Result:
    """What a conversion made, and what its card says of it.

    card: that of the model, None where it has none. source, source_sha256: the model file.
    """

    content: bytes
    card: Card | None
    classes: tuple[str, ...]
    source: Path
    source_sha256: str
    comparison: Comparison


def check_target(target: Path, model: Path, suffix: str, *, has_card: bool, force: bool) -> None:
    """Refuse a target that cannot be written, or a card there that is another model's.

    Raises:
        UsageError: see above.
    """
    if target.suffix != suffix:
        raise UsageError(f"the result has to be called {suffix}", where=str(target))
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


def write(result: Result, target: Path) -> None:
    """Write the file, and the card with the new hash and accuracy beside it.

    Raises:
        DataError: the disk fails.
    """
    try:
        write_whole_bytes(target, result.content)
        if result.card is not None:
            write_card(_card(result, result.card, target), target)
    except OSError as error:
        raise DataError(
            "cannot write the result", where=str(target), why=error.strerror or str(error)
        ) from error


def _card(result: Result, card: Card, target: Path) -> Card:
    found = result.comparison
    hashes = {
        result.source.suffix.lstrip("."): result.source_sha256,
        target.suffix.lstrip("."): sha256_bytes(result.content),
    }
    accuracy = {"on": found.source, "windows": found.judged, "agreement": found.agreement}
    if found.before is not None and found.after is not None:
        accuracy |= {"float32": found.before, "int8": found.after}
    about = card.model.model_copy(update={"sha256": card.model.sha256 | hashes})
    return card.model_copy(update={"model": about, "classes": result.classes, "accuracy": accuracy})

"""The card of a model: what the weights do not say, in `<model>.toml` beside the model file.

    [model]          name, description, architecture, licence; sha256 = { tflite = "...", ... }
    [preprocessing]  a full table, or preset = "..." and window = n
    [classes]        names = ["...", ...], in the order of the network's outputs
    [data]           where the training data came from, free form
    [accuracy]       what was measured, free form
    [training]       how hargen trained it, free form

Every section may be left out. Cards are untrusted input: unknown keys of the first three sections,
wrong types, and a hash that is not the model's are errors.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, field_validator

from hargen.errors import DataError
from hargen.files import sha256, write_whole
from hargen.preprocessing.presets import NAMES
from hargen.preprocessing.spec import Preprocessing, validate

_MAX_BYTES = 1 << 20
_SECTIONS = {"model", "preprocessing", "classes", "data", "accuracy", "training"}

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class About(_Section):
    """What the model is; sha256 by the suffix of the file that it is the hash of."""

    name: str = ""
    description: str = ""
    architecture: str = ""
    licence: str = ""
    sha256: dict[str, Sha256] = Field(default_factory=dict)


class Classes(_Section):
    """The names of the network's outputs, in their order."""

    names: Annotated[tuple[str, ...], Field(min_length=1, max_length=256)]

    @field_validator("names")
    @classmethod
    def _usable(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if not name.strip() or len(name) > 64 or not name.isprintable():
                raise ValueError(f"class name {name[:64]!r} must be 1 to 64 printable characters")
        if len({name.casefold() for name in names}) != len(names):
            raise ValueError("two classes have the same name")
        return names


class Card(_Section):
    """A model's card; what it does not say is None or empty."""

    model: About = Field(default_factory=About)
    preprocessing: Preprocessing | None = None
    classes: tuple[str, ...] | None = None
    data: dict[str, Any] = Field(default_factory=dict)
    accuracy: dict[str, Any] = Field(default_factory=dict)
    training: dict[str, Any] = Field(default_factory=dict)

    def to_table(self) -> dict[str, Any]:
        """Return the card as a TOML table."""
        table: dict[str, Any] = {"model": self.model.model_dump()}
        if self.preprocessing is not None:
            table["preprocessing"] = self.preprocessing.to_table()
        if self.classes is not None:
            table["classes"] = {"names": list(self.classes)}
        table |= {"data": self.data, "accuracy": self.accuracy}
        return table | ({"training": self.training} if self.training else {})


def card_path(model_path: Path) -> Path:
    """Return where the card of a model file would be: the same name with .toml."""
    return model_path.with_suffix(".toml")


def read_card(model_path: Path) -> Card | None:
    """Return the card beside a model file, or None where there is none.

    Raises:
        DataError: the card cannot be read, is not valid, or is another model's.
    """
    path = card_path(model_path)
    if not path.is_file():
        return None
    card = parse_card(_read_text(path), str(path))
    expected = card.model.sha256.get(model_path.suffix.lstrip("."))
    if expected is not None and model_path.is_file() and _sha256(model_path) != expected:
        raise DataError(
            "the card is of another model",
            where=str(path),
            why=f"its hash is not that of {model_path.name}",
            hint="put the model's own card beside it, or correct or remove model.sha256",
        )
    return card


def read_file(path: Path) -> Card:
    """Return the card in a file, of whichever model.

    Raises:
        DataError: it cannot be read, or is not valid.
    """
    return parse_card(_read_text(path), str(path))


def read_preprocessing(asked: str) -> Preprocessing:
    """Return the preprocessing in a file that --preprocessing names: a card, or a table alone.

    Raises:
        DataError: there is no such file, or no valid table [preprocessing] in it.
    """
    presets = ", ".join(NAMES)
    if not Path(asked).is_file():
        raise DataError(
            f"no preset and no file {asked!r}",
            where="--preprocessing",
            hint=f"the presets are {presets}",
        )
    found = read_file(Path(asked)).preprocessing
    if found is None:
        raise DataError(
            "there is no table [preprocessing]",
            where=asked,
            hint=f"--preprocessing takes a file that has one, or {presets}",
        )
    return found


def parse_card(text: str, where: str) -> Card:
    """Return the card that a TOML text describes; `where` names it in errors.

    Raises:
        DataError: it is not TOML, or not a card.
    """
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise DataError(
            "the card is not valid TOML",
            where=where,
            why=str(error),
            hint="docs/data.md has a card to start from",
        ) from error
    unknown = sorted(set(table) - _SECTIONS)
    if unknown:
        raise DataError(
            f"not a card of a model: unknown section {unknown[0]!r}",
            where=where,
            hint=f"the sections of a card are {', '.join(sorted(_SECTIONS))}; "
            "if the file is something else, rename it",
        )
    for name, section in table.items():
        if not isinstance(section, dict):
            raise DataError(f"{name} must be a table", where=where, hint=f"write [{name}]")
    preprocessing = None
    if "preprocessing" in table:
        preprocessing = Preprocessing.from_table(table["preprocessing"], f"{where}: preprocessing")
    classes = None
    if "classes" in table:
        classes = validate(Classes, table["classes"], f"{where}: classes").names
    return Card(
        model=validate(About, table.get("model", {}), f"{where}: model"),
        preprocessing=preprocessing,
        classes=classes,
        data=table.get("data", {}),
        accuracy=table.get("accuracy", {}),
        training=table.get("training", {}),
    )


def write_card(card: Card, model_path: Path) -> Path:
    """Write the card beside a model file, whole or not at all, and return its path.

    Raises:
        OSError: the folder cannot be written to.
    """
    path = card_path(model_path)
    write_whole(path, tomli_w.dumps(card.to_table()))
    return path


def _read_text(path: Path) -> str:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise DataError(
                "the card is over 1 MiB",
                where=str(path),
                hint="keep in it what describes the model, and the rest in a file of its own",
            )
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            "cannot read the card",
            where=str(path),
            why=str(error),
            hint="it has to be text in UTF-8 that may be read; docs/data.md has one to start from",
        ) from error


def _sha256(path: Path) -> str:
    try:
        return sha256(path)
    except OSError as error:
        raise DataError("cannot read the model", where=str(path), why=str(error)) from error

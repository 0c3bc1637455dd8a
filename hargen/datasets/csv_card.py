"""`data.toml`: what the columns of a user's own CSV recordings do not say."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from hargen.errors import DataError
from hargen.preprocessing import Unit
from hargen.preprocessing.spec import validate

FILE_NAME = "data.toml"
_MAX_BYTES = 1 << 20

TimeUnit = Literal["s", "ms", "us", "ns"]
Column = Literal["x", "y", "z", "time", "label"]
Name = Annotated[str, Field(min_length=1, max_length=64)]


class DataCard(BaseModel):
    """What a user says of recordings.

    unit: of x, y, z. sample_rate_hz, time_unit: of the recordings and of their column of times.
    columns: the name in the header of what is not called by a usual name. label: the class of
    samples that nothing else labels. classes: all that may occur; where labels are numbers, their
    names from 0. leave_out: labels of samples to drop. any_rate: feed the samples as they are to a
    model for another sample rate.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    unit: Unit | None = None
    sample_rate_hz: Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)] | None = None
    time_unit: TimeUnit | None = None
    columns: dict[Column, str] = Field(default_factory=dict)
    label: Name | None = None
    classes: Annotated[tuple[Name, ...], Field(max_length=256)] = ()
    leave_out: tuple[Name, ...] = ()
    any_rate: bool = False

    @field_validator("classes")
    @classmethod
    def _different(cls, classes: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(classes)) != len(classes):
            raise ValueError("two classes have the same name")
        return classes


def read(source: Path) -> DataCard:
    """Return the card of a folder, or of one file: `<file>.toml`, else data.toml, beside it.

    Without one, an empty card.

    Raises:
        DataError: it cannot be read, or is not valid.
    """
    if source.is_dir():
        candidates = [source / FILE_NAME]
    else:
        candidates = [source.with_suffix(".toml"), source.with_name(FILE_NAME)]
    path = next((path for path in candidates if path.is_file()), None)
    if path is None:
        return DataCard()
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise DataError("over 1 MiB", where=str(path))
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:  # TOML and UTF-8 errors are ValueErrors
        raise DataError(
            "cannot be read as TOML",
            where=str(path),
            why=str(error),
            hint="docs/data.md lists the keys of data.toml",
        ) from error
    return validate(DataCard, table, str(path))

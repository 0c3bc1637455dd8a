"""The part of a data set that is published in two: `PATH#train` and `PATH#test`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from hargen.errors import DataError

Part = Literal["train", "test"]
PARTS: tuple[Part, ...] = ("train", "test")


def split(source: Path) -> tuple[Path, Part | None]:
    """Return the path and the part that follows a '#', if any; a file of that name wins.

    Raises:
        DataError: there is no such part.
    """
    before, mark, part = source.name.rpartition("#")
    if not mark or not before or source.exists():
        return source, None
    if part not in PARTS:
        raise DataError(
            f"no part {part!r}",
            where=str(source),
            hint=f"{before}#train or {before}#test",
        )
    return source.with_name(before), part


def refuse(part: Part | None, where: Path) -> None:
    """Refuse a part of what has none.

    Raises:
        DataError: a part is asked for.
    """
    if part is not None:
        raise DataError(
            f"this data has no part {part!r}",
            where=str(where),
            hint="only mobility_v1's folder and WISDM v1.1 are published in parts",
        )

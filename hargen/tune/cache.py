"""Figures that were measured before, by the hash of all that they depend on."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_path
from pydantic import BaseModel, ConfigDict, ValidationError

from hargen import files

VARIABLE = "HARGEN_CACHE"
"""Names a folder for them, in place of the user's own."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LayerFigures(_Table):
    """Of one layer: instructions and cycles of an inference, bytes of code."""

    instructions: float
    cycles: float
    code: int


class Figures(_Table):
    """Of one image; flash and ram in bytes, layers in their order."""

    instructions: float
    cycles: float
    flash: int
    ram: int
    windows: str
    layers: tuple[LayerFigures, ...]


def folder() -> Path:
    """Return where figures are kept between commands."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else user_cache_path("hargen", appauthor=False)


class Cache:
    """A file for each hash; without a place nothing is remembered.

    A file that cannot be read or written costs time and nothing else.
    """

    def __init__(self, place: Path | None) -> None:
        self._place = None if place is None else place / "tune"
        self.hits = 0
        self.misses = 0

    def get(self, key: str) -> Figures | None:
        """Return what was measured, None where nothing was."""
        found = None
        if self._place is not None:
            try:
                found = Figures.model_validate_json((self._place / f"{key}.json").read_bytes())
            except (OSError, ValidationError):
                found = None
        if found is None:
            self.misses += 1
        else:
            self.hits += 1
        return found

    def put(self, key: str, figures: Figures) -> None:
        """Remember what was measured."""
        if self._place is None:
            return
        try:
            self._place.mkdir(parents=True, exist_ok=True)
            files.write_whole(self._place / f"{key}.json", figures.model_dump_json(indent=1))
        except OSError:
            return

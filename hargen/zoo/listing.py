"""What is in the folder of models, without running any of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hargen.zoo import catalogue, data_sets


@dataclass(frozen=True)
class Model:
    """A model file. data: here, or which data set its accuracy would need."""

    row: int
    model: str
    family: str
    format: str
    window: int | None
    dataset: str
    artifact: str
    bytes: int
    data: str


@dataclass(frozen=True)
class Listing:
    """All model files of a folder, and what a reader should know."""

    models: tuple[Model, ...]
    notes: tuple[str, ...]

    def to_table(self) -> dict[str, Any]:
        """Return the listing as JSON has it."""
        return asdict(self)


def of(models: Path, data: Path | None) -> Listing:
    """Return what is in a folder of models; data is the folder of data sets, None without one.

    Raises:
        DataError: the folder of models is not usable.
    """
    found = catalogue.read(models)
    listed = tuple(
        Model(
            row=entry.row,
            model=entry.model,
            family=entry.artifact.family,
            format=entry.format,
            window=entry.artifact.window,
            dataset=entry.artifact.dataset,
            artifact=entry.artifact.name,
            bytes=entry.artifact.size,
            data=_data(entry.artifact.dataset, data),
        )
        for entry in found.entries
    )
    return Listing(listed, found.notes)


def _data(name: str, folder: Path | None) -> str:
    data_set = data_sets.known(name)
    if data_set is None:
        return "unknown to hargen"
    is_here = folder is not None and data_set.find(folder) is not None
    return "here" if is_here else f"needs {data_set.title}"

"""The data sets that the zoo's models were published for, and what of them is at hand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hargen.datasets import mobility_v1


@dataclass(frozen=True)
class DataSet:
    """A data set by the name that the zoo gives it.

    title: what it is called where it comes from. classes: of the zoo's models, in the order of
    their outputs. files: where it may lie below the folder of data sets. remark: how far an
    accuracy on it may be compared with the published one.
    """

    name: str
    title: str
    classes: tuple[str, ...]
    files: tuple[str, ...]
    remark: str = ""

    def find(self, folder: Path) -> Path | None:
        """Return the test data below a folder, None where it is not there."""
        found = (folder / file for file in self.files)
        return next((path for path in found if path.is_file()), None)


AST = DataSet(
    name="AST",
    title="mobility_v1",
    classes=mobility_v1.CLASSES,
    files=("mobility_v1/test.pkl",),
    remark="measured on the public test part of mobility_v1; the published accuracy is that of a "
    "private test set",
)
WISDM = DataSet(
    name="WISDM",
    title="WISDM v1.1",
    classes=("Jogging", "Stationary", "Stairs", "Walking"),
    files=tuple(
        f"{folder}WISDM_ar_v1.1_raw.txt{packed}"
        for folder in ("", "WISDM_ar_v1.1/", "wisdm_v1_1/")
        for packed in ("", ".gz")
    ),
)

KNOWN = {data_set.name: data_set for data_set in (AST, WISDM)}

EQUALITY = AST
"""Its windows go through every model, whatever data set that was trained on: equality with the
reference has nothing to do with the labels."""


def known(name: str) -> DataSet | None:
    """Return a data set by its name in the zoo, None for one that hargen has no loader for."""
    return KNOWN.get(name)


def not_run(name: str) -> str:
    """Return what an accuracy cell says where the data set is not at hand."""
    data_set = known(name)
    return f"not run: needs {name if data_set is None else data_set.title}"

"""The columns of the printed tables: ours, and what was published, as text.

Every format prints these; only the CSV file has the bare numbers instead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from hargen.zoo.published import Measured
from hargen.zoo.report import Row, ZooReport

Standing = Literal["below", "equal", "above", ""]
"""Ours against the published figure; empty where there are not two figures that mean the same."""

NOTHING = "-"
SLIP = "*"

# A figure that is farther than this from what the formula gives is another file's.
_SLIP_SHARE = 0.01


@dataclass(frozen=True)
class Cell:
    """Ours, the published figure beside it, and how they stand to each other."""

    ours: str
    published: str = ""
    standing: Standing = ""


@dataclass(frozen=True)
class Column:
    """A column by its title and unit; cell makes a row's text."""

    title: str
    unit: str
    cell: Callable[[Row], Cell]

    @property
    def heading(self) -> str:
        """Title and unit."""
        return f"{self.title}, {self.unit}" if self.unit else self.title


LEGEND = (
    "The first figure is ours, measured on the virtual board; the second is the published one. "
    "MACCs, activation RAM and weights flash are those of the zoo's table; code flash, total "
    "flash, total RAM and time are STM32Cube.AI's on the same board.",
    "Equal: windows of the reference's class, and windows that are equal in every bit. Accuracy is "
    "the board's, then what the model as it was shipped scores on the same windows, then the "
    "published one; the published AST rows were measured on a private test set.",
    "Total flash is weights, tables and code of network and kernels. Total RAM is activations, the "
    "network's context and the deepest stack. Time is estimated from counted instructions, at "
    "160 MHz. KiB are 1024 bytes.",
)


def limit(printed: float | None, shipped: float | None) -> float | None:
    """Return the figure to compare with: the printed one, unless it is of a file never shipped."""
    if printed is None or shipped is None:
        return printed
    return shipped if abs(printed - shipped) > _SLIP_SHARE * shipped else printed


def standing(ours: float | None, published: float | None, digits: int) -> Standing:
    """Return how a figure stands to a published one, which is rounded or cut off after digits."""
    if ours is None or published is None:
        return ""
    if abs(ours - published) <= 10**-digits:
        return "equal"
    return "below" if ours < published else "above"


def _pair(ours: float | None, published: float | None, digits: int, *, slip: bool = False) -> Cell:
    theirs = NOTHING if published is None else f"{published:,.{digits}f}" + SLIP * slip
    return Cell(
        NOTHING if ours is None else f"{ours:,.{digits}f}",
        theirs,
        standing(ours, published, digits),
    )


def _kib(size: int | None) -> float | None:
    return None if size is None else size / 1024


def _measured(row: Row) -> Measured:
    return row.published.measured or Measured()


def _equal(row: Row) -> Cell:
    if row.windows is None:
        return Cell(NOTHING)
    return Cell(f"{row.labels_equal}/{row.windows}", f"{row.bit_exact}/{row.windows} bits")


def _accuracy(row: Row) -> Cell:
    printed = row.published.accuracy_pct
    theirs = NOTHING if printed is None else f"{printed:.2f}"
    if isinstance(row.accuracy, float):
        return Cell(f"{100 * row.accuracy:.2f}", theirs)
    return Cell(row.accuracy or NOTHING, theirs)


def _original(row: Row) -> Cell:
    share = row.original_accuracy
    return Cell(NOTHING if share is None else f"{100 * share:.2f}")


def _maccs(row: Row) -> Cell:
    shipped = row.published.shipped
    printed = row.published.maccs_m
    use = limit(printed, None if shipped is None else shipped.maccs_m)
    ours = None if row.maccs is None else row.maccs / 1e6
    return _pair(ours, use, 4, slip=use != printed)


def _by_formula(row: Row) -> Cell:
    count = row.maccs_by_formula
    return Cell(NOTHING if count is None else f"{count / 1e6:.4f}")


def _weights(row: Row) -> Cell:
    shipped = row.published.shipped
    printed = row.published.weights_flash_kib
    use = limit(printed, None if shipped is None else shipped.weights_flash_kib)
    return _pair(_kib(row.weights_flash_bytes), use, 3, slip=use != printed)


def _instructions(row: Row) -> Cell:
    return Cell(NOTHING if row.instructions is None else f"{row.instructions:,}")


EQUAL = Column("equal", "windows", _equal)
ACCURACY = Column("accuracy", "%", _accuracy)
ORIGINAL = Column("the zoo's own", "%, same windows", _original)
MACCS = Column("MACCs", "M", _maccs)
BY_FORMULA = Column("MACCs by the SVC formula", "M", _by_formula)
ACTIVATIONS = Column(
    "activation RAM",
    "KiB",
    lambda row: _pair(_kib(row.activation_ram_bytes), row.published.activation_ram_kib, 3),
)
WEIGHTS = Column("weights flash", "KiB", _weights)
CODE = Column(
    "code flash",
    "KiB",
    lambda row: _pair(_kib(row.code_flash_bytes), _measured(row).code_flash_kib, 2),
)
FLASH = Column(
    "total flash",
    "KiB",
    lambda row: _pair(_kib(row.total_flash_bytes), _measured(row).total_flash_kib, 2),
)
RAM = Column(
    "total RAM",
    "KiB",
    lambda row: _pair(_kib(row.total_ram_bytes), _measured(row).total_ram_kib, 2),
)
INSTRUCTIONS = Column("instructions", "median", _instructions)
TIME = Column("time", "ms", lambda row: _pair(row.estimated_ms, _measured(row).inference_ms, 3))

COLUMNS = (
    EQUAL,
    ACCURACY,
    ORIGINAL,
    MACCS,
    BY_FORMULA,
    ACTIVATIONS,
    WEIGHTS,
    CODE,
    FLASH,
    RAM,
    INSTRUCTIONS,
    TIME,
)


def number(row: Row) -> str:
    """Return a row's number, marked where the published figures have a slip."""
    return f"{row.row}{SLIP}" if row.published.note else str(row.row)


def slips(report: ZooReport) -> tuple[str, ...]:
    """Return what is wrong with the published figures, a sentence a row."""
    return tuple(f"{SLIP} row {r.row}: {r.published.note}" for r in report.rows if r.published.note)


def failures(report: ZooReport) -> tuple[str, ...]:
    """Return why rows failed, a sentence each."""
    return tuple(f"row {row.row} {row.status}" for row in report.failed)

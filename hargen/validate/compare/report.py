"""The result of a comparison as one typed value, written as JSON.

docs/compare.md describes the fields. Fields may be added within a version; a field that goes or
changes its meaning raises the version.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION = 1
INPUTS_NAMED = 20

Count = Annotated[int, Field(ge=0)]
Value = int | float | str | None
LinkName = Literal["reference", "board"]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_inf_nan="strings")


class Match(_Table):
    """A place, seen from both sides of a link.

    values_differ are those that are farther apart than the limit; where limit is null, those that
    differ in a bit. largest: difference that was seen. limit: the largest of all values' limits.
    """

    windows: Count
    windows_differ: Count
    values: Count
    values_differ: Count
    largest: float
    limit: float | None


class Apart(_Table):
    """How far the C on the host is from float64 throughout, in the network's unit."""

    max: float
    rms: float


class Place(_Table):
    """Where values can be looked at; null where a side does not store them."""

    name: str
    detail: str
    reference: Match | None
    board: Match | None
    from_float64: Apart | None


class Divergence(_Table):
    """The first place where two sides differ: in the first window that does, the first place.

    ours is the C on this machine; theirs the reference, or the board. samples: first and last of
    the window in its stream. element: index along the axes of `shape`. counts: of the window, x, y
    and z; null but of stage raw. window_values: as the network saw them. steps: of the sample, what
    the C made of it.
    """

    link: LinkName
    place: str
    detail: str
    window: Count
    recording: str | None
    stream: Count | None
    samples: tuple[Count, Count] | None
    shape: list[int]
    element: list[int]
    ours: Value
    theirs: Value
    difference: float | None
    limit: float | None
    note: str
    counts: list[list[int]] | None
    steps: dict[str, list[float]]
    window_values: list[int | float]


class Input(_Table):
    """A value of a window that float32 and float64 quantize differently."""

    window: Count
    index: Count
    ours: int
    float64: int


class CompareReport(_Table):
    """What was compared, where, and what differs first."""

    schema_version: Literal[1] = Field(default=1, alias="schema")
    name: str
    model: str
    precision: Literal["int8", "float32"]
    preprocessing: str
    stage: Literal["raw", "window", "int8"]
    data: str
    synthetic: bool
    notes: list[str]
    windows: Count
    clipped: Count | None
    host: str
    references: list[str]
    board: str | None
    port: str | None
    places: list[Place]
    reference_first: Divergence | None
    board_first: Divergence | None
    inputs: Count | None
    inputs_differ: Count | None
    inputs_named: list[Input]
    classes_differ: Count | None
    violations: list[str]
    seconds: float

    @property
    def differs(self) -> bool:
        """Whether any two sides differ by more than they may."""
        return self.reference_first is not None or self.board_first is not None

    def to_json(self) -> str:
        """Return the report as indented JSON with a final newline."""
        return self.model_dump_json(by_alias=True, indent=2) + "\n"

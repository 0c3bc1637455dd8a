"""What happens to accelerometer samples before the network sees them, as one validated value.

The spec travels with a model: in its card, in the manifest of an exported project, and as a hash in
the firmware. It carries the filter's coefficients, so that nobody who uses one needs SciPy.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from hargen.errors import DataError

Unit = Literal["m/s2", "g", "mg"]
"""Unit of acceleration: of the network's input, or of a data set."""

STANDARD_GRAVITY = 9.80665
"""One g in m/s2 (CGPM 1901)."""

MG_PER_COUNT = 0.122
"""Of the ISM330DHCX at +-4 g (its data sheet, table of mechanical characteristics)."""

_Model = TypeVar("_Model", bound=BaseModel)
Number = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Samples = Annotated[int, Field(ge=1, le=65536)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def is_stable(a: tuple[float, ...]) -> bool:
    """Return whether all roots of a[0] z^n + ... + a[n] lie inside the unit circle.

    The step-down recursion of Schur and Cohn: exact, and without NumPy's polynomial roots.
    """
    row = list(a)
    while len(row) > 1:
        reflection = row[-1] / row[0]
        if not abs(reflection) < 1.0:
            return False
        row = [row[i] - reflection * row[len(row) - 1 - i] for i in range(len(row) - 1)]
    return True


class Section(_Table):
    """One recursive filter in transposed direct form II; its order is len(a) - 1.

    With state z, per sample x (the order of operations that scipy.signal.lfilter has):
    y = z[0] + b[0] x; z[i] = z[i+1] + b[i+1] x - a[i+1] y; the last z = b[n] x - a[n] y.

    b, a: numerator and denominator, a[0] = 1. settled: the state after an endless filter input
    (not section input) of 1.
    """

    b: tuple[Number, ...]
    a: tuple[Number, ...]
    settled: tuple[Number, ...]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if not 2 <= len(self.a) <= 9:
            raise ValueError("a must have 2 to 9 coefficients")
        if len(self.b) != len(self.a) or len(self.settled) != len(self.a) - 1:
            raise ValueError("b must be as long as a, and settled one shorter")
        if self.a[0] != 1.0:
            raise ValueError("a[0] must be 1")
        if not is_stable(self.a):
            raise ValueError("the filter is not stable: a pole is not inside the unit circle")
        return self


class Filter(_Table):
    """A high-pass filter, per axis: sections one after the other.

    cutoff_hz is the -3 dB point at the spec's sample rate; kind, order and cutoff describe the
    coefficients, which are what counts.

    initial: the state before the first sample x of a stream. `settled` = settled * x, as if the
    sensor had always read x. `settled-or-one` = the same, but settled * 1 where x is exactly 0.
    `zero` = as if it had always read 0.
    """

    kind: Literal["butterworth-highpass"] = "butterworth-highpass"
    order: Annotated[int, Field(ge=1, le=8)]
    cutoff_hz: Positive
    initial: Literal["settled", "settled-or-one", "zero"] = "settled"
    sections: Annotated[tuple[Section, ...], Field(min_length=1, max_length=8)]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if sum(len(section.a) - 1 for section in self.sections) != self.order:
            raise ValueError("the orders of the sections do not add up to the filter's order")
        return self


class Normalization(_Table):
    """Per axis: output = (value - mean) / std. The last step before the network.

    kind `fixed`: by the given mean and std. `window`: by those of the window itself, where a std
    (of the population) below one mg counts as one mg, so that the noise of a sensor that lies still
    does not become a movement.
    """

    kind: Literal["fixed", "window"] = "fixed"
    mean: tuple[Annotated[float, Field(ge=-1e9, le=1e9)], ...] | None = None
    std: tuple[Annotated[float, Field(ge=1e-6, le=1e9)], ...] | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        given = [values is not None for values in (self.mean, self.std)]
        if given != [self.kind == "fixed"] * 2:
            raise ValueError("a fixed normalization has mean and std, one by window has neither")
        return self


class Smoothing(_Table):
    """What the activity is, by the last few windows; before there are so many, by those there are.

    kind `majority`: the most frequent class, of equals the first. `mean`: the class of the largest
    sum of the network's outputs, of equals the first.
    """

    kind: Literal["majority", "mean"]
    windows: Annotated[int, Field(ge=2, le=16)]


class Preprocessing(_Table):
    """The whole path from samples to windows, in the order in which it runs.

    1. unit: samples become this unit; one g is `gravity` m/s2, one count of the sensor
       `mg_per_count`.
    2. axes: the network's channels in terms of the sensor's axes, such as ("y", "-x", "z").
    3. filter, its state kept over a `stream` or started anew in every `window`.
    4. gravity_rotation: turn the filtered sample so that gravity (the sample minus the filtered
       sample) would point to -z.
    5. normalization.
    6. windows of `window` samples, one every `hop` samples, float32, time-major. A normalization
       by window comes after this.
    7. behind the network, smoothing: of the classes of several windows one activity.

    preset is a name for people; the hash does not cover it.
    """

    preset: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")] = "custom"
    unit: Unit = "m/s2"
    gravity: Annotated[float, Field(ge=0.01, le=1e4)] = STANDARD_GRAVITY
    mg_per_count: Annotated[float, Field(ge=1e-6, le=1e3)] = MG_PER_COUNT
    sample_rate_hz: Positive
    axes: tuple[str, ...] = ("x", "y", "z")
    filter: Filter | None = None
    filter_state: Literal["stream", "window"] = "stream"
    gravity_rotation: bool = False
    normalization: Normalization | None = None
    window: Samples
    hop: Samples
    smoothing: Smoothing | None = None

    @field_validator("axes")
    @classmethod
    def _known_axes(cls, axes: tuple[str, ...]) -> tuple[str, ...]:
        letters = [axis.removeprefix("-") for axis in axes]
        if not letters or len(set(letters)) != len(letters) or not set(letters) <= set("xyz"):
            raise ValueError("must be different ones of x, y, z, each with or without a minus sign")
        return axes

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.gravity_rotation and (self.filter is None or len(self.axes) != 3):
            raise ValueError("gravity_rotation needs a filter and three axes")
        if self.filter is not None and self.filter.cutoff_hz >= self.sample_rate_hz / 2:
            raise ValueError("the filter's cutoff is not below half of the sample rate")
        if self.hop > self.window:
            raise ValueError("the hop is longer than the window: samples would be left out")
        for values in (
            (self.normalization.mean, self.normalization.std) if self.normalization else ()
        ):
            if values is not None and len(values) != len(self.axes):
                raise ValueError("normalization needs one mean and one std for each axis")
        return self

    @property
    def changes_samples(self) -> bool:
        """Whether there is more to do than to bring samples into the unit."""
        return self.filter is not None or self.normalization is not None

    @property
    def normalizes_windows(self) -> bool:
        """Whether each window is normalized by its own mean and std."""
        return self.normalization is not None and self.normalization.kind == "window"

    def scale_from(self, unit: Unit) -> float:
        """Return the factor that turns values in `unit` into this spec's unit."""
        in_m_per_s2 = {"m/s2": 1.0, "g": self.gravity, "mg": self.gravity / 1000.0}
        return in_m_per_s2[unit] / in_m_per_s2[self.unit]

    def with_window(self, window: int, hop: int | None = None) -> Preprocessing:
        """Return the same spec with another window; without hop, windows do not overlap."""
        table = self.model_dump() | {"window": window, "hop": window if hop is None else hop}
        return Preprocessing.from_table(table)

    def to_table(self) -> dict[str, Any]:
        """Return the spec as a TOML table: complete, only what is set, lists instead of tuples."""
        table: dict[str, Any] = json.loads(self.model_dump_json(exclude_none=True))
        return table

    @classmethod
    def from_table(cls, table: Mapping[str, Any], where: str = "preprocessing") -> Preprocessing:
        """Return the spec that a table describes; `where` names it in errors.

        A table that only names a preset is completed by it: sample_rate_hz (26 if left out), window
        and hop go into the preset, any other key replaces the preset's value.

        Raises:
            DataError: a key is unknown, missing, of the wrong type or out of range.
        """
        from hargen.preprocessing import presets

        complete = dict(table)
        if "filter" not in table and table.get("preset") in presets.NAMES:
            complete = presets.complete(complete, where)
        elif "preset" in table and "sample_rate_hz" not in table:
            # any name will do for a complete table; this one wants to be completed
            raise DataError(
                f"unknown preset {table['preset']!r}",
                where=f"{where}: preset",
                why="the table is not complete without one: it has no sample_rate_hz",
                hint=f"known: {', '.join(presets.NAMES)}",
            )
        return validate(cls, complete, where)

    def canonical(self) -> str:
        """Return the one spelling of the spec that the hash is taken of.

        JSON with sorted keys, no blanks, and numbers as the shortest text that reads back to the
        same float64; without the preset's name, which changes nothing that is computed.
        """
        table = self.to_table()
        del table["preset"]
        return json.dumps(table, sort_keys=True, separators=(",", ":"))

    def sha256(self) -> str:
        """Return the SHA-256 of the canonical form, in lower-case hexadecimal."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()


def validate(model: type[_Model], table: Mapping[str, Any], where: str) -> _Model:
    """Return a table as a model, with the first fault as a DataError that names its field."""
    try:
        # By way of JSON: strict about types, and still takes a list for a tuple as TOML has it.
        return model.model_validate_json(json.dumps(table, default=str))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise DataError(
            "not valid",
            where=f"{where}: {field}" if field else where,
            why=first["msg"],
            hint="docs/data.md lists the keys of cards and preprocessing tables",
        ) from error

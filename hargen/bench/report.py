"""What was measured, as one typed value, written as JSON with a schema version.

docs/bench.md describes every field. Fields may be added within a version; a field that goes or
changes its meaning raises the version.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hargen.errors import DataError

MEASURED = "measured"
FAILED = "failed: "

_MAX_BYTES = 16 << 20

Count = Annotated[int, Field(ge=0)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Spread(_Table):
    """Of one count over all windows; the mean to a tenth."""

    mean: Annotated[float, Field(ge=0)]
    min: Count
    max: Count

    @classmethod
    def of(cls, values: Sequence[int]) -> Self:
        """Return the spread of at least one value."""
        mean = round(sum(values) / len(values), 1)
        return cls(mean=mean, min=min(values), max=max(values))


class Layer(_Table):
    """One layer of a network, on its own."""

    index: Count
    summary: str = Field(description="operator and shapes")
    kernel: str = Field(description="the function in C")
    input_channels: Count
    maccs: Count = Field(description="multiply-accumulates of one inference")
    instructions: Spread
    cycles: float = Field(description="the mean, estimated")

    @property
    def per_macc(self) -> float | None:
        """Instructions a multiply-accumulate; None of a layer without any."""
        return self.instructions.mean / self.maccs if self.maccs else None


class Model(_Table):
    """One model; everything from precision on is null where it failed."""

    model: str = Field(description="the file, as it was named")
    sha256: str | None = Field(default=None, description="of the file")
    status: str = Field(description="measured, or failed: and why")
    exit_code: int = Field(default=0, description="of that failure, 0 without one")
    notes: tuple[str, ...] = Field(default=(), description="what a reader should know")

    precision: Literal["int8", "float32"] | None = None
    windows: Count | None = None
    windows_from: str | None = None
    maccs: Count | None = None
    instructions: Spread | None = Field(default=None, description="the model's input to its output")
    instructions_int8: Spread | None = Field(
        default=None, description="int8 to int8, of an int8 network with other edges"
    )
    cycles: Spread | None = Field(default=None, description="as instructions; estimated")
    estimated_ms: float | None = Field(default=None, description="the mean at the board's clock")
    activation_ram_bytes: Count | None = Field(
        default=None, description="the arena, input and output in it"
    )
    stack_bytes: Count | None = Field(
        default=None, description="the deepest stack that was seen, of the whole firmware"
    )
    weights_flash_bytes: Count | None = None
    tables_flash_bytes: Count | None = None
    code_flash_bytes: Count | None = Field(
        default=None, description="network, kernels, and what of the C library they pull in"
    )
    flash_bytes: Count | None = Field(default=None, description="the three together")
    layers: tuple[Layer, ...] = ()

    @property
    def measured(self) -> bool:
        """Whether there are figures."""
        return self.status == MEASURED

    @property
    def per_macc(self) -> float | None:
        """Instructions a multiply-accumulate, None without figures."""
        if self.instructions is None or not self.maccs:
            return None
        return self.instructions.mean / self.maccs


class Report(_Table):
    """All models, and what holds for each of them."""

    schema_version: Literal[1] = Field(default=1, alias="schema")
    hargen: str = Field(description="version of hargen")
    board: str = Field(description="what ran is its virtual one")
    clock_hz: Count
    optimize: str = Field(description="what the network was compiled for")
    compiler: str | None = Field(description="version of arm-none-eabi-gcc, as the images tell it")
    models: tuple[Model, ...]

    @property
    def failed(self) -> tuple[Model, ...]:
        """Those without figures."""
        return tuple(model for model in self.models if not model.measured)

    def to_json(self) -> str:
        """Return the report as indented JSON with a final newline."""
        return self.model_dump_json(by_alias=True, indent=1) + "\n"


def read(path: Path) -> Report:
    """Return a report that was written before.

    Raises:
        DataError: the file cannot be read, or is no such report.
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise DataError("the file is over 16 MiB", where=str(path))
        return Report.model_validate_json(path.read_bytes())
    except OSError as error:
        raise DataError(
            "cannot read the earlier figures", where=str(path), why=error.strerror or str(error)
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise DataError(
            "these are no figures of hargen bench",
            where=str(path),
            why=f"{place}: {first['msg']}" if place else first["msg"],
            hint="hargen bench MODEL... --json FILE writes some",
        ) from error

"""The filled table as one typed value, written as JSON with a schema version.

docs/zoo.md describes every field. Fields may be added within a version; a field that goes or
changes its meaning raises the version.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from hargen.zoo.published import Published

PASSED = "passed"
FAILED = "failed: "

Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Row(_Table):
    """One model: what it is, whether the board computes it rightly, what it costs, what was said.

    Everything from windows on is null as far as the row did not come.
    """

    row: Count = Field(description="its number in table.csv, or after those of it")
    model: str
    format: str = Field(description="float32 or int8")
    dataset: str = Field(description="what the model was trained for")
    artifact: str = Field(description="the file, below the folder of models")
    status: str = Field(description="passed, or failed: and why")

    windows: Count | None = Field(default=None, description="windows that the board answered")
    windows_from: str | None = Field(default=None, description="where the windows came from")
    reference: str | None = Field(default=None, description="what judged the board's answers")
    labels_equal: Count | None = Field(default=None, description="windows of the same class")
    largest_difference: float | None = Field(
        default=None, description="of an output from the reference's, at most"
    )
    exact_with: str | None = Field(default=None, description="what bits are compared with")
    bit_exact: Count | None = Field(default=None, description="windows equal in every bit")

    accuracy: Share | str | None = Field(
        default=None, description="the board's, from 0 to 1; or why there is none"
    )
    accuracy_windows: Count | None = Field(default=None, description="windows that it counts")
    accuracy_from: str | None = Field(default=None, description="the data that it was measured on")
    original_accuracy: Share | None = Field(
        default=None, description="of the model as it was shipped, on the same windows"
    )
    published: Published

    maccs: Count | None = Field(default=None, description="multiply-accumulates that are executed")
    maccs_by_formula: Count | None = Field(
        default=None, description="of an SVC by the formula of the published figures"
    )
    weights_flash_bytes: Count | None = Field(default=None, description="weights and biases")
    tables_flash_bytes: Count | None = Field(
        default=None, description="the network's other constants"
    )
    code_flash_bytes: Count | None = Field(
        default=None, description="network, kernels, and what of the C library they pull in"
    )
    total_flash_bytes: Count | None = Field(default=None, description="the three together")
    activation_ram_bytes: Count | None = Field(
        default=None, description="the arena, input and output in it"
    )
    context_ram_bytes: Count | None = Field(default=None, description="the network's other RAM")
    stack_bytes: Count | None = Field(
        default=None, description="the deepest stack that was seen, of the whole firmware"
    )
    total_ram_bytes: Count | None = Field(default=None, description="the three together")
    image_flash_bytes: Count | None = Field(
        default=None, description="the whole firmware with its link"
    )
    image_ram_bytes: Count | None = Field(
        default=None, description="the same, the seen stack in it"
    )
    instructions: Count | None = Field(default=None, description="of one inference, the median")
    estimated_ms: float | None = Field(
        default=None, description="of one inference at clock_hz, the median, estimated"
    )
    clock_hz: Count | None = None

    notes: tuple[str, ...] = Field(default=(), description="what a reader should know")
    seconds: float = Field(default=0.0, description="wall time of the row")

    @property
    def passed(self) -> bool:
        """Whether the row came through, and every window is the reference's."""
        return self.status == PASSED


class ZooReport(_Table):
    """All rows, and what holds for all of them."""

    schema_version: Literal[1] = Field(default=1, alias="schema")
    hargen: str = Field(description="version of hargen")
    board: str = Field(description="the board; what ran is its virtual one")
    optimize: str = Field(description="what the networks were compiled for")
    notes: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def failed(self) -> tuple[Row, ...]:
        """The rows that did not come through."""
        return tuple(row for row in self.rows if not row.passed)

    def to_json(self) -> str:
        """Return the report as indented JSON with a final newline."""
        return self.model_dump_json(by_alias=True, indent=2) + "\n"

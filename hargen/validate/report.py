"""The result of a validation run as one typed value, written as JSON with a schema version.

docs/report.schema.json is this file's JSON schema and docs/report-schema.md its description in
words; a test holds the first equal to the code. Fields may be added within a version; a field that
goes or changes its meaning raises the version.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from hargen.manifest import Choice, Tuning

SCHEMA_VERSION = 1
MISMATCHES_SHOWN = 20

Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Hashes(_Table):
    """SHA-256, in hexadecimal, of what took part; build_id is the image's own identity."""

    model: str = Field(description="the model file that the firmware and the reference run")
    preprocessing: str = Field(description="the preprocessing card")
    elf: str | None = Field(description="the built ELF file; null where there is none")
    build_id: str = Field(description="the build id that the firmware reports in HELLO")


class Recording(_Table):
    """The windows that were cut from one recording."""

    name: str
    windows: Count
    judged: Count = Field(description="windows whose true class the model has")
    correct: Count
    accuracy: Share | None


class ClassResult(_Table):
    """One class of the model."""

    name: str
    windows: Count = Field(description="judged windows whose true class this is")
    recall: Share | None = Field(description="null where no window has this class")
    f1: Share | None = Field(description="null where the class is neither true nor answered")


class Mismatch(_Table):
    """A window whose output bytes are not what they are compared with, in hexadecimal."""

    index: Count
    board: str
    reference: str = Field(description="the bytes that should have come")


class Distance(_Table):
    """How far the board's preprocessing in float32 is from float64's."""

    max: float = Field(description="of a value of a window, in the network's unit")
    rms: float
    inputs: Count = Field(description="values of all windows")
    inputs_differ: Count | None = Field(
        description="of them, those that are another int8; null of a float32 network"
    )
    classes_differ: Count | None = Field(
        description="windows where the reference, on float64's windows, says another class"
    )


class CountSpread(_Table):
    """Percentiles by nearest rank: every value occurred."""

    min: Count
    median: Count
    p99: Count
    max: Count


class TimeSpread(_Table):
    """The same of times."""

    min: float
    median: float
    p99: float
    max: float


class Footprint(_Table):
    """Bytes on the target."""

    weights: Count = Field(description="weights and biases in flash")
    tables: Count = Field(description="multipliers, shifts and lookup tables in flash")
    code: Count = Field(description="code of network and kernels in flash")
    activation_ram: Count = Field(description="the arena, input and output in it")
    other_ram: Count = Field(description="all other RAM of the image, without the stack")
    image: Count = Field(description="the whole image in flash")
    stack_high_water: Count | None = Field(description="deepest use of the stack that was seen")


class Report(_Table):
    """What was run, against what, and what came out."""

    schema_version: Literal[1] = Field(default=1, alias="schema")
    name: str = Field(description="the project's name")
    model: str = Field(description="the model's file name")
    hashes: Hashes
    preprocessing: str = Field(description="the preprocessing preset or card")
    board: str
    virtual: bool = Field(description="true where the board is hargen's virtual one")
    port: str
    baud: Count = Field(description="bits a second while the windows travelled")
    precision: Literal["int8", "float32"] = Field(description="of the network between its edges")
    stage: Literal["raw", "window", "int8"] = Field(
        description="where the data was put in: the sensor's counts; windows in the model's own"
        " input dtype; windows as the int8 network takes them"
    )
    data: str = Field(description="where the windows came from")
    synthetic: bool = Field(description="true where the windows were made up, not recorded")
    notes: list[str] = Field(description="what a reader of the numbers should know")
    reference: str | None = Field(description="null where --no-reference was given")
    reference_version: str | None
    tool_versions: dict[str, str]

    windows: Count = Field(description="windows that the board answered")
    left_out: Count = Field(description="of them, windows without a true class of the model")
    left_out_classes: dict[str, Count] = Field(description="left out, by the data's class")
    judged: Count = Field(description="of them, windows that accuracy counts")
    correct: Count
    accuracy: Share | None = Field(description="correct / judged; null where nothing was judged")
    accuracy_interval: tuple[Share, Share] | None = Field(description="95 %, Wilson's")
    per_recording: list[Recording] = Field(description="empty where the data names no recordings")
    reference_accuracy: Share | None
    agreement: Share | None = Field(description="share of windows with the reference's class")
    labels_equal: Count | None = Field(description="windows with the reference's class")
    largest_difference: float | None = Field(
        description="of an output from the reference's; null without a reference"
    )
    exact_with: str | None = Field(
        description="what bits are compared with: the reference of an int8 network; of a float32"
        " one the same C on the host, with its compiler; null where there is nothing"
    )
    bit_exact: Count | None = Field(description="windows with all bytes of exact_with")
    twin: str | None = Field(
        description="compiler of the project's C on the host; null where there is none"
    )
    twin_exact: Count | None = Field(
        description="windows whose answer is in every bit that of the same C on the host, of stage"
        " raw the preprocessed window too"
    )
    preprocessing_distance: Distance | None = Field(description="null but of stage raw")
    unsettled: Count | None = Field(
        description="windows that began before the filter had settled; null but of stage raw"
    )
    clipped: Count | None = Field(
        description="samples beyond what the sensor can count; null but of stage raw"
    )
    smoothing: str | None = Field(description="null but of stage raw, and where there is none")
    smoothed_accuracy: Share | None = Field(description="of the activities after smoothing")
    mismatches: list[Mismatch] = Field(description=f"the first {MISMATCHES_SHOWN}")
    classes: list[str]
    confusion: list[list[int]] = Field(description="[true class][answered class]")
    per_class: list[ClassResult]
    macro_f1: Share | None

    instructions: CountSpread | None = Field(description="of one inference; null on a real board")
    cycles_preprocess: CountSpread | None = Field(
        description="of the samples of one window's hop; null but of stage raw"
    )
    cycles: CountSpread | None = Field(description="of one inference, by the board's cycle counter")
    clock_hz: Count
    latency_ms: TimeSpread | None = Field(description="cycles at the board's clock")
    estimated: bool = Field(description="true where cycles come from a model, not from silicon")
    choice: Choice | None = Field(
        description="how each layer is computed, as export chose it; null of an older export"
    )
    tuning: Tuning | None = Field(
        description="what hargen export --tune measured, between which it chose; null without it"
    )
    footprint: Footprint | None = Field(description="null where there is no ELF to measure")
    retries: Count = Field(description="requests that were sent again")
    resets: Count = Field(description="resets of the board that the run survived")
    lost: Count = Field(description="windows without an answer")
    violations: list[str] = Field(description="accesses that real silicon would not serve")
    seconds: float = Field(description="wall time of the windows on the wire")

    def to_json(self) -> str:
        """Return the report as indented JSON with a final newline."""
        return self.model_dump_json(by_alias=True, indent=2) + "\n"


def json_schema() -> dict[str, Any]:
    """Return the JSON schema (draft 2020-12) of a report as written by to_json."""
    schema = Report.model_json_schema(by_alias=True, mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def write_json_schema(path: Path) -> None:
    """Write the JSON schema, as docs/report.schema.json holds it."""
    path.write_text(json.dumps(json_schema(), indent=2) + "\n", encoding="utf-8")

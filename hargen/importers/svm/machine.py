"""The .svm file: a quantized support vector classifier as JSON text.

Every integer that the C computes with is in it, so that nothing is derived twice. docs/svm.md
describes the fields. The file is not trusted: types, ranges and sizes are checked here, what the
layers ask of each other by the operators that they become.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from hargen.errors import ModelError
from hargen.ir.ops.svm import MAX_CLASSES

FORMAT = "hargen svm"
VERSION = 2
SUFFIX = ".svm"
MAX_INPUTS = 65536


def _single(value: float) -> float:
    """Return the nearest float32: what the C computes with."""
    with np.errstate(over="ignore"):
        rounded = float(np.float32(value))
    if not np.isfinite(rounded):
        raise ValueError("is not a finite float32")
    return rounded


Single = Annotated[float, Field(allow_inf_nan=False), AfterValidator(_single)]
Int8 = Annotated[int, Field(ge=-128, le=127)]
Int16 = Annotated[int, Field(ge=-(2**15), lt=2**15)]
Int32 = Annotated[int, Field(ge=-(2**31), lt=2**31)]
Natural = Annotated[int, Field(ge=0, lt=2**32)]
Label = Annotated[str, Field(min_length=1, max_length=256)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Source(_Table):
    """The file that the machine was quantized from."""

    file: str = ""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$|^$")] = ""


class Add(_Table):
    """x + values, in float32."""

    op: Literal["add"] = "add"
    values: list[Single]


class Mul(_Table):
    """x * values, in float32."""

    op: Literal["mul"] = "mul"
    values: list[Single]


class FullyConnected(_Table):
    """offset + scale * the sum of weight * round(x * steps_in_one); weights (outputs, inputs)."""

    op: Literal["fully_connected"] = "fully_connected"
    steps_in_one: Single
    limit: Int16
    weights: list[list[Int8]]
    scales: list[Single]
    offsets: list[Single]


class Rbf(_Table):
    """The decisions of all pairs; hargen.ir.ops.svm_int8 says what each number does."""

    op: Literal["rbf"] = "rbf"
    vectors_per_class: Annotated[list[Natural], Field(min_length=2, max_length=MAX_CLASSES)]
    steps_in_one: Single
    vectors: list[list[Int8]]
    norms: list[Int16]
    scales: list[Int16]
    coefficients: list[list[Int16]]
    bias: list[Int32]
    norm_unit: Natural
    fraction_bits: Natural
    farthest: Natural
    multiplier: Natural
    decision_shift: Natural
    decision_scale: Single


class Platt(_Table):
    """1 / (1 + exp(slope * decision + offset)) of every pair, in float32."""

    op: Literal["platt"] = "platt"
    slopes: list[Single]
    offsets: list[Single]


class Couple(_Table):
    """Probabilities of the classes from those of the pairs, in float32."""

    op: Literal["couple"] = "couple"


Layer: TypeAlias = Annotated[
    Add | Mul | FullyConnected | Rbf | Platt | Couple, Field(discriminator="op")
]


class Machine(_Table):
    """A quantized classifier: its layers in the order in which they run.

    Either the last layer gives the decisions, or those before `platt` and `couple`.
    """

    format: Literal["hargen svm"] = "hargen svm"
    version: Literal[2] = 2
    source: Source = Source()
    classes: Annotated[list[Label], Field(min_length=2, max_length=MAX_CLASSES)]
    inputs: Annotated[int, Field(ge=1, le=MAX_INPUTS)]
    layers: Annotated[list[Layer], Field(min_length=1, max_length=16)]


def dumps(machine: Machine) -> bytes:
    """Return the file of a machine; equal machines give equal bytes."""
    return (json.dumps(machine.model_dump(), separators=(",", ":")) + "\n").encode()


def loads(content: bytes) -> Machine:
    """Return the machine that a file describes.

    Raises:
        ModelError: it is not JSON, of a newer version, or not such a machine.
    """
    try:
        table = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ModelError(
            "this is not an .svm file of hargen's, or it is cut off", why=str(error)
        ) from error
    if not isinstance(table, dict) or table.get("format") != FORMAT:
        raise ModelError(
            "this is JSON, but not an .svm file of hargen's",
            why=f'it has no "format": "{FORMAT}"',
        )
    version = table.get("version")
    if isinstance(version, int) and version > VERSION:
        raise ModelError(
            f"the file is of version {version}",
            why=f"this hargen knows versions up to {VERSION}",
            hint="pip install --upgrade hargen",
        )
    if version == 1:
        raise ModelError(
            "the file is of version 1",
            why="its distances are sums of squares, which are computed no more",
            hint="hargen quantize the .onnx that it was made of once more",
        )
    try:
        return Machine.model_validate(table)
    except ValidationError as error:
        raise _invalid(error) from error


def matrix(rows: list[list[int]], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """Return rows of integers as an array.

    Raises:
        ModelError: there is none, or they are not of one length.
    """
    lengths = {len(row) for row in rows}
    if len(lengths) != 1 or 0 in lengths:
        raise ModelError("the file is corrupt", why="the rows of a matrix differ in length")
    return np.array(rows, dtype=dtype)


def _invalid(error: ValidationError) -> ModelError:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return ModelError("the file is corrupt", where=place, why=first["msg"])

"""The manifest of an exported project: hargen.toml as a validated Manifest.

It says which model, preprocessing, classes and board a project folder was made for, what the plan
expected it to cost, and the SHA-256 of every file that export wrote. Later commands read it instead
of guessing, and it holds no date and no absolute path: the same export gives the same bytes.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal, Self

import tomli_w
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from hargen import files
from hargen.errors import DataError, UsageError

FILE_NAME = "hargen.toml"
SCHEMA = 1
_HEADER = "# Written by hargen export. hargen build, flash and validate-serial read it.\n"


def _inside_project(path: str) -> str:
    """Return path if it names a file below the project folder; a manifest is untrusted input."""
    pure = PurePosixPath(path)
    if not path or "\\" in path or "\0" in path or ":" in path:
        raise ValueError("must be a path with forward slashes")
    if pure.is_absolute() or ".." in pure.parts or pure == PurePosixPath("."):
        raise ValueError("must be inside the project folder")
    return path


Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
ProjectPath = Annotated[str, AfterValidator(_inside_project)]
Dimension = Annotated[int, Field(gt=0)]
Bytes = Annotated[int, Field(ge=0)]
Reals = tuple[Annotated[float, Field(allow_inf_nan=False)], ...]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Tensor(_Table):
    """One end of the network.

    The shape has no batch dimension. dtype is what `<name>_run` takes or gives; scale and
    zero_point are those of the tensor's int8 form: real = scale * (q - zero_point). In a float32
    network there is none, and no scale.
    """

    shape: tuple[Dimension, ...]
    dtype: Literal["float32", "int8"]
    scale: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    zero_point: Annotated[int, Field(ge=-128, le=127)] = 0

    @property
    def size(self) -> int:
        """Elements of the tensor."""
        size = 1
        for dimension in self.shape:
            size *= dimension
        return size


class Model(_Table):
    """The model that the project was made from.

    source is the name of the file that was exported, file its copy in the project folder. Where
    the source was converted (a Keras model, or an .onnx to int8), file is what it became, and
    source_sha256 is the source's own hash; otherwise that is empty and sha256 is the hash of both.
    classes_by says what a window's class is: that of the largest output, or the winner of the votes
    of all pairs.
    """

    source: str = ""
    source_sha256: Sha256 | Literal[""] = ""
    file: ProjectPath
    sha256: Sha256
    format: Literal["tflite", "onnx", "svm"]
    precision: Literal["int8", "float32"]
    classes_by: Literal["largest output", "votes"] = "largest output"
    input: Tensor
    output: Tensor


class Integers(_Table):
    """How a value w of the firmware's window is read where it preprocesses in integers, by axis.

    In the network's terms it is scale w + offset; as int8 (multiplier w + addend) >> shift,
    saturated.
    """

    scale: Reals
    offset: Reals
    multiplier: tuple[Annotated[int, Field(ge=0, lt=1 << 31)], ...]
    addend: tuple[Annotated[int, Field(gt=-(1 << 62), lt=1 << 62)], ...]
    shift: Annotated[int, Field(ge=32, le=62)]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len({len(v) for v in (self.scale, self.offset, self.multiplier, self.addend)}) != 1:
            raise ValueError("every axis has a scale, an offset, a multiplier and an addend")
        return self


class Preprocessing(_Table):
    """What turns sensor samples into the network's input.

    spec is the table of hargen.preprocessing.Preprocessing; sha256 is that spec's hash, which the
    firmware reports in HELLO. integers is there where the board's core has no FPU.
    """

    sha256: Sha256
    spec: dict[str, Any]
    integers: Integers | None = None


class Footprint(_Table):
    """Bytes that the plan expects, and multiply-accumulates of one inference.

    weights: weights and biases. tables: multipliers, shifts and lookup tables. activation_ram: the
    arena with input and output in it.
    """

    weights: Bytes
    tables: Bytes
    activation_ram: Bytes
    maccs: Bytes


class Layer(_Table):
    """How a layer is computed.

    layer: its name; those of two operators where it is both. kernel: the function of Runtime/.
    for_size: its code is kept small, whatever the level. unrolled: loops of it are written out.
    """

    layer: str
    kernel: str
    for_size: bool = False
    unrolled: bool = False

    @model_validator(mode="after")
    def _is_one(self) -> Layer:
        if self.for_size and self.unrolled:
            raise ValueError("code is kept small (for_size) or unrolled, not both")
        return self


class Choice(_Table):
    """How the network is computed, where there is more than one way.

    level: of the compiler, for the network's files in Release.
    """

    level: Literal["-O2", "-O3", "-Os"]
    layers: tuple[Layer, ...]


class TunedPoint(_Table):
    """The whole network in one way, measured on the virtual board.

    instructions, us: of one inference, the mean; microseconds are from estimated cycles. flash:
    network, kernels, tables and library code. ram: the arena.
    """

    instructions: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    us: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    flash: Bytes
    ram: Bytes
    chosen: bool
    level: Literal["-O2", "-O3", "-Os"]
    kernels: tuple[str, ...]


class TunedLayer(_Table):
    """A layer in one way, measured on the virtual board; code and constants are bytes of flash."""

    layer: str
    kernel: str
    level: Literal["-O2", "-O3", "-Os"]
    for_size: bool
    unrolled: bool = False
    instructions: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    code: Bytes
    constants: Bytes


class Tuning(_Table):
    """What hargen export --tune measured, and between what it chose.

    points: those that no other one beats in instructions, flash and RAM, the fastest first.
    """

    compiler: str
    windows: str
    max_flash: Bytes | None = None
    max_ram: Bytes | None = None
    max_us: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    points: tuple[TunedPoint, ...]
    layers: tuple[TunedLayer, ...]


class Manifest(_Table):
    """Everything that an exported project says of itself.

    content: a project for a board, or the C of the network alone, whose board may be empty. choice
    is not there where an older hargen wrote the manifest, tuning where nothing was measured.
    """

    schema_version: Literal[1] = Field(default=1, alias="schema")
    hargen: str
    name: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
    board: str
    content: Literal["project", "c"] = "project"
    optimize: Literal["balanced", "speed", "size"]
    classes: Annotated[tuple[str, ...], Field(min_length=1)]
    model: Model
    preprocessing: Preprocessing
    plan: Footprint
    choice: Choice | None = None
    tuning: Tuning | None = None
    files: dict[ProjectPath, Sha256]

    def model_file(self, project_dir: Path) -> Path:
        """Return the path of the project's copy of the model."""
        return project_dir / self.model.file


@dataclass(frozen=True)
class Change:
    """A file that is not as export wrote it."""

    path: str
    kind: Literal["changed", "missing"]


def dumps(manifest: Manifest) -> str:
    """Return the manifest as TOML; equal manifests give equal text."""
    table = manifest.model_dump(by_alias=True, mode="python", exclude_none=True)
    table["files"] = dict(sorted(table["files"].items()))
    return _HEADER + tomli_w.dumps(table)


def write(manifest: Manifest, project_dir: Path) -> Path:
    """Write hargen.toml into a folder, whole or not at all, and return its path.

    Raises:
        DataError: the folder cannot be written to.
    """
    path = project_dir / FILE_NAME
    try:
        files.write_whole(path, dumps(manifest))
    except OSError as error:
        raise DataError(
            "cannot write the manifest", where=str(path), why=error.strerror or str(error)
        ) from error
    return path


def read(project_dir: Path, *, c_alone: bool = False) -> Manifest:
    """Return the manifest of a project folder; with c_alone also of an export of the C alone.

    Raises:
        UsageError: the folder is not a hargen project.
        DataError: its manifest is unreadable, corrupt or of a newer hargen.
    """
    path = project_dir / FILE_NAME
    if not path.is_file():
        raise UsageError(
            "not a hargen project",
            where=str(project_dir),
            why=f"it has no {FILE_NAME}" if project_dir.is_dir() else "there is no such folder",
            hint="give the folder that hargen export wrote, or run hargen export first",
        )
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError(
            "cannot read the manifest",
            where=str(path),
            why=str(error),
            hint="run hargen export again with --force to write it anew",
        ) from error
    schema = table.get("schema")
    if isinstance(schema, int) and schema > SCHEMA:
        raise DataError(
            f"the manifest has schema {schema}",
            where=str(path),
            why=f"this hargen knows schemas up to {SCHEMA}",
            hint="pip install --upgrade hargen",
        )
    try:
        found = Manifest.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise DataError(
            "the manifest is not valid",
            where=f"{path}: {field}",
            why=first["msg"],
            hint="run hargen export again with --force to write it anew",
        ) from error
    if found.content == "c" and not c_alone:
        raise UsageError(
            "the folder holds the C of a network alone",
            where=str(project_dir),
            why="it was exported with --format c, and there is no firmware to work with",
            hint="hargen export without --format c makes a project for a board",
        )
    return found


def _changes(manifest: Manifest, project_dir: Path) -> Iterator[Change]:
    for name, expected in sorted(manifest.files.items()):
        path = project_dir / name
        try:
            found = files.sha256(path)
        except OSError:
            yield Change(name, "missing")
        else:
            if found != expected:
                yield Change(name, "changed")


def verify(manifest: Manifest, project_dir: Path) -> list[Change]:
    """Return the files that are not as export wrote them, by name.

    Editing a generated project is allowed, so that this is for a warning and not an error.
    """
    return list(_changes(manifest, project_dir))

"""The project's own C on this machine, with everything that it computes on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hargen.errors import DataError
from hargen.manifest import Manifest
from hargen.plan.plan import Plan
from hargen.validate import twin_program, wire

STEPS = ("unit", "filter", "rotation", "normalization")
"""In the order of hg_step_t in firmware/twin/hg_steps.h."""

_DTYPES = {"int8": np.dtype("i1"), "float32": np.dtype("<f4")}


@dataclass(frozen=True, eq=False)
class Stream:
    """What became of counts, an entry a window.

    last: (n,) number of the window's last sample in its stream. steps: (n, values) of each of
    STEPS, the last samples as it left them, in the spec's unit. windows: (n, values) as they are
    stored, float32 or int32. real: the same in the network's terms. activities, settled: (n,).
    """

    last: NDArray[np.int64]
    steps: dict[str, NDArray[Any]]
    windows: NDArray[Any]
    real: NDArray[Any]
    activities: NDArray[np.int64]
    settled: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Trace:
    """All values on the way, an entry a window.

    inputs: (n, values) and layers: (n, values) of each, in the network's dtype. outputs: (n,
    values) as the stage gives them. classes: (n,). names: of the classes. stream: of counts alone.
    """

    compiler: str
    names: tuple[str, ...]
    inputs: NDArray[Any]
    layers: tuple[NDArray[Any], ...]
    outputs: NDArray[Any]
    classes: NDArray[np.int64]
    stream: Stream | None = None


def of_windows(
    project_dir: Path, manifest: Manifest, plan: Plan, rows: NDArray[Any], *, int8: bool = False
) -> Trace:
    """Return what a project's C makes of windows.

    Args:
        project_dir: the project; its sources are compiled as they are now.
        manifest: of the project.
        plan: of its network.
        rows: (n, values) in the model's input dtype.
        int8: rows are int8, for the network between its edges.

    Raises:
        ToolError: there is no compiler, or it cannot compile the project.
        DataError: the program failed, or the C is of another network than the plan.
    """
    given = np.ascontiguousarray(rows).tobytes()
    sink = manifest.model.output
    output = wire.DTYPES["int8" if int8 else sink.dtype]
    record = _record(plan, output)
    answers, compiler, names = _run(
        project_dir, plan, "s8" if int8 else "window", given, len(rows), record
    )
    if len(answers) != len(rows):
        raise _of_another_network(project_dir, f"{len(rows)} windows gave {len(answers)} answers")
    return _trace(answers, compiler, names)


def of_streams(
    project_dir: Path,
    manifest: Manifest,
    plan: Plan,
    streams: Sequence[NDArray[np.int16]],
    last_place: float | None = None,
) -> Trace:
    """Return what a project's C makes of the sensor's counts: as many windows as it cuts.

    Args:
        project_dir: as for of_windows.
        manifest: of the project.
        plan: of its network.
        streams: counts (n, 3), each a stream of its own.
        last_place: of a value in the spec's unit, where the preprocessing is in integers.

    Raises:
        ToolError, DataError: as of_windows.
    """
    given = b"".join(
        len(stream).to_bytes(4, "little") + stream.astype("<i2").tobytes() for stream in streams
    )
    value = np.dtype("<f4" if last_place is None else "<i4")
    record = _record(plan, wire.DTYPES[manifest.model.output.dtype], value)
    answers, compiler, names = _run(project_dir, plan, "raw", given, sum(map(len, streams)), record)
    stream = Stream(
        last=answers["last"].astype(np.int64),
        steps={
            name: answers[name] if last_place is None else last_place * answers[name]
            for name in STEPS
        },
        windows=answers["window"],
        real=_real(answers["window"], manifest),
        activities=answers["activity"].astype(np.int64),
        settled=answers["settled"] != 0,
    )
    return _trace(answers, compiler, names, stream)


def _trace(
    answers: NDArray[Any], compiler: str, names: tuple[str, ...], stream: Stream | None = None
) -> Trace:
    layers = sum(name.startswith("layer") for name in answers.dtype.names or ())
    return Trace(
        compiler=compiler,
        names=names,
        inputs=answers["input"],
        layers=tuple(answers[f"layer {i}"] for i in range(layers)),
        outputs=answers["output"],
        classes=answers["class"].astype(np.int64),
        stream=stream,
    )


def _real(windows: NDArray[Any], manifest: Manifest) -> NDArray[Any]:
    """Return windows in the network's terms: as they are, or float64 of integers."""
    integers = manifest.preprocessing.integers
    if integers is None:
        return windows
    values = windows.reshape(len(windows), -1, len(integers.scale)).astype(np.float64)
    real: NDArray[Any] = values * np.array(integers.scale) + np.array(integers.offset)
    return real.reshape(windows.shape)


def _record(plan: Plan, output: np.dtype[Any], value: np.dtype[Any] | None = None) -> np.dtype[Any]:
    """Return what the program prints for a window; see firmware/twin/hg_trace.c.

    value: of a stream, the type of a preprocessed value.
    """
    values = plan.tensors[plan.input.tensor].size
    element = _DTYPES[plan.dtype.value]
    fields: list[tuple[Any, ...]] = []
    if value is not None:
        fields += [("last", "<u4"), *((name, value, (values,)) for name in (*STEPS, "window"))]
    fields += [("output", output, (plan.tensors[plan.output.tensor].size,)), ("class", "<u4")]
    if value is not None:
        fields += [("activity", "<u4"), ("settled", "<u4")]
    fields += [("input", element, (values,))]
    fields += [
        (f"layer {layer.index}", element, (plan.tensors[layer.output].size,))
        for layer in plan.layers
    ]
    return np.dtype(fields)


def _run(
    project_dir: Path, plan: Plan, stage: str, given: bytes, windows: int, record: np.dtype[Any]
) -> tuple[NDArray[Any], str, tuple[str, ...]]:
    """Return the program's records, the compiler, and the names of the classes."""
    options = (
        *("-include", "hg_steps.h"),
        f"-DHG_TRACE_VALUES={plan.tensors[plan.input.tensor].size}",
        f"-DHG_TRACE_INPUT={plan.offsets[plan.input.tensor]}",
    )
    with twin_program.program(project_dir, "hg_trace.c", options) as program:
        printed = program.run([stage], given, windows)
    wanted = [len(plan.layers)]
    for layer in plan.layers:
        wanted += [plan.offsets[layer.output], plan.tensors[layer.output].nbytes]
    facts = np.array(wanted, "<u4").tobytes()
    if not printed.startswith(facts):
        raise _of_another_network(project_dir, "it has other layers, or keeps them elsewhere")
    start = len(facts) + 4
    end = start + int.from_bytes(printed[len(facts) : start], "little")
    names = tuple(name.decode("utf-8", "replace") for name in printed[start:end].split(b"\0")[:-1])
    if (len(printed) - end) % record.itemsize:
        raise program.failed("its answers are not as long as they should be")
    return np.frombuffer(printed, record, offset=end), program.compiler, names


def _of_another_network(project_dir: Path, why: str) -> DataError:
    return DataError(
        "the project's C is not what this version of hargen makes of its model",
        where=str(project_dir),
        why=why,
        hint="run hargen export again with --force",
    )

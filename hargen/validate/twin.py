"""The twin: a project's own C, compiled for this machine.

What a float network or the preprocessing computes depends on the order of its sums, so that no
other implementation has its bits. The project's own C, by the host's compiler, has: it uses nothing
but operations that IEEE 754 defines exactly.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hargen.manifest import Manifest
from hargen.validate import integer_window, twin_program, wire


@dataclass(frozen=True, eq=False)
class Twin:
    """What the C gave here: outputs (n, outputs) in the stage's dtype, and classes (n,).

    Of streams also what the network saw: windows (n, elements) float32, activities (n,), and
    settled (n,), whether the filter had settled before each window began. window_crcs are those
    that the firmware reports. quantized: the windows as int8, where the preprocessing is in
    integers and quantizes them itself.
    """

    outputs: NDArray[Any]
    classes: NDArray[np.int64]
    compiler: str
    windows: NDArray[np.float32] | None = None
    activities: NDArray[np.int64] | None = None
    settled: NDArray[np.bool_] | None = None
    window_crcs: tuple[int, ...] = ()
    quantized: NDArray[np.int8] | None = None


def run(project_dir: Path, manifest: Manifest, rows: NDArray[Any], *, int8: bool = False) -> Twin:
    """Compile a project's network here and run it.

    Args:
        project_dir: the project; its sources are compiled as they are now.
        manifest: of the project.
        rows: (n, elements) in the model's input dtype.
        int8: rows are int8, for the network between its edges.

    Raises:
        ToolError: there is no compiler, or it cannot compile the project.
        DataError: the program failed.
    """
    sink = manifest.model.output
    dtype = wire.DTYPES["int8" if int8 else sink.dtype]
    record = np.dtype([("output", dtype, (sink.size,)), ("class", "<u4")])
    given = np.ascontiguousarray(rows).tobytes()
    answers, compiler = _answers(project_dir, "s8" if int8 else "window", given, len(rows), record)
    return Twin(answers["output"].copy(), answers["class"].astype(np.int64), compiler)


def run_streams(
    project_dir: Path, manifest: Manifest, streams: Sequence[NDArray[np.int16]], windows: int
) -> Twin:
    """Compile a project here and run it on the sensor's counts.

    Args:
        project_dir: as for run.
        manifest: of the project.
        streams: counts (n, 3), each a stream of its own.
        windows: that they give in all.

    Raises:
        ToolError, DataError: as run.
    """
    source, sink = manifest.model.input, manifest.model.output
    integers = manifest.preprocessing.integers
    record = np.dtype(
        [
            ("window", "<f4" if integers is None else "<i4", (source.size,)),
            ("output", wire.DTYPES[sink.dtype], (sink.size,)),
            *((name, "<u4") for name in ("class", "activity", "settled")),
        ]
    )
    given = b"".join(
        len(stream).to_bytes(4, "little") + stream.astype("<i2").tobytes() for stream in streams
    )
    answers, compiler = _answers(project_dir, "raw", given, windows, record)
    seen = answers["window"].copy()
    return Twin(
        outputs=answers["output"].copy(),
        classes=answers["class"].astype(np.int64),
        compiler=compiler,
        windows=seen if integers is None else integer_window.real(seen, integers),
        activities=answers["activity"].astype(np.int64),
        settled=answers["settled"] != 0,
        window_crcs=tuple(zlib.crc32(window.tobytes()) for window in seen),
        quantized=None if integers is None else integer_window.quantized(seen, integers),
    )


def _answers(
    project_dir: Path, stage: str, given: bytes, windows: int, record: np.dtype[Any]
) -> tuple[NDArray[Any], str]:
    """Return the program's records, and the compiler's name with its version."""
    with twin_program.program(project_dir, "hg_twin.c") as program:
        printed = program.run([stage], given, windows)
        if len(printed) != windows * record.itemsize:
            raise program.failed(
                f"it answered {len(printed) / record.itemsize:g} windows instead of {windows}"
            )
    return np.frombuffer(printed, record), program.compiler

"""The twin: a project's own C, compiled for this machine.

What a float network or the preprocessing computes depends on the order of its sums, so that no
other implementation has its bits. The project's own C, by the host's compiler, has: it uses nothing
but operations that IEEE 754 defines exactly.
"""

from __future__ import annotations

import subprocess
import tempfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hargen import resources
from hargen.build.toolchain import find_host_compiler
from hargen.errors import DataError, ToolError
from hargen.manifest import Manifest
from hargen.validate import integer_window, wire

FLAGS = ("-std=c11", "-O2", "-ffp-contract=off", "-fno-math-errno")
FOLDERS = ("Model", "Runtime", "Preprocess", "Link", "App")
_COMPILE_SECONDS = 120
_SECONDS_A_WINDOW = 0.1  # a network for a microcontroller takes a thousandth of it


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
    compiler = find_host_compiler()
    with tempfile.TemporaryDirectory(prefix="hargen-twin-") as folder:
        program = Path(folder) / "twin"
        _compile(compiler, project_dir, program)
        try:
            done = subprocess.run(
                [str(program), stage],
                input=given,
                capture_output=True,
                timeout=10 + _SECONDS_A_WINDOW * windows,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise _failed(project_dir, f"it did not end within {error.timeout:.0f} s") from error
    if done.returncode != 0 or len(done.stdout) != windows * record.itemsize:
        words = done.stderr.decode("utf-8", "replace").strip()
        raise _failed(project_dir, words or f"it ended with {done.returncode}")
    return np.frombuffer(done.stdout, record), _version(compiler)


def _compile(compiler: Path, project_dir: Path, program: Path) -> None:
    sources = sorted((project_dir / "Model").glob("*.c"))
    sources += sorted((project_dir / "Runtime").glob("*.c"))
    harness = resources.firmware() / "twin" / "hg_twin.c"
    command = [str(compiler), *FLAGS]
    command += [f"-I{project_dir / folder}" for folder in FOLDERS]
    command += [str(path) for path in (*sources, harness)]
    command += ["-lm", "-o", str(program)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_COMPILE_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolError(f"{compiler.name} cannot be run", why=str(error)) from error
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if "error" in line]
        raise ToolError(
            f"{compiler.name} cannot compile the network for this machine",
            where=str(project_dir),
            why=(lines or done.stderr.splitlines() or ["it said nothing"])[0],
            hint="hargen export --force writes the project anew; CC names another compiler",
        )


def _version(compiler: Path) -> str:
    done = subprocess.run(
        [str(compiler), "-dumpfullversion"], capture_output=True, text=True, check=False
    )
    return f"{compiler.name} {done.stdout.strip()}".strip()


def _failed(project_dir: Path, why: str) -> DataError:
    return DataError("the network failed on this machine", where=str(project_dir), why=why)

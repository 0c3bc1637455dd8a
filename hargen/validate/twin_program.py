"""Programs of firmware/twin around a project's own C, compiled for this machine.

They are kept in the project, under the hash of all that they were made from: compiling takes some
seconds, and most validations are of sources that did not change.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from hargen import files, resources
from hargen.build.toolchain import find_host_compiler
from hargen.errors import DataError, ToolError

FLAGS = ("-std=c11", "-O2", "-ffp-contract=off", "-fno-math-errno")
FOLDERS = ("Model", "Runtime", "Preprocess", "Link", "App")
KEPT_IN = Path(".hargen") / "twin"
KEPT = 6
"""Programs; the one that was not used for longest goes first."""

_COMPILE_SECONDS = 120
_SECONDS_A_WINDOW = 0.1  # a network for a microcontroller takes a thousandth of it


@dataclass(frozen=True)
class Program:
    """A program, and the compiler's name with its version."""

    path: Path
    compiler: str
    project_dir: Path

    def run(self, arguments: Sequence[str], given: bytes, windows: int) -> bytes:
        """Return what it prints of what it is given.

        Raises:
            DataError: it fails, or takes too long for so many windows.
        """
        try:
            done = subprocess.run(
                [str(self.path), *arguments],
                input=given,
                capture_output=True,
                timeout=10 + _SECONDS_A_WINDOW * windows,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise self.failed(f"it did not end within {error.timeout:.0f} s") from error
        if done.returncode != 0:
            words = done.stderr.decode("utf-8", "replace").strip()
            raise self.failed(words or f"it ended with {done.returncode}")
        return done.stdout

    def failed(self, why: str) -> DataError:
        """Return the error that says so."""
        return DataError("the network failed on this machine", where=str(self.project_dir), why=why)


@contextmanager
def program(project_dir: Path, harness: str, options: Sequence[str] = ()) -> Iterator[Program]:
    """Give a program of firmware/twin around a project's sources as they are now.

    Args:
        project_dir: the project.
        harness: the file in firmware/twin with main().
        options: for the compiler, beside FLAGS.

    Raises:
        ToolError: there is no compiler, or it cannot compile the project.
    """
    compiler = find_host_compiler()
    version = _version(compiler)
    flags = (*FLAGS, *options)
    kept = project_dir / KEPT_IN / _hash(project_dir, f"{compiler} {version}", harness, flags)
    if os.access(kept, os.X_OK):
        with suppress(OSError):  # a project that cannot be written to
            os.utime(kept)
        yield Program(kept, version, project_dir)
        return
    with tempfile.TemporaryDirectory(prefix="hargen-twin-") as folder:
        built = Path(folder) / "twin"
        _compile(compiler, project_dir, harness, flags, built)
        yield Program(_keep(built, kept), version, project_dir)


def _hash(project_dir: Path, compiler: str, harness: str, flags: Sequence[str]) -> str:
    """Return the hash of everything that decides what a program is."""
    digest = hashlib.sha256("\0".join([compiler, harness, *flags]).encode())
    folders = [resources.firmware() / "twin", *(project_dir / name for name in FOLDERS)]
    for folder in folders:
        for path in sorted(p for p in folder.glob("*.[ch]") if p.is_file()):
            digest.update(f"\0{folder.name}/{path.name}\0{files.sha256(path)}".encode())
    return digest.hexdigest()[:32]


def _keep(built: Path, kept: Path) -> Path:
    """Move a program to where it is kept, and return where it is: here, where that cannot be."""
    aside = kept.with_name(f".{kept.name}.{os.getpid()}")
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(built, aside)
        aside.replace(kept)
        others = [path for path in kept.parent.iterdir() if path != kept]
        for path in sorted(others, key=lambda p: p.stat().st_mtime)[: -(KEPT - 1)]:
            path.unlink(missing_ok=True)
    except OSError:  # read-only, full, or another process tidied up too
        with suppress(OSError):
            aside.unlink(missing_ok=True)
    # not where programs may not be started from
    return kept if os.access(kept, os.X_OK) else built


def _compile(
    compiler: Path, project_dir: Path, harness: str, flags: Sequence[str], built: Path
) -> None:
    sources = sorted((project_dir / "Model").glob("*.c"))
    sources += sorted((project_dir / "Runtime").glob("*.c"))
    twin = resources.firmware() / "twin"
    command = [str(compiler), *flags, f"-I{twin}"]
    command += [f"-I{project_dir / folder}" for folder in FOLDERS]
    command += [str(path) for path in (*sources, twin / harness)]
    command += ["-lm", "-o", str(built)]
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
    try:
        done = subprocess.run(
            [str(compiler), "-dumpfullversion"], capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise ToolError(f"{compiler.name} cannot be run", why=str(error)) from error
    return f"{compiler.name} {done.stdout.strip()}".strip()

"""Finds the tools of a build: arm-none-eabi-gcc, cmake and ninja."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hargen.errors import ToolError

GCC_NAME = "arm-none-eabi-gcc"
GCC_VARIABLE = "HARGEN_GCC"
OLDEST_GCC = 10
NEWLIB = "libc_nano.a"
_GCC_HINT = f"sudo apt install gcc-arm-none-eabi, or point {GCC_VARIABLE} at one"
_NEWLIB_HINT = "sudo apt install libnewlib-arm-none-eabi"
_PIP_HINT = "pip install cmake ninja"

# Where STM32CubeIDE and ST's extension for VS Code keep theirs, below the root and below home
_BUNDLED_BELOW_ROOT = (
    "opt/st/stm32cubeide*/plugins/*gnu-tools-for-stm32*/tools/bin",
    "Applications/STM32CubeIDE.app/Contents/Eclipse/plugins/*gnu-tools-for-stm32*/tools/bin",
)
_BUNDLED_BELOW_HOME = (
    "st/stm32cubeide*/plugins/*gnu-tools-for-stm32*/tools/bin",
    ".local/share/stm32cube/bundles/gnu-tools-for-stm32/*/bin",
)


@dataclass(frozen=True)
class Tool:
    """A program that runs, and its version."""

    path: Path
    version: str


Found = tuple[str, Literal["ok", "missing", "absent"], str, str]
"""Name, whether it is here, what was found, what to do."""


def find_host_compiler() -> Path:
    """Return this machine's C compiler: $CC, else cc, gcc or clang.

    Raises:
        ToolError: there is none.
    """
    for name in (os.environ.get("CC", ""), "cc", "gcc", "clang"):
        path = shutil.which(name) if name else None
        if path:
            return Path(path)
    raise ToolError("no C compiler (cc, gcc, clang) was found", hint="sudo apt install gcc")


def find_gcc(gcc: str | Path | None = None) -> Tool:
    """Return the cross compiler.

    The first that is there, of: the argument (program or folder), the environment variable
    HARGEN_GCC, the PATH, STM32CubeIDE's own.

    Raises:
        ToolError: none is there, the one asked for is not, or it is too old.
    """
    asked = gcc or os.environ.get(GCC_VARIABLE)
    if asked:
        path = Path(asked).expanduser()
        path = path / GCC_NAME if path.is_dir() else path
        if not path.is_file():
            origin = "given" if gcc else f"in {GCC_VARIABLE}"
            raise ToolError(
                f"there is no {GCC_NAME} where it was said to be {origin}", where=str(path)
            )
        if path.name != GCC_NAME:
            raise ToolError(
                f"the compiler must be called {GCC_NAME}",
                where=str(path),
                why="the project's toolchain file asks for that name",
            )
        candidates = [path]
    else:
        candidates = list(_gcc_candidates())
    if not candidates:
        raise ToolError(f"{GCC_NAME} is not installed", hint=_GCC_HINT)
    tool = _run(candidates[0], "-dumpversion", _GCC_HINT)
    if int(tool.version.split(".")[0]) < OLDEST_GCC:
        raise ToolError(
            f"{GCC_NAME} is too old",
            where=str(tool.path),
            why=f"it is {tool.version}, and {OLDEST_GCC} is needed",
            hint=_GCC_HINT,
        )
    return tool


def _gcc_candidates() -> Iterator[Path]:
    on_path = shutil.which(GCC_NAME)
    if on_path:
        yield Path(on_path)
    yield from bundled_gccs()


def bundled_gccs() -> list[Path]:
    """Return the compilers that STM32CubeIDE and ST's extension brought, the newest first."""
    bundled: list[Path] = []
    for pattern in _BUNDLED_BELOW_ROOT:
        bundled += Path("/").glob(f"{pattern}/{GCC_NAME}")
    for pattern in _BUNDLED_BELOW_HOME:
        bundled += Path.home().glob(f"{pattern}/{GCC_NAME}")
    # folders carry version numbers
    return sorted(bundled, key=_version_key, reverse=True)


def _version_key(path: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", str(path))]


def find_newlib(compiler: Tool) -> Path:
    """Return newlib's small variant, which Debian keeps in a package of its own.

    Raises:
        ToolError: the compiler does not find it.
    """
    command = [str(compiler.path), f"-print-file-name={NEWLIB}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    except (OSError, subprocess.SubprocessError) as error:
        raise ToolError(
            "the tool does not run", where=str(compiler.path), why=str(error), hint=_GCC_HINT
        ) from error
    path = Path(done.stdout.strip())
    if not path.is_absolute():  # what it does not find it answers as it was asked
        raise ToolError(
            "newlib is not installed",
            where=str(compiler.path),
            why=f"it finds no {NEWLIB}",
            hint=_NEWLIB_HINT,
        )
    return path


def find_cmake() -> Tool:
    """Return cmake, from its Python package or the PATH.

    Raises:
        ToolError: it is not there.
    """

    def packaged() -> Path:
        import cmake

        return Path(cmake.CMAKE_BIN_DIR) / "cmake"

    return _packaged_or_on_path("cmake", packaged)


def find_ninja() -> Tool:
    """Return ninja, from its Python package or the PATH.

    Raises:
        ToolError: it is not there.
    """

    def packaged() -> Path:
        import ninja

        return Path(ninja.BIN_DIR) / "ninja"

    return _packaged_or_on_path("ninja", packaged)


def _packaged_or_on_path(name: str, packaged: Callable[[], Path]) -> Tool:
    # The package's binary rather than its launcher, which starts a Python of its own.
    try:
        path: Path | None = packaged()
    except ImportError:
        path = None
    if path is None or not path.is_file():
        found = shutil.which(name)
        if not found:
            raise ToolError(f"{name} is not installed", hint=_PIP_HINT)
        path = Path(found)
    return _run(path, "--version", _PIP_HINT)


def _run(path: Path, argument: str, hint: str) -> Tool:
    """Return the tool with the version that it prints."""
    try:
        done = subprocess.run(
            [str(path), argument], capture_output=True, text=True, check=True, timeout=30
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise ToolError(
            "the tool does not run", where=str(path), why=str(error), hint=hint
        ) from error
    version = re.search(r"\d+(\.\d+)*", done.stdout)
    if not version:
        raise ToolError("the tool does not tell its version", where=str(path), hint=hint)
    return Tool(path, version.group())


def survey() -> Iterator[Found]:
    """Yield every tool's name, whether it is there, what was found, and what to do: for doctor.

    Only what a build needs is ever missing: STM32CubeIDE's own compiler may be absent.
    """
    for name, find in ((GCC_NAME, find_gcc), ("cmake", find_cmake), ("ninja", find_ninja)):
        try:
            tool = find()
        except ToolError as error:
            yield name, "missing", str(error), error.hint
            continue
        yield name, "ok", f"{tool.version} ({tool.path})", ""
        if name == GCC_NAME:
            yield _newlib(tool)
    bundled = bundled_gccs()
    if bundled:
        yield "STM32CubeIDE's compiler", "ok", str(bundled[0]), ""
    else:
        hint = "not needed; it is taken where the PATH has none"
        yield "STM32CubeIDE's compiler", "absent", "not installed", hint


def _newlib(compiler: Tool) -> Found:
    try:
        return "newlib", "ok", str(find_newlib(compiler).resolve()), ""
    except ToolError as error:
        return "newlib", "missing", str(error), error.hint

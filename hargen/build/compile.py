"""Compiles a project with CMake and Ninja."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from hargen.build.elf import Elf, ModelInfo
from hargen.build.footprint import Footprint, measure
from hargen.build.toolchain import Tool, find_cmake, find_gcc, find_newlib, find_ninja
from hargen.errors import ToolError, UsageError

Config = Literal["release", "debug"]

_FIRST_ERRORS = 5
_ERROR = re.compile(
    r"error:|undefined reference|multiple definition|overflowed by|RAM is full|CMake Error"
)
_UNTELLING = re.compile(r"^collect2: error|^ninja: |ld returned \d+ exit status")
# They would add flags that the project does not know of.
_FOREIGN_VARIABLES = ("CC", "CFLAGS", "CPPFLAGS", "LDFLAGS", "ASMFLAGS", "CMAKE_GENERATOR")


@dataclass(frozen=True)
class Image:
    """A built project: its files, and what they say when they are first asked."""

    elf_path: Path
    config: str

    @property
    def map_path(self) -> Path:
        """The linker's map."""
        return self.elf_path.with_suffix(".map")

    @property
    def binary_path(self) -> Path:
        """The bytes of the flash from its start."""
        return self.elf_path.with_suffix(".bin")

    @property
    def hex_path(self) -> Path:
        """The same as Intel HEX."""
        return self.elf_path.with_suffix(".hex")

    @cached_property
    def elf(self) -> Elf:
        """The ELF file, read."""
        return Elf(self.elf_path)

    @property
    def build_id(self) -> bytes:
        """20 bytes that name this very image; HELLO tells the same."""
        return self.elf.build_id

    @property
    def info(self) -> ModelInfo:
        """What the image says of its model."""
        return self.elf.info

    @cached_property
    def footprint(self) -> Footprint:
        """What it needs, by symbol."""
        return measure(self.elf, self.map_path)


def build(
    project_dir: Path,
    config: Config = "release",
    *,
    jobs: int | None = None,
    gcc: str | Path | None = None,
    werror: bool = False,
) -> Image:
    """Compile and link what changed since the last time.

    Args:
        project_dir: an exported project.
        config: "release" or "debug", a preset of the project's CMakePresets.json.
        jobs: compilers at a time; otherwise ninja decides.
        gcc: the cross compiler or its folder; otherwise see toolchain.find_gcc.
        werror: take warnings for errors.

    Raises:
        UsageError: the folder is not a project.
        ToolError: a tool is missing, or the project does not compile.
    """
    project_dir = project_dir.resolve()
    compiler = find_gcc(gcc)
    build_dir = configure(project_dir, config, compiler, werror=werror)
    parallel = [] if jobs is None else ["-j", str(jobs)]
    _run(
        [str(find_ninja().path), "-C", str(build_dir), *parallel],
        project_dir,
        _environment(compiler),
        "the project does not compile",
    )
    return find_image(project_dir, config)


def configure(project_dir: Path, config: Config, compiler: Tool, *, werror: bool = False) -> Path:
    """Let CMake write the build folder, unless what it wrote last still holds; return the folder.

    Raises:
        UsageError: the folder is not a project.
        ToolError: CMake or Ninja is missing, or CMake fails.
    """
    _check_project(project_dir)
    build_dir = project_dir / "build" / config
    ninja = find_ninja()
    wanted = {
        "CMAKE_HOME_DIRECTORY": str(project_dir),
        # The cache does not name the compiler itself, but what lies beside it.
        "CMAKE_C_COMPILER_AR": f"{compiler.path}-ar",
        "CMAKE_MAKE_PROGRAM": str(ninja.path),
        "HG_WERROR": "ON" if werror else "OFF",
    }
    cache = _read_cache(build_dir)
    if not (build_dir / "build.ninja").is_file() or any(
        cache.get(key) != value for key, value in wanted.items()
    ):
        find_newlib(compiler)
        _run(
            [
                str(find_cmake().path),
                "--fresh",
                "--preset",
                config,
                f"-DCMAKE_MAKE_PROGRAM={ninja.path}",
                f"-DHG_WERROR={wanted['HG_WERROR']}",
            ],
            project_dir,
            _environment(compiler),
            "CMake cannot configure the project",
        )
    return build_dir


def find_image(project_dir: Path, config: Config = "release") -> Image:
    """Return what the last build left.

    Raises:
        UsageError: the project was not built.
    """
    build_dir = project_dir / "build" / config
    name = _read_cache(build_dir).get("CMAKE_PROJECT_NAME")
    elf_path = build_dir / f"{name}.elf"
    if name is None or not elf_path.is_file():
        raise UsageError(
            f"the project has no {config} build", where=str(project_dir), hint="hargen build"
        )
    return Image(elf_path, config)


def _check_project(project_dir: Path) -> None:
    for name in ("CMakeLists.txt", "CMakePresets.json"):
        if not (project_dir / name).is_file():
            raise UsageError(
                "the folder is not an exported project",
                where=str(project_dir),
                why=f"there is no {name}",
                hint="hargen export MODEL -o DIR makes one",
            )


def _environment(compiler: Tool) -> dict[str, str]:
    """Return the variables of the build: the compiler first on the PATH, messages in English."""
    environment = {
        name: value for name, value in os.environ.items() if name not in _FOREIGN_VARIABLES
    }
    environment["PATH"] = f"{compiler.path.parent}{os.pathsep}{environment.get('PATH', '')}"
    environment["LC_ALL"] = "C"
    return environment


def _read_cache(build_dir: Path) -> dict[str, str]:
    """Return CMake's cache; empty where there is none."""
    try:
        text = (build_dir / "CMakeCache.txt").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    entries = re.findall(r"^([A-Za-z_]\w*):\w+=(.*)$", text, re.MULTILINE)
    return dict(entries)


def _run(command: list[str], folder: Path, environment: dict[str, str], failure: str) -> None:
    """Run a tool; its first error lines become the reason of the failure."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise ToolError(failure, where=command[0], why=str(error)) from error
    if done.returncode:
        lines = _first_errors(done.stdout)
        raise ToolError(
            failure,
            where=str(folder),
            why="\n".join(lines),
            hint=f"the whole output: {' '.join(command)}",
        )


def _first_errors(output: str) -> list[str]:
    """Return the lines that tell what is wrong, or the last ones where none does."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if _ERROR.search(line) and not _UNTELLING.search(line)]
    return errors[:_FIRST_ERRORS] or lines[-_FIRST_ERRORS:]

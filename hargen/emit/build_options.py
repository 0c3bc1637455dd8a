"""The one truth of how a project is compiled: flags, defines, folders, order of sources.

CMake and STM32CubeIDE are told the same things from here, so that both describe the same build.
Every value is ready to be printed: templates loop over them and compute nothing.

Where the optimization level applies: `optimize` sets it for the network (Model/ and Runtime/) in
the Release configuration. The firmware around it is always compiled for size: it is never the
bottleneck (the wire is), and so the numbers of two levels differ by the network alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from hargen.plan.choice import LEVELS, Level, Optimize

if TYPE_CHECKING:
    from hargen.board import Board

SOURCE_DIRS = ("Model", "Runtime", "Preprocess", "Link", "Sensor", "App", "Port")
"""Folders of a project that hold C, in the order in which they are compiled and linked."""

NETWORK_DIRS = ("Model", "Runtime")
"""Those of them that are the network: the generated model and its kernels."""

WARNINGS = (
    "-Wall",
    "-Wextra",
    "-Wpedantic",
    "-Wconversion",
    "-Wsign-conversion",
    "-Wshadow",
    "-Wcast-qual",
    "-Wdouble-promotion",
    "-Wundef",
    "-Wvla",
    "-Wstrict-prototypes",
    "-Wmissing-prototypes",
)

LANGUAGE = (
    "-std=c11",
    # One multiplication and one addition round twice, on the host as on the target.
    "-ffp-contract=off",
    # sqrtf becomes one instruction.
    "-fno-math-errno",
    # The kernels' order of loads and sums is what the registers suffice for.
    "-fno-schedule-insns",
    # Short loops stay loops: the library's memset and memcpy would be more code than some layers.
    "-fno-tree-loop-distribute-patterns",
    # Merged strings would lie in the order in which a build system hands over the objects.
    "-fno-merge-constants",
    # The linker drops what nothing refers to, and sizes can be told by symbol.
    "-ffunction-sections",
    "-fdata-sections",
)


@dataclass(frozen=True)
class Configuration:
    """One way to build a project."""

    name: str
    """As CMake and STM32CubeIDE call it."""
    preset: str
    """Name of the CMake preset and of the folder under build/."""
    level: str
    """Optimization of everything but the network."""
    network_level: str
    debug_level: str
    defines: tuple[str, ...]


@dataclass(frozen=True)
class Region:
    """A memory of the linker script; numbers as C hexadecimal text."""

    name: str
    attributes: str
    origin: str
    length: str


@dataclass(frozen=True)
class BuildOptions:
    """How a project for one board is compiled and linked."""

    board: Board
    optimize: Optimize = "balanced"
    level: Level | None = None
    """Of the network's files in Release, as it was chosen; None is the usual one of `optimize`."""

    include_dirs = SOURCE_DIRS
    language_flags = LANGUAGE
    warning_flags = WARNINGS

    @property
    def cpu_flags(self) -> tuple[str, ...]:
        """Flags that name the core; compiler and linker need the same."""
        mcu = self.board.mcu
        fpu = (f"-mfpu={mcu.fpu}",) if mcu.has_fpu else ()
        return (f"-mcpu={mcu.core}", "-mthumb", *fpu, f"-mfloat-abi={mcu.float_abi}")

    @property
    def defines(self) -> tuple[str, ...]:
        """Preprocessor symbols of every configuration."""
        return (
            self.board.mcu.define,
            f"HG_CLOCK_HZ={self.board.clock.hclk_hz}u",
            f"HG_HELLO_BAUD={self.board.serial.hello_baud}u",
        )

    @property
    def configurations(self) -> tuple[Configuration, ...]:
        """Debug, then Release: the order that STM32CubeIDE wants."""
        return (
            Configuration("Debug", "debug", "-Og", "-Og", "-g3", ("DEBUG",)),
            Configuration("Release", "release", "-Os", self.network_level, "-g0", ()),
        )

    @property
    def network_level(self) -> Level:
        """Optimization of the network's files in Release."""
        return self.level or LEVELS[self.optimize]

    @property
    def linker_script(self) -> str:
        """File name of the linker script, in the project's root."""
        return self.board.memory.linker_script

    @property
    def link_flags(self) -> tuple[str, ...]:
        """Flags of the linker but for script and map, whose paths the build system spells."""
        return (
            # newlib's small variant, of which memcpy and its like are used; our own startup.
            "--specs=nano.specs",
            "-nostartfiles",
            "-static",
            "-Wl,--gc-sections",
            # The image names itself: 20 bytes in flash that HELLO tells the host.
            "-Wl,--build-id=sha1",
            "-Wl,--fatal-warnings",
        )

    @property
    def regions(self) -> tuple[Region, ...]:
        """The memories that the linker may fill."""
        memory = self.board.memory
        return (
            Region("FLASH", "rx", f"0x{memory.flash.origin:08X}", f"0x{memory.flash.size:X}"),
            Region("RAM", "xrw", f"0x{memory.ram.origin:08X}", f"0x{memory.ram.size:X}"),
        )

    @property
    def stack_size(self) -> str:
        """Bytes of stack as C hexadecimal text."""
        return f"0x{self.board.memory.stack_size:X}"

    def ordered(self, sources: Iterable[str]) -> list[str]:
        """Return project-relative sources by folder, then by name: the order of every build."""
        return sorted(sources, key=lambda path: (SOURCE_DIRS.index(_top(path)), path))

    def network_sources(self, sources: Iterable[str]) -> list[str]:
        """Return those sources to which the network's optimization level applies, in order."""
        return [path for path in self.ordered(sources) if _top(path) in NETWORK_DIRS]


def outputs(board: Board) -> dict[str, str]:
    """Return the build files of a project: template under templates/project -> file in the project.

    Every template takes the same context: board, options (BuildOptions), project_name and sources
    (project-relative paths of the C files, in any order).
    """
    return {
        "CMakeLists.txt.j2": "CMakeLists.txt",
        "CMakePresets.json.j2": "CMakePresets.json",
        "cmake/gcc-arm-none-eabi.cmake.j2": "cmake/gcc-arm-none-eabi.cmake",
        "linker_script.ld.j2": board.memory.linker_script,
    }


def _top(path: str) -> str:
    return PurePosixPath(path).parts[0]

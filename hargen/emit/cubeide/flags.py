"""Compiler and linker flags of BuildOptions as the IDE's options, so that both builds are one.

The IDE turns options into flags, adds some of its own, and passes on the rest from its lists of
other flags. A flag that the IDE adds and CMake does not know would be a difference; the few there
are do not reach the image: -fstack-usage writes *.su files, --specs=nosys.specs offers system calls
that nothing calls, --specs=nano.specs while compiling names newlib's headers, -Wl,--start-group and
-lc -lm offer libraries.
"""

from __future__ import annotations

from hargen.emit.build_options import BuildOptions

OWN_COMPILER_FLAGS = frozenset({"-ffunction-sections", "-fdata-sections", "-Wall"})
"""Flags that the IDE gives the compiler without being told."""

OWN_LINKER_FLAGS = frozenset({"--specs=nano.specs", "-static", "-Wl,--gc-sections"})
"""Flags that the IDE gives the linker without being told."""

_STANDARDS = {"-std=c99": "isoc99", "-std=c11": "isoc11", "-std=gnu11": "gnu11"}


def language_standard(options: BuildOptions) -> str:
    """Return the IDE's word for the C standard."""
    (standard,) = (flag for flag in options.language_flags if flag in _STANDARDS)
    return _STANDARDS[standard]


def other_compiler_flags(options: BuildOptions) -> tuple[str, ...]:
    """Return the flags of the compiler that no option of the IDE stands for."""
    known = OWN_COMPILER_FLAGS | set(_STANDARDS)
    return tuple(f for f in (*options.language_flags, *options.warning_flags) if f not in known)


def other_linker_flags(options: BuildOptions) -> tuple[str, ...]:
    """Return the flags of the linker that no option of the IDE stands for."""
    return tuple(flag for flag in options.link_flags if flag not in OWN_LINKER_FLAGS)


def level_value(level: str) -> str:
    """Return the IDE's word for -O2, -Og, -g3 and their like: o2, og, g3."""
    return level.removeprefix("-").lower()

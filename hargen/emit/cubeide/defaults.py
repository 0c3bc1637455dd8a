"""The record of defaults: what the IDE's services take a project's settings to be.

One text of fields. It repeats the compiler's include paths and symbols and the linker script, which
have to agree with the options themselves; hargen lint holds them together.
"""

from __future__ import annotations

from hargen.emit import build_options
from hargen.emit.build_options import BuildOptions
from hargen.emit.cubeide.model import NAMESPACE

CPU_ID = "0"
CORE_ID = "0"

_REVISION = "com.st.stm32cube.ide.common.services.build.inputs.revA.1.0.6"
_FIELDS = 28
"""Number of fields of that revision."""


def include_paths(options: BuildOptions) -> tuple[str, ...]:
    """Return the include folders as seen from the folder of a configuration, where make runs."""
    return tuple(f"../{folder}" for folder in options.include_dirs)


def linker_script(options: BuildOptions) -> str:
    """Return the path of the linker script, wherever the project lies."""
    return f"${{workspace_loc:/${{ProjName}}/{options.linker_script}}}"


def record(options: BuildOptions, configuration: build_options.Configuration) -> str:
    """Return the record of one configuration."""
    fields = [
        _REVISION,
        configuration.name,
        "true" if "DEBUG" in configuration.defines else "false",
        "Executable",
        # The toolchain that the workspace has, whichever it is
        f"{NAMESPACE}.option.toolchain.value.workspace",
        options.board.mcu.part,
        CPU_ID,
        CORE_ID,
        "arm-none-eabi-",
        "${gnu_tools_for_stm32_compiler_path}",
        " | ".join(include_paths(options)),
        "",
        "",
        " | ".join(options.defines),
        "",
        " | ".join(build_options.SOURCE_DIRS),
        "",
        "",
        linker_script(options),
        "true",
        "NonSecure",
        "",
        "",
        "",
        "None",
    ]
    return " || ".join(fields + [""] * (_FIELDS - len(fields)))

"""The versions of everything that took part in a validation."""

from __future__ import annotations

import platform
import re
from importlib import metadata
from pathlib import Path

import hargen


def of_tools(elf: Path | None, *, virtual: bool) -> dict[str, str]:
    """Return versions by name; the compiler's is what the ELF says that it was compiled by."""
    packages = ["ai-edge-litert", "numpy", "pyserial", *(["unicorn"] if virtual else [])]
    found = {"hargen": hargen.__version__, "python": platform.python_version()}
    for package in packages:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue  # a package of another name may provide it
    compiler = None if elf is None else compiler_of(elf)
    return found | ({} if compiler is None else {"gcc": compiler})


def compiler_of(elf: Path) -> str | None:
    """Return the version of GCC in an ELF's .comment, None where it has none."""
    from elftools.common.exceptions import ELFError
    from elftools.elf.elffile import ELFFile

    try:
        with elf.open("rb") as file:
            section = ELFFile(file).get_section_by_name(".comment")
            text = section.data().decode("utf-8", "replace") if section else ""
    except (OSError, ELFError):
        return None
    version = re.search(r"GCC:.*?(\d+\.\d+\.\d+)", text)
    return version.group(1) if version else None

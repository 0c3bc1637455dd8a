"""Builds the test firmwares with arm-none-eabi-gcc."""

from __future__ import annotations

import subprocess
from pathlib import Path

SOURCES = Path(__file__).parent / "firmware"
FLAGS = (
    *("-mcpu=cortex-m33", "-mthumb", "-mfpu=fpv5-sp-d16", "-mfloat-abi=hard"),
    *("-std=c11", "-O2", "-g", "-Wall", "-Wextra", "-Werror", "-ffreestanding", "-nostdlib"),
)


def build(folder: Path, *sources: str, defines: tuple[str, ...] = ()) -> Path:
    """Compile firmware/<sources> with start-up and system code into an ELF in folder."""
    name = "-".join([Path(sources[0]).stem, *defines]).replace("=", "_")
    elf = folder / f"{name}.elf"
    files = [SOURCES / source for source in ("startup.c", "system.c", *sources)]
    command = ["arm-none-eabi-gcc", *FLAGS, *(f"-D{define}" for define in defines)]
    command += ["-I", SOURCES, "-T", SOURCES / "firmware.ld", "-o", elf, *files]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return elf

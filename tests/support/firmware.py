"""The firmware around the tiny model of tests/c/link: as a native process, and as a project."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from hargen import board
from hargen.emit.build_options import WARNINGS, BuildOptions, outputs
from hargen.emit.contents import firmware_folders
from hargen.emit.render import render
from hargen.plan.choice import Optimize

ROOT = Path(__file__).resolve().parents[2]
FIRMWARE = ROOT / "firmware"
MODEL = ROOT / "tests/c/link/model"
BOARD = "B-U585I-IOT02A"
SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")
INCLUDES = ("runtime", "preprocess", "link", "sensor", "app")
# The model's description holds addresses, and its section is read-only on the target.
FIXED_ADDRESSES = ("-fno-pie", "-no-pie")


def compile_c(
    program: Path,
    sources: list[Path],
    *,
    cc: str = "gcc",
    flags: tuple[str, ...] = (),
    includes: tuple[Path, ...] = (),
) -> Path:
    """Compile C for this machine, warnings being errors, and return the program."""
    folders = [FIRMWARE / name for name in INCLUDES]
    command = [cc, "-std=c11", "-O1", "-g", *WARNINGS, "-Werror", *FIXED_ADDRESSES, *flags]
    command += [f"-I{folder}" for folder in (*folders, *includes)]
    subprocess.run([*command, *map(str, sources), "-o", str(program)], check=True)
    return program


def link_sources() -> list[Path]:
    """Return the C files of firmware/link."""
    return sorted((FIRMWARE / "link").glob("*.c"))


def app_sources(sensor: str | None = "none") -> list[Path]:
    """Return the C files of link, driver, app and tiny model, without a way in.

    sensor: folder of the driver, None where somebody else gives the app its sensor.
    """
    app = [path for path in (FIRMWARE / "app").glob("*.c") if path.name != "main.c"]
    driver = [] if sensor is None else sorted((FIRMWARE / "sensor" / sensor).glob("*.c"))
    return [*link_sources(), *driver, *sorted(app), *sorted(MODEL.glob("*.c"))]


def compile_host(folder: Path, *, cc: str = "gcc", flags: tuple[str, ...] = SANITIZERS) -> Path:
    """Compile the native process of firmware/port/host."""
    port = FIRMWARE / "port/host"
    return compile_c(
        folder / "hg_host",
        [*app_sources(), *sorted(port.glob("*.c"))],
        cc=cc,
        flags=flags,
        includes=(port, MODEL),
    )


def assemble_project(folder: Path, *, name: str = "tally", optimize: Optimize = "balanced") -> Path:
    """Write a project for the board with the tiny model and return its folder."""
    target = board.load(BOARD)
    for project_dir, rooms in firmware_folders(target).items():
        for room in rooms:
            for path in room.glob("*.[ch]"):
                (folder / project_dir).mkdir(parents=True, exist_ok=True)
                shutil.copy(path, folder / project_dir)
    shutil.copytree(MODEL, folder / "Model")
    context = {
        "board": target,
        "options": BuildOptions(target, optimize),
        "project_name": name,
        "sources": [path.relative_to(folder).as_posix() for path in folder.rglob("*.c")],
    }
    for template, output in outputs(target).items():
        path = folder / output
        path.parent.mkdir(exist_ok=True)
        path.write_text(render(f"project/{template}", context), encoding="utf-8")
    return folder

"""hargen build: a project folder becomes an ELF."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from hargen.cli.options import JsonFile, ProjectDir


class Config(StrEnum):
    """How a project is compiled."""

    release = "release"
    debug = "debug"


def build(
    directory: ProjectDir = Path(),
    config: Annotated[Config, typer.Option("--config", "-c", help="How to compile.")] = (
        Config.release
    ),
    json_file: JsonFile = None,
) -> None:
    """Compile a project, and measure it by symbol."""
    from dataclasses import asdict

    from hargen import manifest
    from hargen.build import compile as compiling
    from hargen.cli import console, results

    console.check_writable(json_file)
    manifest.read(directory)
    image = compiling.build(directory, config.value)
    results.print_build(image, json_file)
    table = {
        "elf": str(image.elf_path),
        "config": image.config,
        "build_id": image.build_id.hex(),
        "footprint": asdict(image.footprint),
    }
    console.write_table(table, json_file)

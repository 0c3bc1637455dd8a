"""Every file of a project but its manifest, as bytes by project-relative path."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hargen import resources
from hargen.board import Board
from hargen.emit import build_options, model_context
from hargen.emit.build_options import BuildOptions
from hargen.emit.cubeide import context as cubeide
from hargen.emit.render import render
from hargen.importers.model_file import ModelFile

REFERENCE_FOLDER = "reference"
"""Holds the model file, which validate-serial runs through the reference; nothing compiles it."""


def reference_path(name: str, model: ModelFile) -> str:
    """Return the project's path of the model file."""
    return f"{REFERENCE_FOLDER}/{name}.{model.format}"


def firmware_folders(board: Board) -> dict[str, tuple[Path, ...]]:
    """Return folder of the project -> folders of hand-written C that are copied into it."""
    firmware = resources.firmware()
    return {
        "Runtime": (firmware / "runtime",),
        "Preprocess": (firmware / "preprocess",),
        "Link": (firmware / "link",),
        "Sensor": (firmware / "sensor", firmware / "sensor" / board.sensor.driver),
        "App": (firmware / "app",),
        "Port": (firmware / "port" / board.mcu.family,),
    }


def project_contents(
    context: dict[str, Any], model: ModelFile, options: BuildOptions, readme: dict[str, Any]
) -> dict[str, bytes]:
    """Return the files of a project.

    Args:
        context: of the templates of the model; hargen.emit.model_context makes it.
        model: the model file.
        options: how the project is compiled.
        readme: what README.md says beside that.
    """
    name = context["name"]
    contents = {
        target: render(f"model/{template}", context).encode()
        for template, target in model_context.outputs(context).items()
    }
    for folder, sources in firmware_folders(options.board).items():
        for path in sorted(path for source in sources for path in source.glob("*.[ch]")):
            contents[f"{folder}/{path.name}"] = path.read_bytes()
    build_context = {
        "board": options.board,
        "options": options,
        "project_name": name,
        "sources": sorted(path for path in contents if path.endswith(".c")),
    }
    for template, target in build_options.outputs(options.board).items():
        contents[target] = render(f"project/{template}", build_context).encode()
    cubeide_context = cubeide.context(name, options)
    for template, target in cubeide.outputs().items():
        contents[target] = render(template, cubeide_context).encode()
    contents["README.md"] = render(
        "project/README.md.j2", build_context | context | readme
    ).encode()
    contents[reference_path(name, model)] = model.content
    return contents

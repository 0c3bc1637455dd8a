"""Every file of an export with --format c: the network and its kernels, nothing of the firmware."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from hargen import resources
from hargen.emit import model_context
from hargen.emit.contents import reference_path
from hargen.emit.render import render
from hargen.importers.model_file import ModelFile

_TEMPLATES = {
    "c_only/README.md.j2": "README.md",
    "c_only/main.c.j2": "main.c",
    "c_only/Makefile.j2": "Makefile",
}
_TIES_TO_FIRMWARE = "Model/hg_model.c"
_INCLUDE = re.compile(rb'^#include "([^"/]+\.h)"', re.MULTILINE)


def c_contents(
    context: dict[str, Any], model: ModelFile, readme: dict[str, Any]
) -> dict[str, bytes]:
    """Return the files by path.

    Args:
        context: of the templates of the model; hargen.emit.model_context makes it.
        model: the model file, which goes along for comparison and which nothing compiles.
        readme: what README.md says beside that.
    """
    name = context["name"]
    contents = {
        target: render(f"model/{template}", context).encode()
        for template, target in model_context.outputs(context).items()
        if target != _TIES_TO_FIRMWARE
    }
    contents |= runtime_of(contents.values())
    for template, target in _TEMPLATES.items():
        contents[target] = render(template, context | readme).encode()
    contents[reference_path(name, model)] = model.content
    return contents


def runtime_of(sources: Iterable[bytes]) -> dict[str, bytes]:
    """Return the kernels that the sources include, and what those include.

    Those of firmware/preprocess go with those of firmware/runtime: it is one folder to add.
    """
    folders = [resources.firmware() / name for name in ("runtime", "preprocess")]
    found: dict[str, bytes] = {}
    waiting = list(sources)
    while waiting:
        for included in _INCLUDE.findall(waiting.pop()):
            for header in (folder / included.decode() for folder in folders):
                for path in (header, header.with_suffix(".c")):
                    target = f"Runtime/{path.name}"
                    if target not in found and path.is_file():
                        found[target] = path.read_bytes()
                        waiting.append(found[target])
    return dict(sorted(found.items()))

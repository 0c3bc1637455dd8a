"""Imports between the rooms of hargen/ go one way, as docs/architecture.md draws them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# From left to right: a room may import its own files and any room of an earlier step.
STEPS = (
    {"errors", "resources", "files"},
    {"board", "ir", "manifest"},
    {"quantize", "preprocessing"},
    {"importers", "datasets"},
    {"models"},
    {"optimize"},
    {"plan", "lint"},
    {"emit"},
    {"build"},
    {"device"},
    {"validate"},
    {"convert", "monitor"},
    {"bench"},
    {"tune"},
    {"train"},
    {"zoo"},
    {"cli"},
    {"__main__"},  # python -m hargen
)
LINK_MAY_IMPORT = {"link", "errors"}

# Packages that only one room may touch, and why
RESERVED = {
    "unicorn": "device",  # GPL-2.0: only the process of the virtual board
    "capstone": "device",
    "serial": "link",  # every port is opened in one place
    "ai_edge_litert": "validate",  # the judge shares nothing with the judged
    "tflite": "importers",
    "jinja2": "emit",
    "typer": "cli",
}
MAY_IMPORT_TOO = {("serial", "cli"), ("serial", "device"), ("ai_edge_litert", "models")}


def imported(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Return every imported module with its line, wherever in the file the import stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                yield "." * node.level + (node.module or ""), node.lineno
            elif node.module == "hargen":
                yield from ((f"hargen.{alias.name}", node.lineno) for alias in node.names)
            elif node.module:
                yield node.module, node.lineno


def room_of(module: str) -> str:
    """Return the room of a module below hargen, such as ir of hargen.ir.ops.conv_2d."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def step_of(room: str) -> int:
    return next(index for index, rooms in enumerate(STEPS) if room in rooms)


def faults(module: str, source: str) -> list[str]:
    """Return what is wrong with the imports of one module."""
    room = room_of(module)
    found = []
    for name, line in imported(ast.parse(source)):
        package = name.split(".")[0]
        where = f"{module}:{line}: {name}"
        if name.startswith("."):
            found.append(f"{where}: relative import")
        elif package == "hargen":
            target = room_of(name)
            if target in ("", "__version__") or target == room:
                continue
            if room == "link":
                if target not in LINK_MAY_IMPORT:
                    found.append(f"{where}: link knows nothing of {target}")
            elif target == "link":
                if step_of(room) < step_of("device"):
                    found.append(f"{where}: {room} comes before the link")
            elif step_of(target) >= step_of(room):
                found.append(f"{where}: {room} does not come after {target}")
        elif RESERVED.get(package, room) != room and (package, room) not in MAY_IMPORT_TOO:
            found.append(f"{where}: only {RESERVED[package]} may import {package}")
    return found


def modules() -> list[tuple[str, Path]]:
    """Return every module of hargen by its dotted name; data folders of a build are no modules."""
    paths = sorted((ROOT / "hargen").rglob("*.py"))
    named = []
    for path in paths:
        parts = path.relative_to(ROOT).with_suffix("").parts
        if "_data" not in parts and parts != ("hargen", "__init__"):
            named.append((".".join(parts), path))
    return named


@pytest.mark.parametrize(("module", "path"), modules(), ids=lambda value: str(value))
def test_imports_go_one_way(module: str, path: Path) -> None:
    assert faults(module, path.read_text(encoding="utf-8")) == []


def test_every_room_has_its_step() -> None:
    rooms = {room_of(module) for module, _ in modules()} - {"link"}
    assert rooms <= set().union(*STEPS)


@pytest.mark.parametrize(
    ("module", "source", "fault"),
    [
        ("hargen.ir.graph", "from hargen.plan import plan", "ir does not come after plan"),
        ("hargen.ir.graph", "from hargen import emit", "ir does not come after emit"),
        ("hargen.plan.a", "def f():\n    import hargen.emit.b", "plan does not come after emit"),
        ("hargen.link.client", "from hargen.manifest import read", "knows nothing of manifest"),
        ("hargen.emit.a", "from hargen.link import client", "emit comes before the link"),
        ("hargen.emit.a", "from . import b", "relative import"),
        ("hargen.validate.a", "import unicorn", "only device may import unicorn"),
        ("hargen.board", "from hargen.manifest import read", "board does not come after manifest"),
    ],
)
def test_a_wrong_import_is_a_fault(module: str, source: str, fault: str) -> None:
    (found,) = faults(module, source)
    assert fault in found


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("hargen.plan.a", "from hargen.ir.graph import Graph\nfrom hargen import errors"),
        ("hargen.link.client", "import serial\nfrom hargen.link import frames"),
        ("hargen.validate.a", "from hargen.link.client import Client"),
        ("hargen.cli.app", "from hargen import __version__"),
    ],
)
def test_a_right_import_is_none(module: str, source: str) -> None:
    assert faults(module, source) == []

"""Includes between the rooms of firmware/ go one way, as docs/architecture.md draws them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FIRMWARE = ROOT / "firmware"
TEMPLATES = ROOT / "templates"

# What a room may include of firmware/, its own files aside
MAY_INCLUDE: dict[str, set[str]] = {
    "runtime": set(),
    "preprocess": {"runtime"},
    "link": set(),
    "sensor": set(),
    "port": {"app", "link", "sensor"},
    "app": {"runtime", "preprocess", "link", "sensor", "port"},
    "twin": {"app", "preprocess"},
    "model": {"runtime", "preprocess"},
    "model table": {"runtime", "app"},  # Model/hg_model.c implements app/hg_model.h
}
FREESTANDING = {"stdint.h", "stdbool.h", "stddef.h", "limits.h", "float.h"}
STANDARD: dict[str, set[str]] = {
    "runtime": {"stdint.h", "arm_acle.h"},
    "preprocess": {"stdint.h"},
    "link": FREESTANDING | {"string.h"},
    "sensor": {"stdint.h", "stdbool.h"},
    "port": FREESTANDING | {"string.h"},
    "app": FREESTANDING | {"string.h"},
    "twin": FREESTANDING | {"stdio.h", "string.h"},
    "model": {"stddef.h", "stdint.h", "string.h"},
    "model table": {"stddef.h", "stdint.h", "string.h"},
}
INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)


def room_of(path: Path) -> str:
    if path.is_relative_to(TEMPLATES):
        return "model table" if path.name.startswith("hg_model") else "model"
    return path.relative_to(FIRMWARE).parts[0]


def homes() -> dict[str, set[str]]:
    """Return the rooms of every header of firmware/ by its name (a port has the same names)."""
    found: dict[str, set[str]] = {}
    for path in FIRMWARE.rglob("*.h"):
        found.setdefault(path.name, set()).add(room_of(path))
    return found


def faults(room: str, source: str, headers: dict[str, set[str]], host: bool = False) -> list[str]:
    """Return the includes of a source that its room may not have."""
    found = []
    for own, standard in INCLUDE.findall(source):
        if standard and not host and standard not in STANDARD[room]:
            found.append(f"{room} includes <{standard}>")
        # a name that is not in firmware/ is a generated one, such as <name>_data.h
        rooms = headers.get(Path(own).name, set()) if own else set()
        wrong = rooms - MAY_INCLUDE[room] - {room}
        found.extend(f"{room} includes {own} of {home}" for home in sorted(wrong))
    return found


def sources() -> list[Path]:
    hand_written = [path for path in FIRMWARE.rglob("*.[chS]") if path.is_file()]
    generated = [path for path in TEMPLATES.rglob("*.j2") if path.suffixes[:1] in ([".c"], [".h"])]
    return sorted(hand_written + generated)


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_includes_go_one_way(path: Path) -> None:
    host = path.is_relative_to(FIRMWARE / "port/host")
    assert faults(room_of(path), path.read_text(encoding="utf-8"), homes(), host) == []


@pytest.mark.parametrize(
    ("room", "source", "fault"),
    [
        ("runtime", '#include "hg_server.h"', "runtime includes hg_server.h of link"),
        ("link", '#include "hg_info.h"', "link includes hg_info.h of runtime"),
        ("runtime", "#include <stdio.h>", "runtime includes <stdio.h>"),
        ("model", '  #  include "hg_server.h"', "model includes hg_server.h of link"),
    ],
)
def test_a_wrong_include_is_a_fault(room: str, source: str, fault: str) -> None:
    assert faults(room, source, {"hg_server.h": {"link"}, "hg_info.h": {"runtime"}}) == [fault]


def test_what_runs_on_the_target_keeps_to_the_rules_of_the_house() -> None:
    """No heap, no stdio, no double: names that none of the sources may have outside a comment."""
    banned = re.compile(
        r"\b(malloc|calloc|realloc|free|alloca|s?n?printf|puts|double|longjmp|goto)\b"
    )
    comment = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
    for path in sources():
        if path.is_relative_to(FIRMWARE / "port/host"):
            continue
        text = comment.sub("", path.read_text(encoding="utf-8"))
        assert banned.search(text) is None, f"{path}: {banned.search(text)}"

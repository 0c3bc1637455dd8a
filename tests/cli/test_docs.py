"""docs/commands.md knows every command and every option that the commands have."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs/commands.md"
COMMANDS = (
    "export",
    "quantize",
    "build",
    "lint",
    "flash",
    "validate-serial",
    "selftest",
    "board run",
    "boards",
    "doctor",
)


def sections() -> dict[str, str]:
    parts = re.split(r"^## hargen ", DOCS.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {next(name for name in sorted(COMMANDS, key=len, reverse=True)
                 if part.startswith(name)): part for part in parts}  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_documented(hargen, command: str) -> None:
    found = hargen(*command.split(), "--help")
    assert found.code == 0
    options = set(re.findall(r"(?<![\w-])--?[a-z][\w-]*", found.out, re.IGNORECASE))
    documented = set(re.findall(r"(?<![\w-])--?[a-z][\w-]*", sections()[command], re.IGNORECASE))
    assert options - documented - {"--help", "-h"} == set()


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_is_documented_that_is_not_there(hargen, command: str) -> None:
    found = hargen(*command.split(), "--help")
    table = re.findall(r"^\| (`-.*?) \|", sections()[command], re.MULTILINE)
    for option in re.findall(r"`(--?[\w-]+)`", " ".join(table)):
        assert option in found.out

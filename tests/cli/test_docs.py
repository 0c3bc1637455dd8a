"""docs/commands.md knows every command and every option that the commands have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from hargen.cli.app import app

DOCS = Path(__file__).parents[2] / "docs/commands.md"
OPTION = re.compile(r"(?<![\w-])--?[a-z][\w-]*", re.IGNORECASE)


def commands(group: typer.Typer, prefix: str = "") -> Iterator[str]:
    for command in group.registered_commands:
        assert command.callback is not None
        yield prefix + (command.name or command.callback.__name__.replace("_", "-"))
    for part in group.registered_groups:
        assert part.typer_instance is not None
        yield from commands(part.typer_instance, f"{prefix}{part.name} ")


COMMANDS = tuple(commands(app))


def sections() -> dict[str, str]:
    """Return the documentation of every command by its name, such as `board run`."""
    text = DOCS.read_text(encoding="utf-8")
    parts = re.split(r"^## hargen ", text, flags=re.MULTILINE)[1:]
    # the name ends where the arguments begin: [DIR], MODEL, -o
    return {re.match(r"[a-z]+(?:[- ][a-z]+)*", part)[0]: part for part in parts}  # type: ignore[index]


def test_every_command_is_documented_and_no_other() -> None:
    assert set(sections()) == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_documented(hargen, command: str) -> None:
    found = hargen(*command.split(), "--help")
    assert found.code == 0
    options = set(OPTION.findall(found.out)) - {"--help", "-h"}
    assert options <= set(OPTION.findall(sections()[command]))


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_is_documented_that_is_not_there(hargen, command: str) -> None:
    found = hargen(*command.split(), "--help")
    table = re.findall(r"^\| (`-.*?) \|", sections()[command], re.MULTILINE)
    for option in re.findall(r"`(--?[\w-]+)`", " ".join(table)):
        assert option in found.out

"""hargen export --format c: on the command line, and what the other commands say of it."""

from __future__ import annotations

from pathlib import Path

import pytest


def test_it_needs_no_board_and_says_where_to_read_on(hargen, tmp_path: Path) -> None:
    found = hargen("export", "default", "-o", tmp_path / "c", "--format", "c")
    assert found.code == 0
    assert "as C alone" in found.out
    assert "README.md" in found.out
    assert (tmp_path / "c/Model/har.c").is_file()
    assert hargen("export", "default", "-o", tmp_path / "p").code == 2


@pytest.mark.parametrize("command", ["build", "lint", "flash", "validate-serial"])
def test_commands_for_projects_refuse_it(command: str, hargen, tmp_path: Path) -> None:
    assert hargen("export", "default", "-o", tmp_path / "c", "--format", "c").code == 0
    more = ["--virtual"] if command in ("flash", "validate-serial") else []
    more += ["--synthetic", "5"] if command == "validate-serial" else []
    found = hargen(command, tmp_path / "c", *more)
    assert found.code == 2
    assert "C of a network alone" in found.err


@pytest.mark.parametrize(
    ("optimize", "level"), [("balanced", "-O2"), ("speed", "-O3"), ("size", "-Os")]
)
def test_what_it_is_optimized_for_becomes_a_level(
    optimize: str, level: str, hargen, tmp_path: Path
) -> None:
    words = ("-o", tmp_path / "c", "--format", "c", "--optimize", optimize)
    assert hargen("export", "default", *words).code == 0
    assert f"CFLAGS ?= {level} " in (tmp_path / "c/Makefile").read_text()
    assert f"`{level}` is the level" in (tmp_path / "c/README.md").read_text()

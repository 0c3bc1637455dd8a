"""Commands in the running text: every hargen command, option and path of tests exists."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest
from support.markdown import PAGES, ROOT, spans

from hargen.cli.app import app

OPTION = re.compile(r"(?<![\w-])--?[a-zA-Z][\w-]*")
GROUPS = {group.name for group in app.registered_groups}


def mentions(word: str) -> list[tuple[str, str]]:
    return [(page, span) for page in PAGES for span in spans(page) if span.split()[:1] == [word]]


@cache
def help_of(tools: Path, command: tuple[str, ...]) -> str:
    done = subprocess.run(
        [tools / "hargen", *command, "--help"],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"},
    )
    return done.stdout if done.returncode == 0 else ""


@pytest.mark.parametrize(("page", "span"), sorted(set(mentions("hargen"))))
def test_hargen_commands_have_the_options_that_pages_name(
    page: str, span: str, tools: Path
) -> None:
    words = span.split()[1:]
    command = words[: 2 if words[:1] and words[0] in GROUPS else 1]
    named = tuple(command) if command and re.fullmatch(r"[a-z-]+", command[0]) else ()
    if named and named[0].startswith("-"):
        named = ()
    text = help_of(tools, named)
    assert text, f"{page}: `{span}`: no such command"
    for option in OPTION.findall(span):
        assert re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", text), f"{page}: `{span}`"


@pytest.mark.parametrize(("page", "span"), sorted(set(mentions("pytest"))))
def test_tests_that_pages_name_are_there(page: str, span: str) -> None:
    for path in re.findall(r"\btests/[\w./-]+", span):
        assert (ROOT / path).exists(), f"{page}: `{span}`"


@pytest.mark.parametrize(("page", "span"), sorted(set(mentions("make"))))
def test_targets_of_make_that_pages_name_are_there(page: str, span: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in span.split()[1:]:
        assert re.search(rf"^{re.escape(target)}:", makefile, re.MULTILINE), f"{page}: `{span}`"

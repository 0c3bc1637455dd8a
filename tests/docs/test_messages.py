"""docs/troubleshooting.md: the messages are those of the code, in order, under their exit code."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest
from support.markdown import ROOT, read

from hargen import errors

PAGE = "docs/troubleshooting.md"
VARIES = "…"


def sections() -> dict[int, list[str]]:
    """Return the first cells of each exit code's table."""
    parts = re.split(r"^## (\d): .*$", read(PAGE), flags=re.MULTILINE)[1:]
    return {
        int(code): re.findall(r"^\| (?!message )([^|]+?) \|", text, re.MULTILINE)
        for code, text in zip(parts[::2], parts[1::2], strict=True)
    }


@cache
def texts() -> tuple[str, ...]:
    """Return every text in hargen's sources, with … where an f-string puts something in."""
    found: list[str] = []
    for path in (ROOT / "hargen").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = (part for part in node.values)
                found.append(
                    "".join(str(p.value) if isinstance(p, ast.Constant) else VARIES for p in parts)
                )
    return tuple(found)


MESSAGES = [(code, message) for code, found in sections().items() for message in found]


@pytest.mark.parametrize(("code", "message"), MESSAGES)
def test_a_message_is_one_of_the_code(code: int, message: str) -> None:
    words = [re.escape(part) for part in message.split(VARIES)]
    pattern = re.compile(".+".join(words), re.DOTALL)
    assert any(pattern.search(text) for text in texts()), message


def test_every_exit_code_has_its_messages_in_order() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    codes = {kind.exit_code for kind in kinds if issubclass(kind, errors.HargenError)}
    assert set(sections()) == codes
    for found in sections().values():
        assert found == sorted(found, key=lambda message: message.replace(VARIES, "").lower())


def test_there_are_enough_messages_to_look_up() -> None:
    assert len(MESSAGES) >= 40

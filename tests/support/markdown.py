"""Fenced blocks and code spans of the Markdown pages that people read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

PAGES = tuple(
    path.relative_to(ROOT).as_posix()
    for path in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
)
"""Every page: those of the top folder, which GitHub shows, and those of docs/."""

_FENCE = re.compile(r"^ *(?P<marks>`{3,}|~{3,}) *(?P<info>[^`]*)$")
_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block: the page and the line of its opening fence, its language and its text."""

    page: str
    line: int
    language: str
    text: str

    @property
    def where(self) -> str:
        return f"{self.page}:{self.line}"


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def split(page: str, text: str) -> tuple[list[Block], str]:
    """Return the fenced blocks of a page, and the page without them."""
    blocks: list[Block] = []
    prose: list[str] = []
    marks, start, language, body = "", 0, "", []
    for number, line in enumerate(text.splitlines(), 1):
        fence = _FENCE.match(line)
        if marks:
            if fence and fence["marks"].startswith(marks) and not fence["info"]:
                blocks.append(Block(page, start, language, "".join(body)))
                marks = ""
            else:
                body.append(line + "\n")
        elif fence:
            marks, start, language, body = fence["marks"], number, fence["info"].strip(), []
        else:
            prose.append(line)
    if marks:
        raise ValueError(f"{page}:{start}: the fence is never closed")
    return blocks, "\n".join(prose)


def blocks(page: str) -> list[Block]:
    return split(page, read(page))[0]


def spans(page: str) -> list[str]:
    """Return the code spans of a page: what stands between back-ticks in the running text."""
    prose = split(page, read(page))[1]
    return [" ".join(found[2].split()) for found in _SPAN.finditer(prose)]

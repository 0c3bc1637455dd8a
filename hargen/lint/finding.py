"""What a rule says of a project that breaks it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Rule: TypeAlias = Literal[
    "xml-readable",
    "file-version",
    "natures",
    "builders",
    "trustzone",
    "one-mcu",
    "configurations",
    "toolchain-pinned",
    "debug-level",
    "optimization",
    "include-path",
    "linker-script",
    "links",
    "linker-input",
    "additional-object",
    "ioc",
    "line-endings",
    "id-unique",
    "id-form",
    "folder-id",
    "scanner-id",
    "project-name",
    "build-path",
    "board-mcu",
    "board-fpu",
    "board-float-abi",
    "board-clock",
    "board-defines",
    "board-includes",
    "board-linker-script",
    "board-memory",
    "defaults-record",
    "source-folder",
    "sources-differ",
]
"""The names of all rules, as docs/stm32cubeide.md lists them."""


@dataclass(frozen=True)
class Finding:
    """One broken rule.

    Attributes:
        rule: its name.
        file: path in the project.
        element: what in the file it is about; may be empty.
        why: what is wrong.
        todo: what puts it right.
    """

    rule: Rule
    file: str
    element: str
    why: str
    todo: str

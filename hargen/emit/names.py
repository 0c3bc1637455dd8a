"""Names that reach C and paths: the prefix of the functions, and the classes."""

from __future__ import annotations

import re

from hargen.errors import DataError, UsageError

MAX_NAME = 32
_NAME = re.compile(rf"[a-z][a-z0-9_]{{0,{MAX_NAME - 1}}}")
# The words of C11 that have this form, and prefixes and names that the rest of a project uses.
# fmt: off
_RESERVED = frozenset({
    "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else",
    "enum", "extern", "float", "for", "goto", "if", "inline", "int", "long", "register",
    "restrict", "return", "short", "signed", "sizeof", "static", "struct", "switch", "typedef",
    "union", "unsigned", "void", "volatile", "while", "main", "asm",
})
# fmt: on
_RESERVED_PREFIX = "hg_"
MAX_CLASS_NAME = 64


def check_name(name: str) -> None:
    """Raise UsageError unless the name can begin C functions and files."""
    if not _NAME.fullmatch(name) or name in _RESERVED or name.startswith(_RESERVED_PREFIX):
        raise UsageError(
            f"{name!r} cannot be the name of a model",
            why="it becomes the prefix of C functions and the name of files",
            hint=f"use up to {MAX_NAME} lower-case letters, digits and underscores, beginning with"
            f" a letter, no word of C, not beginning with {_RESERVED_PREFIX}",
        )


def check_classes(classes: tuple[str, ...], outputs: int, source: str) -> None:
    """Raise DataError unless there is one usable name for each output.

    `source` says where the names come from, for the message.
    """
    if len(classes) != outputs:
        raise DataError(
            f"{len(classes)} class names for a network with {outputs} outputs",
            where=source,
            hint="give one name for each output, in their order: --classes A,B,C",
        )
    for name in classes:
        if not name or len(name) > MAX_CLASS_NAME or not name.isprintable() or "," in name:
            raise DataError(
                f"class name {name!r} is not usable",
                where=source,
                hint=f"use 1 to {MAX_CLASS_NAME} printable characters without commas",
            )
    if len({name.casefold() for name in classes}) != len(classes):
        raise DataError(f"class names repeat: {', '.join(classes)}", where=source)


def default_classes(outputs: int) -> tuple[str, ...]:
    """Return names for outputs that nobody has named."""
    return tuple(f"class_{index}" for index in range(outputs))

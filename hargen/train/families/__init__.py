"""The families that can be trained, one file each: networks, and support vector classifiers.

A family's parameters are a validated table, which `hargen train --set` and a search both fill.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hargen.errors import UsageError
from hargen.train.families import gmp, ign, tcnn
from hargen.train.families.family import Family, parse

FAMILIES: dict[str, Family] = {
    "ign": Family(ign.Parameters, ign.build, ign.describe),
    "gmp": Family(gmp.Parameters, gmp.build, gmp.describe),
    "tcnn": Family(tcnn.Parameters, tcnn.build, tcnn.describe, tcnn.defaults),
}
"""Every family of Keras networks by its name on the command line; svc is none."""

_MAX_BYTES = 1 << 16


def find(name: str) -> Family:
    """Return the family of that name.

    Raises:
        UsageError: there is none.
    """
    if name not in FAMILIES:
        raise UsageError(f"no family {name!r}", hint=f"known: {', '.join(FAMILIES)}, svc")
    return FAMILIES[name]


def settings_of(words: Sequence[str]) -> Mapping[str, Any]:
    """Return what several `key=value` say; values are spelled as in TOML.

    Raises:
        UsageError: one is not of this form, or a key comes twice.
    """
    table: dict[str, Any] = {}
    for word in words:
        try:
            found = tomllib.loads(word)
        except tomllib.TOMLDecodeError as error:
            raise UsageError(
                f"--set {word}: not KEY=VALUE as in TOML",
                why=str(error),
                hint="for example --set 'filters=[12, 16]' --set 'pooling=\"max\"'",
            ) from error
        twice = sorted(set(found) & set(table))
        if twice:
            raise UsageError(f"--set {twice[0]} is given twice")
        table |= found
    return table


def read_parameters(path: Path) -> Mapping[str, Any]:
    """Return the parameters of a TOML file, such as the one that a search writes.

    Raises:
        UsageError: it cannot be read, or is no TOML.
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise UsageError("too large for a file of parameters", where=str(path))
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(
            "cannot read the parameters", where=str(path), why=error.strerror or str(error)
        ) from error
    except ValueError as error:  # neither UTF-8 nor TOML
        raise UsageError(
            "the file of parameters is not TOML",
            where=str(path),
            why=str(error),
            hint="a line a parameter: filters = [12, 16]",
        ) from error


__all__ = ["FAMILIES", "Family", "find", "parse", "read_parameters", "settings_of"]

"""Where text goes: results for people on stdout, or on stderr while stdout carries JSON."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from hargen import files
from hargen.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

STDOUT = Path("-")


def text_stream(json_file: Path | None = None) -> TextIO:
    """Return the stream for human text: stderr where the JSON goes to stdout."""
    return sys.stderr if json_file == STDOUT else sys.stdout


def rich_console(json_file: Path | None = None) -> Console:
    """Return rich's console on the stream for human text."""
    from rich.console import Console

    return Console(file=text_stream(json_file), highlight=False)


def printable(text: str) -> str:
    """Return text without control sequences: names of files and in files may carry them."""
    return "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in text)


def say(text: str, json_file: Path | None = None) -> None:
    """Print a line of a result for people."""
    print(printable(text), file=text_stream(json_file))


def note(text: str) -> None:
    """Print to stderr what a reader of the result should know."""
    print(f"note: {printable(text)}", file=sys.stderr)


def progress(text: str) -> None:
    """Print to stderr how far a long command is."""
    print(printable(text), file=sys.stderr, flush=True)


def warn(text: str) -> None:
    """Print a warning to stderr."""
    print(f"warning: {printable(text)}", file=sys.stderr)


def error(text: str, hint: str = "") -> None:
    """Print an error to stderr, and under it what the user can do."""
    for prefix, message in (("error: ", text), ("hint: ", hint)):
        if message:
            print(prefix + printable(message).replace("\n", "\n  "), file=sys.stderr)


def check_writable(json_file: Path | None) -> None:
    """Refuse a JSON file that cannot be written, before the work that would fill it.

    Raises:
        UsageError: its folder is absent or not writable, or it names a folder.
    """
    if json_file is None or json_file == STDOUT:
        return
    folder = json_file.parent
    if json_file.is_dir():
        why = "it is a folder"
    elif json_file.exists() and not json_file.is_file():
        return
    elif not folder.is_dir():
        why = f"there is no folder {folder}"
    elif not os.access(folder, os.W_OK):
        why = f"the folder {folder} cannot be written to"
    else:
        return
    raise UsageError("cannot write the JSON file", where=str(json_file), why=why)


def write_table(table: Mapping[str, Any], json_file: Path | None) -> None:
    """Write a result as JSON of schema 1; see write_json."""
    write_json(json.dumps({"schema": 1, **table}, indent=2) + "\n", json_file)


def write_json(text: str, json_file: Path | None) -> None:
    """Write JSON text to a file, whole or not at all, or to stdout; None writes nothing.

    Raises:
        UsageError: the file cannot be written.
    """
    if json_file is None:
        return
    if json_file == STDOUT:
        sys.stdout.write(text)
        return
    try:
        files.write_whole(json_file, text)
    except OSError as error:
        raise UsageError(
            "cannot write the JSON file", where=str(json_file), why=error.strerror or str(error)
        ) from error

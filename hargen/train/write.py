"""The result of a training on disk: network, card, curves."""

from __future__ import annotations

from pathlib import Path

from hargen.errors import DataError, UsageError
from hargen.files import write_whole_bytes
from hargen.preprocessing.card import card_path, write_card
from hargen.train import curves, describe
from hargen.train.training import Outcome

SUFFIXES = (".keras", ".tflite")


def targets(output: Path) -> dict[str, Path]:
    """Return the files that a training writes, by what they are.

    With FILE.tflite the int8 network is written too, beside the float one.
    """
    found = {"keras": output.with_suffix(".keras")}
    if output.suffix == ".tflite":
        found["tflite"] = output
    return found | {"card": card_path(output), "curves": output.with_suffix(".png")}


def check(output: Path, *, force: bool) -> None:
    """Refuse what cannot be written, before anything is trained.

    Raises:
        UsageError: the name or folder is wrong, or a file is there already.
    """
    if output.suffix not in SUFFIXES:
        raise UsageError(
            f"the result has to be called {' or '.join(SUFFIXES)}",
            where=str(output),
            hint=".tflite writes the int8 network and the .keras beside it",
        )
    if not output.parent.is_dir():
        raise UsageError(
            "cannot write the result",
            where=str(output),
            why=f"there is no folder {output.parent}",
        )
    for path in targets(output).values():
        if path.is_dir():
            raise UsageError("cannot write the result", where=str(path), why="it is a folder")
        if path.exists() and not force:
            raise UsageError(
                "there is a file already", where=str(path), hint="choose another name, or --force"
            )


def write(outcome: Outcome, output: Path) -> list[Path]:
    """Write everything, each file whole or not at all, and return the paths.

    Raises:
        DataError: the disk fails.
    """
    paths = targets(output)
    contents = {
        "keras": outcome.chosen.keras,
        "tflite": outcome.chosen.tflite,
        "curves": curves.png(outcome.candidates, outcome.chosen),
    }
    try:
        for kind, path in paths.items():
            if kind in contents:
                write_whole_bytes(path, contents[kind])
        write_card(describe.card(outcome, output.stem), output)
    except OSError as error:
        raise DataError(
            "cannot write the result", where=str(output), why=error.strerror or str(error)
        ) from error
    return list(paths.values())

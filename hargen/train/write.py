"""The result of a training on disk: network, card, curves."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from hargen.errors import DataError, UsageError
from hargen.files import write_whole_bytes
from hargen.preprocessing.card import Card, card_path, write_card
from hargen.train import curves, describe
from hargen.train.training import Outcome

SUFFIXES = (".keras", ".tflite")
SVC_SUFFIXES = (".onnx",)


def targets(output: Path) -> dict[str, Path]:
    """Return the files that a training writes, by what they are.

    With FILE.tflite the int8 network is written too, beside the float one. A support vector
    classifier has neither, and no curves.
    """
    if output.suffix in SVC_SUFFIXES:
        return {"onnx": output, "card": card_path(output)}
    found = {"keras": output.with_suffix(".keras")}
    if output.suffix == ".tflite":
        found["tflite"] = output
    return found | {"card": card_path(output), "curves": output.with_suffix(".png")}


def check(output: Path, *, svc: bool, force: bool) -> None:
    """Refuse what cannot be written, before anything is trained.

    Args:
        output: the file that was asked for.
        svc: a support vector classifier, not a network, is to be written.
        force: write over files that are there.

    Raises:
        UsageError: the name or folder is wrong, or a file is there already.
    """
    suffixes = SVC_SUFFIXES if svc else SUFFIXES
    if output.suffix not in suffixes:
        raise UsageError(
            f"the result has to be called {' or '.join(suffixes)}",
            where=str(output),
            hint="" if svc else ".tflite writes the int8 network and the .keras beside it",
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
    contents = {
        "keras": outcome.chosen.keras,
        "tflite": outcome.chosen.tflite,
        "curves": curves.png(outcome.candidates, outcome.chosen),
    }
    return write_files(contents, describe.card(outcome, output.stem), output)


def write_files(contents: Mapping[str, bytes], card: Card, output: Path) -> list[Path]:
    """Write contents by what they are, and the card; see write."""
    paths = targets(output)
    try:
        for kind, path in paths.items():
            if kind in contents:
                write_whole_bytes(path, contents[kind])
        write_card(card, output)
    except OSError as error:
        raise DataError(
            "cannot write the result", where=str(output), why=error.strerror or str(error)
        ) from error
    return list(paths.values())

"""Results of export, build and flash, as a person reads them."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from hargen.cli import console

if TYPE_CHECKING:
    from hargen.build.compile import Image
    from hargen.device.real import Flashed
    from hargen.device.virtual import FlashResult
    from hargen.emit.project import ExportResult


def print_export(result: ExportResult, model: Path) -> None:
    """Print what was exported, what it will cost, and what comes next."""
    manifest, plan = result.manifest, result.manifest.plan
    for note in result.notes:
        console.note(note)
    purpose = "as C alone" if manifest.content == "c" else f"for {manifest.board}"
    console.say(f"{model.name} -> {result.folder}, {purpose}")
    console.say(f"  classes         {', '.join(manifest.classes)}")
    how = "" if manifest.preprocessing.integers is None else ", in integers: there is no FPU"
    console.say(f"  preprocessing   {manifest.preprocessing.spec.get('preset', 'custom')}{how}")
    console.say(f"  weights         {plan.weights} B flash")
    console.say(f"  tables          {plan.tables} B flash")
    console.say(f"  activations     {plan.activation_ram} B RAM")
    console.say(f"  one inference   {plan.maccs} multiply-accumulates")
    if manifest.content == "c":
        console.say(f"next: {result.folder / 'README.md'}")
    else:
        console.say(f"next: hargen build {shlex.quote(str(result.folder))}")


def print_flash(result: FlashResult, image: Image) -> None:
    """Print what was written where."""
    console.say(f"{image.elf_path}, build id {image.build_id.hex()[:12]}")
    console.say(f"  {result.written} B written to {result.path}")


def print_real_flash(result: Flashed, image: Image) -> None:
    """Print which tool wrote the image to which board, and who says so."""
    said = "verified" if result.verified else "not verified by the tool"
    console.say(f"{image.elf_path}, build id {image.build_id.hex()[:12]}")
    console.say(f"  written by {result.tool} ({result.where}), {said}")
    if result.probe is not None:
        console.say(f"  probe {result.probe}")
    if result.port is not None:
        console.say(f"  the board on {result.port} answers with this build id")
        console.say(f"next: hargen validate-serial --port {result.port}")


def print_build(image: Image, json_file: Path | None) -> None:
    """Print what an image needs."""
    size = image.footprint
    console.say(
        f"{image.elf_path}, {image.config}, build id {image.build_id.hex()[:12]}", json_file
    )
    for name, flash in (
        ("weights", size.weights),
        ("tables", size.tables),
        ("code", size.code),
        ("the rest", size.other_flash),
        ("whole image", size.image),
    ):
        console.say(f"  {name:<15} {flash} B flash", json_file)
    for name, ram in (
        ("activations", size.activation_ram),
        ("other", size.other_ram),
        ("stack reserve", size.stack_reserve),
    ):
        console.say(f"  {name:<15} {ram} B RAM", json_file)

"""Results of export, build and flash, as a person reads them."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from hargen.cli import console

if TYPE_CHECKING:
    from hargen.build.compile import Image
    from hargen.device.real import Flashed
    from hargen.device.virtual import FlashResult
    from hargen.emit.project import ExportResult
    from hargen.manifest import Manifest


def export_json(result: ExportResult) -> str:
    """Return the folder and its manifest as JSON."""
    written = result.manifest.model_dump(by_alias=True, mode="json", exclude_none=True)
    table = {"folder": str(result.folder), "notes": list(result.notes), "manifest": written}
    return json.dumps(table, indent=1) + "\n"


def print_export(result: ExportResult, model: Path, json_file: Path | None = None) -> None:
    """Print what was exported, what it will cost, and what comes next."""
    from hargen.cli import tuning

    def say(text: str) -> None:
        console.say(text, json_file)

    manifest, plan = result.manifest, result.manifest.plan
    for note in result.notes:
        console.note(note)
    purpose = "as C alone" if manifest.content == "c" else f"for {manifest.board}"
    say(f"{model.name} -> {result.folder}, {purpose}")
    say(f"  classes         {', '.join(manifest.classes)}")
    how = "" if manifest.preprocessing.integers is None else ", in integers: there is no FPU"
    say(f"  preprocessing   {manifest.preprocessing.spec.get('preset', 'custom')}{how}")
    say(f"  weights         {plan.weights} B flash")
    say(f"  tables          {plan.tables} B flash")
    say(f"  activations     {plan.activation_ram} B RAM")
    say(f"  one inference   {plan.maccs} multiply-accumulates")
    if manifest.choice is not None:
        say(f"  compiled        {manifest.choice.level}, optimized for {_purpose(manifest)}")
    tuning.print_choice(manifest, console.rich_console(json_file))
    if manifest.content == "c":
        say(f"next: {result.folder / 'README.md'}")
    else:
        say(f"next: hargen build {shlex.quote(str(result.folder))}")


def _purpose(manifest: Manifest) -> str:
    """Return what the network was optimized for, in words."""
    word = "both speed and size" if manifest.optimize == "balanced" else manifest.optimize
    return f"{word}, {'measured' if manifest.tuning else 'by estimate'}"


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

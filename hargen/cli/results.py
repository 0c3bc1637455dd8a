"""Results of export, build and flash, as a person reads them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hargen.cli import console

if TYPE_CHECKING:
    from hargen.emit.project import ExportResult


def print_export(result: ExportResult, model: Path) -> None:
    """Print what was exported, what it will cost, and what comes next."""
    manifest, plan = result.manifest, result.manifest.plan
    for note in result.notes:
        console.note(note)
    console.say(f"{model.name} -> {result.folder}, for {manifest.board}")
    console.say(f"  classes         {', '.join(manifest.classes)}")
    console.say(f"  preprocessing   {manifest.preprocessing.spec.get('preset', 'custom')}")
    console.say(f"  weights         {plan.weights} B flash")
    console.say(f"  tables          {plan.tables} B flash")
    console.say(f"  activations     {plan.activation_ram} B RAM")
    console.say(f"  one inference   {plan.maccs} multiply-accumulates")
    console.say(f"next: hargen build {result.folder}")

"""hargen flash: the built image goes onto a board."""

from __future__ import annotations

from pathlib import Path

from hargen.cli.options import OptionalBoardName, ProjectDir, Virtual


def flash(
    directory: ProjectDir = Path(), board: OptionalBoardName = None, virtual: Virtual = False
) -> None:
    """Build what is out of date and write the image to a board."""
    from hargen import manifest
    from hargen.build import compile as compiling
    from hargen.cli import results
    from hargen.device import flashing

    target = flashing.target(manifest.read(directory), board)
    image = compiling.build(directory)
    results.print_flash(flashing.flash(directory, image, target, virtual=virtual), image)

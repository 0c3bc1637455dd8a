"""A board without an FPU: the B-U585I-IOT02A, compiled as if its core had none.

Runs hargen with that board beside those of boards/; the same peripherals, so that the virtual board
runs it. Its FPU stays off: an instruction for it would trap.
"""

from __future__ import annotations

import sys
from pathlib import Path

from hargen import board
from hargen.board import Board

ROOT = Path(__file__).resolve().parents[2]
NAME = "NO-FPU"
PROGRAM = """
import sys
from pathlib import Path
from hargen import resources
boards = Path(sys.argv.pop(1))
resources.boards = lambda: boards
from hargen.cli.main import main
main()
"""
_CHANGES = {
    'name = "B-U585I-IOT02A"': f'name = "{NAME}"',
    'core = "cortex-m33"': 'core = "cortex-m33+nofp"',
    'fpu = "fpv5-sp-d16"': 'fpu = "none"',
    'float_abi = "hard"': 'float_abi = "soft"',
}


def write_board(folder: Path) -> Path:
    """Write the board's file into a folder and return its path."""
    text = (ROOT / "boards/B-U585I-IOT02A.toml").read_text(encoding="utf-8")
    for before, after in _CHANGES.items():
        assert text.count(before) == 1
        text = text.replace(before, after)
    folder.mkdir(exist_ok=True)
    path = folder / f"{NAME}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def load(folder: Path) -> Board:
    """Return the board."""
    return board.read(write_board(folder))


def command(boards: Path, *arguments: object) -> list[str]:
    """Return the command line of hargen that knows the boards of a folder and no others."""
    return [sys.executable, "-c", PROGRAM, str(boards), *map(str, arguments)]

"""The virtual board: the very ELF that would be flashed, on an instruction-set emulator.

What the rest of hargen uses is here: writing the flash, and starting the board as a process of its
own (`python -m hargen.device.virtual`). Only that process imports Unicorn, which is GPL-2.0.
docs/virtual-board.md tells what the board models and what it cannot show.
"""

from __future__ import annotations

from hargen.device.virtual.flash import FlashResult, program
from hargen.device.virtual.launch import RunCount, VirtualBoard, run_foreground

__all__ = ["FlashResult", "RunCount", "VirtualBoard", "program", "run_foreground"]

"""Whether a network fits the board, before anything is built."""

from __future__ import annotations

from hargen.board import Board
from hargen.errors import ModelError
from hargen.ir.tensor import DType
from hargen.plan.plan import Plan

FIRMWARE_FLASH = 32 * 1024
"""Bytes kept for kernels, firmware and C library; an estimate on the high side."""

FIRMWARE_RAM = 8 * 1024
"""Bytes kept for the firmware's own data beside the link's buffers."""

_WINDOWS_IN_FLIGHT = 8
"""The link's buffers hold a few windows; this many float32 windows is more than it needs."""


def check_arithmetic(plan: Plan, whose: str) -> None:
    """Raise ModelError where a core without an FPU cannot run the network; whose: what has none.

    By a library of floats it would be slow beyond use, and newlib's fmaf, which rounds twice, would
    not give the host's bits.
    """
    if plan.dtype is not DType.INT8:
        raise ModelError(
            f"the network computes in float32, and {whose} has no FPU",
            hint="give an int8 network, or a Keras model with --representative data to quantize it",
        )


def check_fit(plan: Plan, board: Board) -> None:
    """Raise ModelError, with the sums, where flash or RAM cannot hold the network."""
    footprint = plan.footprint
    flash = footprint.weights + footprint.tables + FIRMWARE_FLASH
    if flash > board.memory.flash.size:
        raise ModelError(
            f"the network does not fit into the flash of {board.name}",
            why=f"weights {footprint.weights} + tables {footprint.tables} + about"
            f" {FIRMWARE_FLASH} for code = {flash} bytes, and there are {board.memory.flash.size}",
            hint="use a smaller network",
        )
    window = 4 * plan.tensors[plan.input.tensor].size
    link = _WINDOWS_IN_FLIGHT * window
    ram = footprint.activation_ram + link + board.memory.stack_size + FIRMWARE_RAM
    if ram > board.memory.ram.size:
        raise ModelError(
            f"the network does not fit into the RAM of {board.name}",
            why=f"arena {footprint.activation_ram} + link {link} + stack"
            f" {board.memory.stack_size} + about {FIRMWARE_RAM} for the rest = {ram} bytes, and"
            f" there are {board.memory.ram.size}",
            hint="use a smaller network or shorter windows",
        )

"""Faults that a test puts into a running board; none ever happens unasked.

| kind | fields | what happens |
|-|-|-|
| drop | direction, nth | the nth byte from now is lost |
| flip | direction, nth, mask=16 | bits of the nth byte from now are turned |
| garble | direction, rate, seed=0 | one bit of this share of all bytes is turned |
| silence | direction | all bytes are lost |
| reset_after_tx | nth | the reset pin is pulled when the nth byte from now has left the board |
| reset_after_cycles | cycles | the reset pin is pulled so many cycles from now |
| flip_bit | address, bit | a bit of flash (until power-up) or SRAM is turned |
| freeze | | the core stops, as if it hung, until it is reset |
| button | pressed | the user button (PC13) |
| clear | | all faults of the line end |

direction is "rx" (to the board) or "tx" (from it); nth counts from 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from hargen.device.virtual.line import Faults, Line

DEFAULT_MASK = 0x10


class Target(Protocol):
    """What can be done to a board."""

    line: Line

    def reset_after_departures(self, count: int) -> None:
        """Pull the reset pin when so many more bytes have left."""

    def reset_after_cycles(self, cycles: int) -> None:
        """Pull the reset pin so many cycles from now."""

    def flip_bit(self, address: int, bit: int) -> None:
        """Turn a bit of flash or SRAM."""

    def freeze(self) -> None:
        """Stop the core until it is reset."""

    def press_button(self, *, pressed: bool) -> None:
        """Press or release the user button."""


def inject(target: Target, request: Mapping[str, object]) -> None:
    """Put a fault into the board.

    Args:
        target: the board.
        request: `kind` and its fields.

    Raises:
        ValueError: there is no such kind, or a field is missing or wrong.
    """
    kind = request.get("kind")
    match kind:
        case "drop":
            faults = _faults(target.line, request)
            faults.dropped.add(faults.count + _count(request, "nth"))
        case "flip":
            faults = _faults(target.line, request)
            mask = _integer(request, "mask", DEFAULT_MASK)
            faults.flipped[faults.count + _count(request, "nth")] = mask & 0xFF
        case "garble":
            faults = _faults(target.line, request)
            faults.garble(_rate(request), _integer(request, "seed", 0))
        case "silence":
            _faults(target.line, request).silent = True
        case "reset_after_tx":
            target.reset_after_departures(_count(request, "nth"))
        case "reset_after_cycles":
            target.reset_after_cycles(_count(request, "cycles"))
        case "flip_bit":
            target.flip_bit(_integer(request, "address"), _integer(request, "bit"))
        case "freeze":
            target.freeze()
        case "button":
            target.press_button(pressed=bool(request.get("pressed", True)))
        case "clear":
            target.line.to_board.clear()
            target.line.to_host.clear()
        case _:
            raise ValueError(f"no fault of kind {kind!r}")


def _faults(line: Line, request: Mapping[str, object]) -> Faults:
    direction = request.get("direction")
    if direction == "rx":
        return line.to_board
    if direction == "tx":
        return line.to_host
    raise ValueError(f"direction is {direction!r}, not 'rx' or 'tx'")


def _integer(request: Mapping[str, object], field: str, default: int | None = None) -> int:
    value = request.get(field, default)
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{field} is {value!r}, not an integer")
    return value


def _count(request: Mapping[str, object], field: str) -> int:
    value = _integer(request, field)
    if value < 1:
        raise ValueError(f"{field} is {value}, it counts from 1")
    return value


def _rate(request: Mapping[str, object]) -> float:
    rate = request.get("rate")
    if not isinstance(rate, int | float) or not 0 <= rate <= 1:
        raise ValueError(f"rate is {rate!r}, not between 0 and 1")
    return float(rate)

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
| sensor_nack | count=1 | the motion sensor does not acknowledge its address so often |
| sensor_stuck | | it holds SDA low until it got nine clocks, or loses its power |
| sensor_overrun | lost=1 | its time leaps: its FIFO fills, and so many words are overwritten |
| sensor_identity | value | WHO_AM_I reads this; without value: the truth again |
| sensor_reset | seconds=0 | it has no power for so long, and boots anew |

Those of the sensor take after_seconds too: they happen so much later.
direction is "rx" (to the board) or "tx" (from it); nth counts from 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol

from hargen.device.virtual.line import Faults, Line
from hargen.device.virtual.sensor.ism330dhcx import Ism330dhcx

DEFAULT_MASK = 0x10


class Target(Protocol):
    """What can be done to a board."""

    line: Line
    sensor: Ism330dhcx

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

    def at(self, seconds: float, fault: Callable[[], None]) -> None:
        """Do something so many seconds from now."""

    def hold_sensor_bus(self) -> None:
        """Let the sensor hold SDA."""

    def cut_sensor_power(self, seconds: float) -> None:
        """Take the sensor's power away for so long."""


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
        case str() if kind.startswith("sensor_"):
            fault = _sensor_fault(target, kind, request)
            later = _number(request, "after_seconds", 0.0)
            if later:
                target.at(later, fault)
            else:
                fault()
        case _:
            raise ValueError(f"no fault of kind {kind!r}")


def _sensor_fault(target: Target, kind: str, request: Mapping[str, object]) -> Callable[[], None]:
    sensor = target.sensor
    match kind:
        case "sensor_nack":
            return partial(sensor.refuse, _count(request, "count", 1))
        case "sensor_stuck":
            return target.hold_sensor_bus
        case "sensor_overrun":
            return partial(sensor.run_ahead, _count(request, "lost", 1))
        case "sensor_identity":
            value = None if request.get("value") is None else _integer(request, "value") & 0xFF
            return partial(sensor.impersonate, value)
        case "sensor_reset":
            return partial(target.cut_sensor_power, _number(request, "seconds", 0.0))
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


def _count(request: Mapping[str, object], field: str, default: int | None = None) -> int:
    value = _integer(request, field, default)
    if value < 1:
        raise ValueError(f"{field} is {value}, it counts from 1")
    return value


def _number(request: Mapping[str, object], field: str, default: float) -> float:
    value = request.get(field, default)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < 1e6:
        raise ValueError(f"{field} is {value!r}, not a number from 0 on")
    return float(value)


def _rate(request: Mapping[str, object]) -> float:
    rate = request.get("rate")
    if not isinstance(rate, int | float) or not 0 <= rate <= 1:
        raise ValueError(f"rate is {rate!r}, not between 0 and 1")
    return float(rate)

"""An I2C bus as its devices see it: who answers, and who holds its data line.

The controller (peripherals/i2c.py) works in whole bytes. Single clocks matter in one case only: a
device that was left in the middle of a byte holds SDA low until it was clocked through it. Those
clocks may come from the controller's pins as GPIO.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

BITS = 8
CLOCKS_PER_BYTE = 9


class Device(Protocol):
    """What answers at an address."""

    address: int

    def start(self, *, reads: bool) -> bool:
        """Take a START with its address, to be read from or written to; tell whether it acks."""

    def write(self, byte: int) -> bool:
        """Take a byte; tell whether it acks."""

    def read(self) -> int:
        """Give the next byte."""

    def stop(self) -> None:
        """Take a STOP."""


class I2cBus:
    """Two lines with pull-ups, and devices.

    Args:
        on_sda: called with the level that SDA idles at, whenever that changes.
    """

    def __init__(self, on_sda: Callable[[bool], None]) -> None:
        self._on_sda = on_sda
        self._devices: dict[int, Device] = {}
        self._current: Device | None = None
        self._held_clocks = 0
        self._pin_scl = self._pin_sda = True

    def attach(self, device: Device) -> None:
        """Connect a device."""
        self._devices[device.address] = device

    @property
    def is_sda_held(self) -> bool:
        """Whether a device holds SDA low."""
        return self._held_clocks > 0

    @property
    def is_free(self) -> bool:
        """Whether both lines are high, as a START needs."""
        return self._pin_scl and self._pin_sda and not self.is_sda_held

    def start(self, address: int, *, reads: bool) -> bool:
        """Send a START and an address; tell whether a device acks."""
        self._current = self._devices.get(address)
        return self._current is not None and self._current.start(reads=reads)

    def write(self, byte: int) -> bool:
        """Send a byte to the device that acked; tell whether it acks again."""
        return self._current is not None and self._current.write(byte)

    def read(self) -> int:
        """Return the next byte of the device that acked; a line that nobody pulls is high."""
        return 0xFF if self._current is None else self._current.read()

    def stop(self) -> None:
        """Send a STOP."""
        if self._current is not None:
            self._current.stop()
            self._current = None

    def abandon(self, byte: int, clocks: int) -> None:
        """Stop clocking within a byte that a device sends, after so many clocks.

        The device keeps the bit that is due on SDA: nothing shows where that is a 1.
        """
        self._current = None
        if clocks >= BITS:
            return  # the controller's own bit: the device has let go of SDA
        due = [byte >> bit & 1 for bit in range(BITS - 1 - clocks, -1, -1)]
        self.hold_sda(due.index(1) if 1 in due else len(due))

    def hold_sda(self, clocks: int = CLOCKS_PER_BYTE) -> None:
        """Let a device hold SDA low until it got so many clocks."""
        self._held_clocks = clocks
        self._on_sda(not clocks)

    def drive_from_pins(self, *, scl: bool, sda: bool) -> None:
        """Take what the controller's pins put on the lines as GPIO; True lets a line go."""
        rises = scl and not self._pin_scl
        self._pin_scl, self._pin_sda = scl, sda
        if rises and self._held_clocks:
            self.hold_sda(self._held_clocks - 1)

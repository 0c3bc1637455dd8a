"""Memory-mapped registers, and the bus that finds them.

A peripheral is on the bus while its clock runs. An access that finds no register is a violation:
the bus tells a clock that is off from a register that the board does not model.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from hargen.device.virtual.violations import Rule

ALL = 0xFFFF_FFFF
PERIPHERAL_SIZE = 0x400

Reader = Callable[[], int]
Writer = Callable[[int], None]


class Reporter(Protocol):
    """Reports a violation; raises Rewind where the instruction must first be found exactly."""

    def __call__(self, rule: Rule, cause: str, address: int | None = None) -> None:
        """Report that rule was broken, for this cause, by an access of address."""


class Rewind(Exception):  # noqa: N818 (not an error: it asks for the access once more)
    """The access is abandoned and will be made again, as the first instruction of its block."""


class Peripheral:
    """A block of registers, word by word, at a base address.

    Args:
        name: as the reference manual calls it.
        base: address of its first register.
        report: where violations go.
    """

    size = PERIPHERAL_SIZE
    word_access_only = False  # RM0456 says of some that halves and bytes cannot be accessed

    def __init__(self, name: str, base: int, report: Reporter) -> None:
        self.name = name
        self.base = base
        self.report = report
        self.values: dict[int, int] = {}
        self.names: dict[int, str] = {}
        self.reads: dict[int, Reader] = {}
        self.writes: dict[int, Writer] = {}
        self.cleared_by_ones: set[int] = set()
        self._after_reset: dict[int, int] = {}

    def define(
        self,
        offset: int,
        name: str,
        *,
        reset: int = 0,
        writable: int = 0,
        read_only: int = 0,
        read: Reader | None = None,
        write: Writer | None = None,
    ) -> None:
        """Model the register at offset.

        Args:
            offset: from the peripheral's base, in bytes.
            name: as the reference manual calls it.
            reset: its value after reset.
            writable: the bits that the plain store changes.
            read_only: the bits whose writing is without effect. Changing any other bit is a
                violation, for what it would do is not modelled.
            read: returns the value, in place of the stored one.
            write: takes the value that is written, in place of the plain store.
        """
        self.names[offset] = name
        self.values[offset] = self._after_reset[offset] = reset
        values = self.values

        def plain_read() -> int:
            return values[offset]

        def plain_write(value: int) -> None:
            self.store(offset, value, writable, read_only)

        self.reads[offset] = read or plain_read
        self.writes[offset] = write or plain_write

    def store(self, offset: int, value: int, writable: int, read_only: int) -> None:
        """Change the writable bits of a stored register; others that change are a violation."""
        old = self.values[offset]
        strange = (old ^ value) & ~(writable | read_only) & ALL
        if strange:
            self.report(
                Rule.UNMODELLED,
                f"{self.name}_{self.names[offset]} bits {strange:#x} are not modelled",
                self.base + offset,
            )
        self.values[offset] = old & ~writable | value & writable

    def on_bus_clock(self, *, on: bool) -> None:
        """Note that the bus clock was switched; most peripherals need not know."""

    def reset(self) -> None:
        """Give every stored register its value after reset."""
        self.values.update(self._after_reset)


class Bus:
    """Finds the register that an access means.

    Attributes:
        readers: what serves the load of a word, by address.
        writers: what serves the store of one.
    """

    def __init__(self, report: Reporter) -> None:
        self._report = report
        self.readers: dict[int, Reader] = {}
        self.writers: dict[int, Writer] = {}
        self._known: dict[int, Peripheral] = {}
        self._clocked: set[int] = set()
        self._unmodelled: dict[int, str] = {}

    def add(self, peripheral: Peripheral, *, clocked: bool) -> None:
        """Make a peripheral known, and reachable if its clock runs from reset on."""
        for page in range(peripheral.base, peripheral.base + peripheral.size, PERIPHERAL_SIZE):
            self._known[page] = peripheral
        if clocked:
            self.clock(peripheral, on=True)

    def name_unmodelled(self, names: dict[int, str]) -> None:
        """Tell the names of peripherals, by base address, that the board does not model."""
        self._unmodelled.update(names)

    def clock(self, peripheral: Peripheral, *, on: bool) -> None:
        """Switch a peripheral's bus clock."""
        if on == (peripheral.base in self._clocked):
            return
        peripheral.on_bus_clock(on=on)
        base = peripheral.base
        if on:
            self._clocked.add(base)
            self.readers.update((base + at, read) for at, read in peripheral.reads.items())
            self.writers.update((base + at, write) for at, write in peripheral.writes.items())
        else:
            self._clocked.discard(base)
            for offset in peripheral.reads:
                del self.readers[base + offset], self.writers[base + offset]

    def is_clocked(self, peripheral: Peripheral) -> bool:
        """Tell whether a peripheral's bus clock runs."""
        return peripheral.base in self._clocked

    def read_part(self, address: int, size: int) -> int:
        """Serve a load that is not of a whole register that is there."""
        shift = 8 * (address & 3)
        reader = self.readers.get(address & ~3)
        if reader is None or shift + 8 * size > 32:
            self._miss(address, "read")
            return 0
        if self._is_too_small(address, "read"):
            return 0
        return reader() >> shift & ((1 << 8 * size) - 1)

    def write_part(self, address: int, size: int, value: int) -> None:
        """Serve a store that is not of a whole register that is there."""
        word, shift = address & ~3, 8 * (address & 3)
        writer = self.writers.get(word)
        if writer is None or shift + 8 * size > 32:
            self._miss(address, "write")
            return
        if self._is_too_small(address, "write"):
            return
        peripheral = self._known[address & ~(PERIPHERAL_SIZE - 1)]
        offset = word - peripheral.base
        mask = ((1 << 8 * size) - 1) << shift
        kept = 0 if offset in peripheral.cleared_by_ones else peripheral.values[offset] & ~mask
        writer(kept | value << shift & mask)

    def _is_too_small(self, address: int, verb: str) -> bool:
        peripheral = self._known[address & ~(PERIPHERAL_SIZE - 1)]
        if peripheral.word_access_only:
            name = peripheral.names[(address & ~3) - peripheral.base]
            cause = f"{verb} of a part of {peripheral.name}_{name}, which takes words only"
            self._report(Rule.ACCESS_SIZE, cause, address)
        return peripheral.word_access_only

    def _miss(self, address: int, verb: str) -> None:
        page = address & ~(PERIPHERAL_SIZE - 1)
        peripheral = self._known.get(page)
        if peripheral is None:
            name = self._unmodelled.get(page, "this address")
            cause = f"{verb} of {name}, which the virtual board does not model"
            self._report(Rule.UNMODELLED, cause, address)
        elif peripheral.base not in self._clocked:
            name = peripheral.names.get((address & ~3) - peripheral.base, "")
            cause = f"{verb} of {peripheral.name}_{name} while its clock is off"
            self._report(Rule.CLOCK_OFF, cause.replace("_ ", " "), address)
        else:
            offset = address - peripheral.base
            cause = f"{verb} of {peripheral.name} at offset {offset:#x}, which is not modelled"
            self._report(Rule.UNMODELLED, cause, address)

"""The B-U585I-IOT02A: the chip, its core's loop, and the host at its serial port."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hargen.device.virtual.bridge import Bridge
from hargen.device.virtual.chip import Chip, Wiring
from hargen.device.virtual.counter import NEVER, Counter
from hargen.device.virtual.engine import LR, SP, Engine
from hargen.device.virtual.host import Host
from hargen.device.virtual.line import Line
from hargen.device.virtual.machine import Core, Machine
from hargen.device.virtual.memory import FLASH_BASE, FLASH_SIZE, Memory
from hargen.device.virtual.peripherals.rcc import PIN_RESET, POWER_RESET, SOFTWARE_RESET
from hargen.device.virtual.registers import Rewind
from hargen.device.virtual.sensor.feed import Feed, still
from hargen.device.virtual.sensor.ism330dhcx import Ism330dhcx
from hargen.device.virtual.timeline import Timeline
from hargen.device.virtual.violations import Rule, Violation, Violations

RESET_NAMES = {POWER_RESET: "power", PIN_RESET: "pin", SOFTWARE_RESET: "software"}
RETRY_SECONDS = 0.02
LR_AFTER_RESET = 0xFFFF_FFFF
BUTTON_PORT, BUTTON_PIN = "C", 13


@dataclass(frozen=True, slots=True)
class Reports:
    """What the board tells its launcher.

    Attributes:
        log: a line of text for who watches.
        violation: a rule was broken.
        reset: the board was reset, by this cause, for the nth time.
        flash_written: the firmware changed the flash: offset and the new bytes.
    """

    log: Callable[[str], None]
    violation: Callable[[Violation], None]
    reset: Callable[[str, int], None]
    flash_written: Callable[[int, bytes], None]


class Board:
    """A board without power; `run` gives it some.

    Args:
        flash: content of the flash.
        reports: where the board tells what happens.
        host: what waits for the host.
        bridge: the host's side of the serial port.
        library: the compiled block hook, None for the one in Python.
        count: addresses of the functions whose calls are counted.
        feed: what the motion sensor feels; by default the board lies still.
        rate_error: by how much that sensor's oscillator is fast, 0.02 for 2 %.
    """

    def __init__(
        self,
        flash: bytes,
        reports: Reports,
        host: Host,
        bridge: Bridge,
        library: ctypes.CDLL | None,
        count: Iterable[int] = (),
        feed: Feed | None = None,
        rate_error: float = 0.0,
    ) -> None:
        self._reports = reports
        self._host = host
        self._bridge = bridge
        self._library = library
        self._memory = Memory()
        self._memory.power_up(flash)
        self._counter = Counter(self._memory.fetch, FLASH_BASE, FLASH_SIZE)
        self._counter.count(count)
        self._violations = Violations(reports.violation)
        self._timeline = Timeline(self._counter.state, lambda: self._machine.wait_for_host())
        self._machine = Machine(
            self._counter, self._timeline, self._memory, self._violations, devices=self
        )
        self.chip = Chip(
            self._counter.state,
            self._timeline,
            self._memory,
            Wiring(
                report=self._report,
                be_exact=self._machine.be_exact,
                reset=self.reset,
                flash_written=self._flash_written,
                send=self._byte_left,
                log=reports.log,
            ),
        )
        self._complaints: list[str] = []  # of the sensor, told when no instruction is under way
        self.sensor = Ism330dhcx(
            lambda: self._timeline.seconds,
            feed or still(),
            rate_error,
            lambda what: self._complaints.append(f"ISM330DHCX: {what}"),
        )
        self.chip.i2c_bus.attach(self.sensor)
        self._later: list[tuple[int, Callable[[], None]]] = []
        self.line = Line(bridge, self.chip.usart.baud)
        self._engine: Engine | None = None
        self._runs: list[tuple[int, int]] = []
        self._resets = 0
        self._reset_cause: int | None = POWER_RESET
        self._reset_at = NEVER
        self._reset_at_departure = NEVER
        self._has_ended = False

    def run(self) -> None:
        """Power up and run until `end` is called."""
        while not self._has_ended:
            if self._reset_cause is not None:
                self._start(self._reset_cause)
            self._machine.step()

    def end(self) -> None:
        """Take the power away."""
        self._has_ended = True
        self._machine.hold()
        self._machine.interrupt()

    def reset(self, cause: int = PIN_RESET) -> None:
        """Reset the board before its next instruction."""
        self._reset_cause = cause
        self._machine.hold()
        self._machine.interrupt()

    def receive(self, data: bytes, baud: int | None) -> None:
        """Take bytes that the host sent at a baud rate (None where the port has none)."""
        self.chip.usart.receive(self.line.from_host(data, baud))

    def drain_runs(self) -> list[tuple[int, int]]:
        """Return (instructions, cycles) of the counted calls that have ended, each once."""
        runs = self._runs + self._counter.take_runs()
        self._runs = []
        return runs

    def count(self, functions: Iterable[int]) -> None:
        """Count the calls of the functions at these addresses from now on, and of no others."""
        self._counter.count(functions)

    def state(self) -> dict[str, int]:
        """Return totals since power-up."""
        state = self._counter.state
        return {
            "cycles": state.cycles,
            "asleep": self._timeline.asleep,
            "instructions": state.instructions,
            "resets": self._resets,
            "violations": self._violations.count,
            "received": self.line.to_board.count,
            "sent": self.line.to_host.count,
            "hclk_hz": self._timeline.hclk_hz,
        }

    # what the machine asks of the devices

    def advance(self, now: int) -> None:
        """Let happen what is due."""
        self.chip.advance(now)
        if self._counter.state.runs_count:
            self._runs += self._counter.take_runs()
        if now >= self._reset_at:
            self._reset_at = NEVER
            self.reset()
        while self._later and self._later[0][0] <= now:
            self._later.pop(0)[1]()
        while self._complaints:
            self._report(Rule.UNMODELLED, self._complaints.pop(0))

    def next_event(self) -> int:
        """Return when something may happen next that the core must see at once."""
        due = min(self.chip.next_event(), self._reset_at)
        if self._later:
            due = min(due, self._later[0][0])
        if self._reset_at_departure != NEVER:
            due = min(due, self.chip.usart.next_departure())
        return due

    def line_rests_at(self) -> int:
        """Return when the serial line will be at rest, NEVER where it is or bytes still arrive."""
        return self.chip.usart.rests_at()

    def is_line_busy(self) -> bool:
        """Tell whether something goes on on the serial line."""
        return self.chip.usart.is_line_busy()

    def has_ready_interrupt(self) -> bool:
        """Tell whether something is pending that wakes a sleeping core."""
        return bool(self.chip.nvic.ready())

    def poll_host(self) -> None:
        """Exchange bytes and commands with the host."""
        self.line.flush()
        self._host.poll()

    def wait_for_host(self, seconds: float | None) -> bool:
        """Hand over what was sent, then wait until the host has something, at most so long."""
        self.line.flush()
        if self._bridge.retry():
            seconds = RETRY_SECONDS if seconds is None else min(seconds, RETRY_SECONDS)
        return self._host.wait(seconds)

    def store_to_flash(self, address: int, size: int, value: int) -> None:
        """Serve a store to the flash."""
        self.chip.flash.program(address, size, value)

    # faults on purpose

    def reset_after_departures(self, count: int) -> None:
        """Pull the reset pin when so many more bytes have left."""
        self._reset_at_departure = self.line.to_host.count + count

    def reset_after_cycles(self, cycles: int) -> None:
        """Pull the reset pin so many cycles from now."""
        self._reset_at = self._counter.state.cycles + cycles
        self._timeline.look_soon()

    def flip_bit(self, address: int, bit: int) -> None:
        """Turn a bit of flash or SRAM."""
        region = self._memory.region_of(address)
        if region is None or not 0 <= bit < 8:
            raise ValueError(f"no bit {bit} of a byte at {address:#x}")
        region.content[address - region.base] ^= 1 << bit
        self._code_changed(address, 1)

    def freeze(self) -> None:
        """Stop the core until it is reset."""
        self._machine.hold()
        self._timeline.look_soon()

    def press_button(self, *, pressed: bool) -> None:
        """Press or release the user button."""
        self.chip.gpio[BUTTON_PORT].driven[BUTTON_PIN] = pressed

    def at(self, seconds: float, fault: Callable[[], None]) -> None:
        """Do something so many seconds from now."""
        due = self._counter.state.cycles + self._timeline.cycles_of(seconds)
        self._later.append((due, fault))
        self._later.sort(key=lambda entry: entry[0])
        self._timeline.look_soon()

    def hold_sensor_bus(self) -> None:
        """Let the sensor hold SDA until it got nine clocks, or loses its power."""
        self.chip.i2c_bus.hold_sda()

    def cut_sensor_power(self, seconds: float) -> None:
        """Take the sensor's power away for so long; it forgets everything."""
        self.sensor.cut_power(seconds)
        self.chip.i2c_bus.hold_sda(0)

    def _start(self, cause: int) -> None:
        """Reset: a new core on the old memories, begun through the vector table."""
        self._reset_cause = None
        self._resets += 1
        self.chip.reset(cause)
        self._engine = Engine(self._counter, self._library)
        exceptions = self.chip.connect(self._engine, self._counter)
        stack = self._memory.read_word(FLASH_BASE) or 0
        entry = self._memory.read_word(FLASH_BASE + 4) or 0
        self._engine.batch(SP, LR).write(stack & ~3, LR_AFTER_RESET)
        self._machine.start(Core(self._engine, exceptions, self.chip.is_fpu_on), entry & ~1)
        self._reports.reset(RESET_NAMES[cause], self._resets)

    def _report(self, rule: Rule, cause: str, address: int | None = None) -> None:
        if not self._machine.report(rule, cause, address):
            raise Rewind

    def _byte_left(self, byte: int) -> None:
        self.line.from_board(byte)
        if self.line.to_host.count >= self._reset_at_departure:
            self._reset_at_departure = NEVER
            self.reset()

    def _flash_written(self, address: int, size: int) -> None:
        offset = address - FLASH_BASE
        self._reports.flash_written(offset, self._memory.flash.content[offset : offset + size])
        self._code_changed(address, size)

    def _code_changed(self, address: int, size: int) -> None:
        if self._memory.region_of(address) is self._memory.flash:
            self._counter.forget(address, size)
        if self._engine is not None:
            self._engine.drop_translations(address, size)

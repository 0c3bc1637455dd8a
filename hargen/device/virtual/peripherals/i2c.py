"""I2C2 as the controller of a bus, in virtual time (RM0456, I2C).

7-bit addresses, polled. Every byte takes the time that TIMINGR gives it. As with the USART nothing
happens in between: the bus is looked at when the firmware looks, and then as often as something
was due since.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto

from hargen.device.virtual.counter import NEVER
from hargen.device.virtual.i2c_bus import BITS, CLOCKS_PER_BYTE, I2cBus
from hargen.device.virtual.peripherals.i2c_timing import Timing
from hargen.device.virtual.registers import ALL, Peripheral, Reporter
from hargen.device.virtual.timeline import Timeline
from hargen.device.virtual.violations import Rule

I2C2_BASE = 0x4000_5800
CR1, CR2, OAR1, OAR2, TIMINGR, TIMEOUTR = 0x00, 0x04, 0x08, 0x0C, 0x10, 0x14
ISR, ICR, PECR, RXDR, TXDR, AUTOCR = 0x18, 0x1C, 0x20, 0x24, 0x28, 0x2C

PE, DNF, ANFOFF, NOSTRETCH = 1 << 0, 0xF << 8, 1 << 12, 1 << 17
CR1_LOCKED = DNF | ANFOFF | NOSTRETCH

SADD, RD_WRN, START, STOP = 0xFE, 1 << 10, 1 << 13, 1 << 14
NBYTES, RELOAD, AUTOEND = 0xFF << 16, 1 << 24, 1 << 25
CR2_WRITABLE = 0x3FF | RD_WRN | START | STOP | NBYTES | RELOAD | AUTOEND

TXE, TXIS, RXNE, NACKF, STOPF = 1 << 0, 1 << 1, 1 << 2, 1 << 4, 1 << 5
TC, TCR, BERR, ARLO, BUSY = 1 << 6, 1 << 7, 1 << 8, 1 << 9, 1 << 15
CLEARABLE = NACKF | STOPF | BERR | ARLO

STOP_BITS = 2  # the STOP, and the time that the bus is free after it


class Phase(Enum):
    """Where a transfer is."""

    IDLE = auto()
    WAITING = auto()  # for a free bus
    ADDRESS = auto()
    TRANSMIT = auto()
    STARVED = auto()  # SCL is held until TXDR is written
    RECEIVE = auto()
    HELD = auto()  # a byte is in, SCL is held until RXDR is read
    PAUSED = auto()  # all of NBYTES went, SCL is held until software says how to go on: TC, TCR
    STOPPING = auto()


BEFORE_START = (Phase.IDLE, Phase.WAITING)


class I2c(Peripheral):
    """One I2C controller.

    Args:
        report: where violations go.
        timeline: the time.
        kernel_hz: returns the clock that TIMINGR divides, 0 where it stands still.
        bus: what its pins lead to.
        check_pins: tells whether the pins are connected to it, reporting it where they are not.
    """

    word_access_only = True

    def __init__(
        self,
        report: Reporter,
        timeline: Timeline,
        kernel_hz: Callable[[], int],
        bus: I2cBus,
        check_pins: Callable[[], bool],
    ) -> None:
        super().__init__("I2C2", I2C2_BASE, report)
        self._timeline = timeline
        self._kernel_hz = kernel_hz
        self._bus = bus
        self._check_pins = check_pins
        self._phase = Phase.IDLE
        self._due = NEVER
        self._latched = 0
        self._left = 0  # bytes of NBYTES that are still to go over the bus
        self._to_load = 0  # bytes of NBYTES that are still to be written to TXDR
        self._shift = 0
        self._txdr: int | None = None
        self._rxdr: int | None = None
        self._last_status = 0
        self._bit = 1  # cycles
        self.define(CR1, "CR1", write=self._write_cr1)
        self.define(CR2, "CR2", write=self._write_cr2)
        self.define(OAR1, "OAR1")
        self.define(OAR2, "OAR2")
        self.define(TIMINGR, "TIMINGR", write=self._write_timing)
        self.define(TIMEOUTR, "TIMEOUTR")
        self.define(ISR, "ISR", reset=TXE, read=self._read_isr, write=self._write_isr)
        self.define(ICR, "ICR", write=self._write_icr)
        self.define(PECR, "PECR", read_only=ALL)
        self.define(RXDR, "RXDR", read=self._read_rxdr, read_only=ALL)
        self.define(TXDR, "TXDR", write=self._write_txdr)
        self.define(AUTOCR, "AUTOCR")

    def reset(self) -> None:
        """Leave the bus as it is and forget everything."""
        self.advance(self._timeline.now)
        self._switch_off()
        super().reset()

    def advance(self, now: int) -> None:
        """Let everything happen that is due at now."""
        if self._phase is Phase.WAITING and self._bus.is_free:
            self._begin(now)
        if self._phase is Phase.STOPPING and self._due == NEVER and not self._bus.is_sda_held:
            self._due = now + STOP_BITS * self._bit
        while self._due <= now:
            self._end_of_phase(self._due)

    def _begin(self, now: int) -> None:
        """Send START and address: it takes one more bit than a byte."""
        self._enter(Phase.ADDRESS, now + (CLOCKS_PER_BYTE + 1) * self._bit)

    def _enter(self, phase: Phase, due: int = NEVER) -> None:
        self._phase, self._due = phase, due

    def _end_of_phase(self, now: int) -> None:
        match self._phase:
            case Phase.ADDRESS:
                self._end_address(now)
            case Phase.TRANSMIT:
                self._end_transmit(now)
            case Phase.RECEIVE:
                self._end_receive(now)
            case _:
                self._end_stop()

    def _end_address(self, now: int) -> None:
        control = self.values[CR2]
        reads = bool(control & RD_WRN)
        self.values[CR2] &= ~START
        if self._bus.is_sda_held:
            self._lose_arbitration()
        elif not self._bus.start((control & SADD) >> 1, reads=reads):
            self._latched |= NACKF
            self._stop(now)
        elif not self._count(control):
            self._end_count(now)
        elif reads:
            self._receive(now)
        else:
            self._transmit(now)

    def _count(self, control: int) -> int:
        self._left = (control & NBYTES) >> 16
        loaded = self._txdr is not None
        self._to_load = 0 if control & RD_WRN else self._left - loaded
        return self._left

    def _transmit(self, now: int) -> None:
        if self._txdr is None:
            self._enter(Phase.STARVED)
            return
        self._shift, self._txdr = self._txdr, None
        self._enter(Phase.TRANSMIT, now + CLOCKS_PER_BYTE * self._bit)

    def _end_transmit(self, now: int) -> None:
        self._left -= 1
        if self._bus.is_sda_held and self._shift:
            self._lose_arbitration()
        elif not self._bus.write(self._shift):
            self._latched |= NACKF
            self._stop(now)
        elif self._left:
            self._transmit(now)
        else:
            self._end_count(now)

    def _receive(self, now: int) -> None:
        self._shift = 0 if self._bus.is_sda_held else self._bus.read()
        self._enter(Phase.RECEIVE, now + CLOCKS_PER_BYTE * self._bit)

    def _end_receive(self, now: int) -> None:
        if self._rxdr is not None:
            self._enter(Phase.HELD)
            return
        self._rxdr = self._shift
        self._left -= 1
        if self._left:
            self._receive(now)
        elif self._bus.is_sda_held and not self.values[CR2] & RELOAD:
            self._lose_arbitration()  # it does not acknowledge the last byte, which is to leave SDA
        else:
            self._end_count(now)

    def _end_count(self, now: int) -> None:
        control = self.values[CR2]
        if control & RELOAD:
            self._latched |= TCR
            self._enter(Phase.PAUSED)
        elif control & AUTOEND:
            self._stop(now)
        else:
            self._latched |= TC
            self._enter(Phase.PAUSED)

    def _stop(self, now: int) -> None:
        # SDA cannot rise while a device holds it
        self._enter(Phase.STOPPING, NEVER if self._bus.is_sda_held else now + STOP_BITS * self._bit)

    def _end_stop(self) -> None:
        self._bus.stop()
        self._latched |= STOPF
        self.values[CR2] &= ~STOP
        self._enter(Phase.IDLE)

    def _lose_arbitration(self) -> None:
        self._latched |= ARLO
        self._bus.stop()
        self.values[CR2] &= ~(START | STOP)
        self._enter(Phase.IDLE)

    def _switch_off(self) -> None:
        """Reset the state machine; a byte on its way from a device stays unfinished."""
        if self._phase is Phase.RECEIVE:
            left = -(-(self._due - self._timeline.now) // self._bit)
            self._bus.abandon(self._shift, max(0, CLOCKS_PER_BYTE - left))
        elif self._phase is Phase.HELD:
            self._bus.abandon(self._shift, BITS)
        self.values[CR2] &= ~(START | STOP)
        self._latched = 0
        self._txdr = self._rxdr = None
        self._enter(Phase.IDLE)

    def _status(self) -> int:
        waits = self._to_load and self._txdr is None
        in_data = self._phase in (Phase.TRANSMIT, Phase.STARVED)
        busy = self._phase not in BEFORE_START or not self._bus.is_free
        return (
            self._latched
            | (TXE if self._txdr is None else 0)
            | (TXIS if waits and in_data else 0)
            | (0 if self._rxdr is None else RXNE)
            | (BUSY if busy and self.values[CR1] & PE else 0)
        )

    def _read_isr(self) -> int:
        self.advance(self._timeline.now)
        status = self._status()
        if status == self._last_status:
            self._timeline.polled(self.base + ISR, self._due)
        self._last_status = status
        return status

    def _write_isr(self, value: int) -> None:
        if value & TXE:
            self._txdr = None
        self.store(ISR, value & ~(TXE | TXIS) | TXE, 0, ALL)

    def _write_icr(self, value: int) -> None:
        self.advance(self._timeline.now)
        self.store(ICR, value & ~CLEARABLE, 0, 0)
        self._latched &= ~(value & CLEARABLE)

    def _read_rxdr(self) -> int:
        now = self._timeline.now
        self.advance(now)
        if self._rxdr is None:
            self.report(Rule.I2C_ORDER, "RXDR read while it is empty", self.base + RXDR)
            return self.values[RXDR]
        self.values[RXDR], self._rxdr = self._rxdr, None
        if self._phase is Phase.HELD:
            self._enter(Phase.RECEIVE, now + self._bit)  # the acknowledge is still to come
        return self.values[RXDR]

    def _write_txdr(self, value: int) -> None:
        now = self._timeline.now
        self.advance(now)
        if self._txdr is not None:
            self.report(Rule.I2C_ORDER, "TXDR written while it is full", self.base + TXDR)
            return
        self._txdr = value & 0xFF
        self._to_load = max(0, self._to_load - 1)
        if self._phase is Phase.STARVED:
            self._transmit(now)

    def _write_timing(self, value: int) -> None:
        if self.values[CR1] & PE:
            cause = "I2C2_TIMINGR written while the I2C is on"
            self.report(Rule.LOCKED_REGISTER, cause, self.base + TIMINGR)
            return
        self.values[TIMINGR] = value

    def _write_cr1(self, value: int) -> None:
        self.advance(self._timeline.now)
        old = self.values[CR1]
        if old & value & PE and (old ^ value) & CR1_LOCKED:
            cause = "I2C2_CR1 filters or NOSTRETCH changed while the I2C is on"
            self.report(Rule.LOCKED_REGISTER, cause, self.base + CR1)
            value = value & ~CR1_LOCKED | old & CR1_LOCKED
        if value & ~old & PE:
            self._switch_on(filtered=not value & ANFOFF)
        self.store(CR1, value, PE | ANFOFF, 0)
        if old & ~value & PE:
            self._switch_off()

    def _switch_on(self, *, filtered: bool) -> None:
        kernel_hz = self._kernel_hz()
        if not kernel_hz:
            cause = "I2C2 is switched on while its kernel clock (RCC_CCIPR1) is off"
            self.report(Rule.I2C_TIMING, cause, self.base + CR1)
            return
        timing = Timing(self.values[TIMINGR], kernel_hz, filtered)
        problem = timing.problem()
        if problem:
            self.report(Rule.I2C_TIMING, problem, self.base + CR1)
        self._bit = self._timeline.cycles_of(timing.period)

    def _write_cr2(self, value: int) -> None:
        now = self._timeline.now
        self.advance(now)
        old = self.values[CR2]
        starts = bool(value & ~old & START)
        stops = bool(value & ~old & STOP)
        cause = self._out_of_order(old ^ value, starts=starts, stops=stops)
        if cause:
            self.report(Rule.I2C_ORDER, cause, self.base + CR2)
            return
        if starts and not self._check_pins():
            return
        self.store(CR2, value | old & (START | STOP), CR2_WRITABLE, 0)
        if starts:
            self._latched &= ~(TC | TCR)
            if self._phase is Phase.PAUSED:
                self._begin(now)  # a repeated START: the bus is ours
            else:
                self._enter(Phase.WAITING)
                self.advance(now)
        elif stops:
            self._latched &= ~(TC | TCR)
            self._stop(now)
        elif self._latched & TCR and value & NBYTES:
            self._latched &= ~TCR
            self._count(value)
            (self._receive if value & RD_WRN else self._transmit)(now)

    def _out_of_order(self, changed: int, *, starts: bool, stops: bool) -> str | None:
        """Return why a write of CR2 that changes these bits is none that the I2C could follow."""
        if self.values[CR2] & START and changed & ~(START | STOP):
            return "CR2 changed while START is set"
        if starts and not self.values[CR1] & PE:
            return "START set while the I2C is off"
        if starts and self._phase not in (Phase.IDLE, Phase.PAUSED):
            return "START set while a transfer is under way"
        if stops and self._phase is not Phase.PAUSED:
            return "STOP set while no transfer waits for it (TC or TCR)"
        return None

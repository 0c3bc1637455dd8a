"""USART1: asynchronous serial with FIFOs, in virtual time (RM0456, USART).

8 data bits, no parity, 1 stop bit, 16 samples a bit. Bytes from the host arrive one character time
after the other on a wire; those that are sent leave the same way. Nothing happens in between: the
wire is looked at when the firmware looks, and when an interrupt is due.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from hargen.device.virtual.counter import NEVER
from hargen.device.virtual.peripherals.clock_tree import prescaler_divider
from hargen.device.virtual.peripherals.usart_front import (
    FE,
    FIFO_DEPTH,
    FIFOEN,
    IDLE,
    ORE,
    RE,
    RTOF,
    RXFF,
    RXFNE,
    RXFT,
    RXFTCFG_SHIFT,
    TC,
    TE,
    THRESHOLDS,
    TXFE,
    TXFNF,
    TXFT,
    TXFTCFG_SHIFT,
    UE,
    Front,
)
from hargen.device.virtual.registers import ALL, Peripheral, Reporter
from hargen.device.virtual.timeline import POLLS_BEFORE_LEAP, Timeline
from hargen.device.virtual.violations import Rule

USART1_BASE, USART1_IRQ = 0x4001_3800, 61
CR1, CR2, CR3, BRR, GTPR, RTOR, RQR = 0x00, 0x04, 0x08, 0x0C, 0x10, 0x14, 0x18
ISR, ICR, RDR, TDR, PRESC, AUTOCR = 0x1C, 0x20, 0x24, 0x28, 0x2C, 0x30

OVER8 = 1 << 15
IDLEIE, RXFNEIE, TCIE, TXFNFIE = 1 << 4, 1 << 5, 1 << 6, 1 << 7
RTOIE, TXFEIE, RXFFIE = 1 << 26, 1 << 30, 1 << 31
CR1_WRITABLE = UE | RE | TE | FIFOEN | IDLEIE | RXFNEIE | TCIE | TXFNFIE | RTOIE | TXFEIE | RXFFIE
CR1_LOCKED = FIFOEN | OVER8
RTOEN = 1 << 23
EIE, OVRDIS, ONEBIT, TXFTIE, RXFTIE = 1 << 0, 1 << 12, 1 << 11, 1 << 23, 1 << 28
CR3_WRITABLE = EIE | OVRDIS | ONEBIT | TXFTIE | RXFTIE | 7 << RXFTCFG_SHIFT | 7 << TXFTCFG_SHIFT

LATCHED = FE | ORE | IDLE | TC | RTOF  # set by events, cleared through ICR
RXFRQ, TXFRQ = 1 << 3, 1 << 4

BITS_PER_BYTE = 10
BRR_MIN = 16
FRAMING_ERROR = 0x100  # added to a byte on the wire


class Usart(Peripheral):
    """One USART.

    Args:
        report: where violations go.
        timeline: the time.
        kernel_hz: returns the clock that BRR divides.
        transmit: called with each byte when its stop bit has left.
        check_pins: called before a byte leaves (True) or arrives (False); tells whether the pin
            is connected, reporting it where it is not.
        on_start: called with the baud rate when the USART is switched on.
    """

    def __init__(
        self,
        report: Reporter,
        timeline: Timeline,
        kernel_hz: Callable[[], int],
        transmit: Callable[[int], None],
        check_pins: Callable[[bool], bool],
        on_start: Callable[[float], None],
    ) -> None:
        super().__init__("USART1", USART1_BASE, report)
        self._timeline = timeline
        self._kernel_hz = kernel_hz
        self._transmit = transmit
        self._check_pins = check_pins
        self._on_start = on_start
        self._wire: deque[int] = deque()  # on its way from the host
        self._next_arrival = 0  # of the first of them
        self._last_arrival = 0
        self._sending: deque[tuple[int, int]] = deque()  # (time of its end, byte)
        self._awaits_idle = False  # a byte came since the line was last found idle
        self._awaits_timeout = False
        self._byte_time = 0  # cycles; 0 while the baud rate makes no sense
        self.front = Front(
            latched=TC, status_address=USART1_BASE + ISR, data_address=USART1_BASE + RDR
        )
        self._define()
        self._configure()

    def _define(self) -> None:
        self.define(CR1, "CR1", write=self._write_cr1)
        self.define(CR2, "CR2", write=self._write_timeout(CR2, RTOEN))
        self.define(CR3, "CR3", write=self._write_cr3)
        self.define(BRR, "BRR", write=self._locked(BRR, 0xFFFF))
        self.define(GTPR, "GTPR")
        self.define(RTOR, "RTOR", write=self._write_timeout(RTOR, 0xFF_FFFF))
        self.define(RQR, "RQR", write=self._write_rqr)
        self.define(ISR, "ISR", read=self._read_isr, read_only=ALL)
        self.define(ICR, "ICR", write=self._write_icr)
        self.define(RDR, "RDR", read=self._read_rdr, read_only=ALL)
        self.define(TDR, "TDR", write=self._write_tdr)
        self.define(PRESC, "PRESC", write=self._locked(PRESC, 0xF))
        self.define(AUTOCR, "AUTOCR")

    def reset(self) -> None:
        """Switch off; bytes in the FIFOs and on the way out are lost."""
        super().reset()
        self._switch_off()
        self._configure()
        self.retime()

    def on_bus_clock(self, *, on: bool) -> None:
        """Note whether the registers can be reached."""
        self.front.clocked = on

    def baud(self) -> float:
        """Return the baud rate in force, 0 where there is none."""
        divider = self.values[BRR] * prescaler_divider(self.values[PRESC])
        return self._kernel_hz() / divider if divider >= BRR_MIN else 0.0

    def retime(self) -> None:
        """Work out anew how long a byte takes, after a change of clocks or divider."""
        baud = self.baud()
        self._byte_time = round(BITS_PER_BYTE * self._timeline.hclk_hz / baud) if baud else 0
        self._settle()

    def receive(self, items: Iterable[int]) -> None:
        """Put bytes from the host on the wire, each a character time after the one before."""
        now = self._timeline.now
        self.advance(now)
        if not self._wire:
            self._next_arrival = max(now, self._last_arrival) + self._byte_time
        self._wire.extend(items)
        self._settle()

    def is_line_busy(self) -> bool:
        """Tell whether something goes on on the line, or its falling idle is still to be told."""
        return bool(self._wire or self._sending or self._awaits_idle or self._awaits_timeout)

    def advance(self, now: int) -> None:
        """Let everything happen that is due at now."""
        if now < self.front.quiet_until:
            return
        if self._wire and self._next_arrival <= now:
            self._arrive(now)
        if self._sending and self._sending[0][0] <= now:
            self._depart(now)
        if self._awaits_idle and now - self._last_arrival >= self._byte_time:
            self.front.latched |= IDLE
            self._awaits_idle = False
        if self._awaits_timeout and now - self._last_arrival >= self._timeout():
            self.front.latched |= RTOF
            self._awaits_timeout = False
        self._settle()

    def interrupt_line(self) -> bool:
        """Return the level of the interrupt line."""
        return bool(self.front.status() & self._interrupts)

    def next_interrupt(self) -> int:
        """Return a time at which the interrupt line may rise, or NEVER; it does not rise before."""
        enabled = self._interrupts
        if not enabled:
            return NEVER
        due = NEVER
        wire = len(self._wire)
        if wire:
            received = self.front.received
            for level in self._alarm_levels:
                if received < level <= received + wire:
                    due = min(due, self._next_arrival + (level - received - 1) * self._byte_time)
            last = self._next_arrival + (wire - 1) * self._byte_time
        else:
            last = self._last_arrival
        if enabled & IDLE and (wire or self._awaits_idle):
            due = min(due, last + self._byte_time)
        if enabled & RTOF and (wire or self._awaits_timeout):
            due = min(due, last + self._timeout())
        if enabled & FE and any(item & FRAMING_ERROR for item in self._wire):
            due = min(due, self._next_arrival)
        if self._sending and enabled & (TC | TXFNF | TXFE | TXFT):
            due = min(due, self._sending[0][0])
        return due

    def next_departure(self) -> int:
        """Return when the byte that is being sent has left, or NEVER."""
        return self._sending[0][0] if self._sending else NEVER

    def rests_at(self) -> int:
        """Return when the line will be at rest, NEVER where it is or bytes still arrive."""
        if self._sending:
            return self._sending[-1][0]
        if self._wire:
            return NEVER
        if self._awaits_timeout:
            return self._last_arrival + max(self._byte_time, self._timeout())
        return self._last_arrival + self._byte_time if self._awaits_idle else NEVER

    def _configure(self) -> None:
        """Work out what the control registers mean for status and interrupts."""
        cr1, cr3 = self.values[CR1], self.values[CR3]
        self._depth = FIFO_DEPTH if cr1 & FIFOEN else 1
        receive_level = THRESHOLDS[cr3 >> RXFTCFG_SHIFT & 7]
        self.front.configure(cr1, cr3, busy=bool(self._wire))
        self._interrupts = sum(
            bits
            for enabled, bits in (
                (cr1 & IDLEIE, IDLE),
                (cr1 & RXFNEIE, RXFNE),
                (cr1 & TXFNFIE, TXFNF),
                (cr1 & TCIE, TC),
                (cr1 & TXFEIE, TXFE),
                (cr1 & RXFFIE, RXFF),
                (cr1 & RTOIE, RTOF),
                (cr3 & RXFTIE, RXFT),
                (cr3 & TXFTIE, TXFT),
                (cr3 & EIE, FE),
                (cr1 & RXFNEIE or cr3 & EIE, ORE),
            )
            if enabled and cr1 & UE
        )
        # how many bytes received raise the line
        self._alarm_levels = [
            level
            for bit, level in (
                (RXFNE, 1),
                (RXFT, receive_level),
                (RXFF, FIFO_DEPTH),
                (ORE, self._depth + 1),
            )
            if self._interrupts & bit
        ]

    def _timeout(self) -> int:
        return self.values[RTOR] * self._byte_time // BITS_PER_BYTE

    def _arrive(self, now: int) -> None:
        wire, front = self._wire, self.front
        listens = self.values[CR1] & (UE | RE) == UE | RE and self._byte_time > 0
        connected = listens and self._check_pins(False)
        while wire and self._next_arrival <= now:
            item = wire.popleft()
            self._last_arrival = self._next_arrival
            self._next_arrival += self._byte_time
            if not connected:
                continue
            self._awaits_idle = True
            self._awaits_timeout = bool(self.values[CR2] & RTOEN)
            if front.received < self._depth:
                front.push(item)
                self.front.latched |= FE if item & FRAMING_ERROR else 0
            elif self.values[CR3] & OVRDIS:
                front.replace_last(item)
            else:
                self.front.latched |= ORE

    def _depart(self, now: int) -> None:
        while self._sending and self._sending[0][0] <= now:
            _, byte = self._sending.popleft()
            if not self._sending:
                self.front.latched |= TC
            self._transmit(byte)

    def _settle(self) -> None:
        """Work out until when nothing happens by itself."""
        change = self._sending[0][0] if self._sending else NEVER
        if self._wire:
            change = min(change, self._next_arrival)
        if self._awaits_idle:
            change = min(change, self._last_arrival + self._byte_time)
        if self._awaits_timeout:
            change = min(change, self._last_arrival + self._timeout())
        self.front.quiet_until = change
        self.front.sending = len(self._sending)
        self.front.set_busy(bool(self._wire))

    def _read_isr(self) -> int:
        self.advance(self._timeline.now)
        front = self.front
        status = front.status()
        if status != front.last_status:
            front.last_status = status
            front.polls = 0
            return status
        front.polls += 1
        if front.polls >= POLLS_BEFORE_LEAP:
            self._timeline.leap(front.quiet_until)
        return status

    def _read_rdr(self) -> int:
        self.advance(self._timeline.now)
        self.front.last_status = 0
        return self.front.pop()

    def _write_tdr(self, value: int) -> None:
        now = self._timeline.now
        self.advance(now)
        address = self.base + TDR
        if self.values[CR1] & (UE | TE) != UE | TE:
            self.report(Rule.USART_LOST, "TDR written while the transmitter is off", address)
            return
        if not self._byte_time:
            self.report(Rule.USART_BAUD, self._baud_problem(), address)
            return
        if len(self._sending) > self._depth:
            self.report(Rule.USART_LOST, "TDR written while it is full", address)
            return
        if not self._check_pins(True):
            return
        self.front.last_status = 0
        self.front.latched &= ~TC
        begin = self._sending[-1][0] if self._sending else now
        self._sending.append((begin + self._byte_time, value & 0xFF))
        self._settle()

    def _baud_problem(self) -> str:
        if not self._kernel_hz():
            return "USART1's kernel clock (RCC_CCIPR1) is off"
        return f"USART1_BRR is {self.values[BRR]}, it must be 16 or more"

    def _write_cr1(self, value: int) -> None:
        old = self.values[CR1]
        if old & UE and (old ^ value) & CR1_LOCKED:
            cause = "CR1.FIFOEN or OVER8 changed while the USART is on"
            self.report(Rule.LOCKED_REGISTER, cause, self.base + CR1)
            value = value & ~CR1_LOCKED | old & CR1_LOCKED
        self.store(CR1, value, CR1_WRITABLE, 0)
        if old & UE and not value & UE:
            self._switch_off()
        self._configure()
        self.retime()
        if value & UE and not old & UE:
            self._on_start(self.baud())
        self._timeline.look_soon()

    def _write_cr3(self, value: int) -> None:
        self.store(CR3, value, CR3_WRITABLE, 0)
        self._configure()
        self._timeline.look_soon()

    def _write_timeout(self, offset: int, writable: int) -> Callable[[int], None]:
        def write(value: int) -> None:
            self.store(offset, value, writable, 0)
            self._settle()
            self._timeline.look_soon()

        return write

    def _switch_off(self) -> None:
        self.front.received = 0
        self._sending.clear()
        self.front.latched = TC
        self._awaits_idle = self._awaits_timeout = False
        self._settle()

    def _locked(self, offset: int, writable: int) -> Callable[[int], None]:
        def write(value: int) -> None:
            if self.values[CR1] & UE:
                cause = f"USART1_{self.names[offset]} written while the USART is on: ignored"
                self.report(Rule.LOCKED_REGISTER, cause, self.base + offset)
                return
            self.store(offset, value, writable, 0)
            self.retime()

        return write

    def _write_rqr(self, value: int) -> None:
        self.store(RQR, value & ~(RXFRQ | TXFRQ), 0, 0)
        if value & RXFRQ:
            self.front.received = 0
        if value & TXFRQ and len(self._sending) > 1:
            first = self._sending[0]
            self._sending.clear()
            self._sending.append(first)
        self._settle()
        self._timeline.look_soon()

    def _write_icr(self, value: int) -> None:
        self.advance(self._timeline.now)
        self.front.last_status = 0
        self.front.latched &= ~(value & LATCHED)

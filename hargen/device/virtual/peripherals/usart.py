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
from hargen.device.virtual.registers import ALL, Peripheral, Reporter
from hargen.device.virtual.timeline import Timeline
from hargen.device.virtual.violations import Rule

USART1_BASE, USART1_IRQ = 0x4001_3800, 61
CR1, CR2, CR3, BRR, GTPR, RTOR, RQR = 0x00, 0x04, 0x08, 0x0C, 0x10, 0x14, 0x18
ISR, ICR, RDR, TDR, PRESC, AUTOCR = 0x1C, 0x20, 0x24, 0x28, 0x2C, 0x30

UE, RE, TE, FIFOEN, OVER8 = 1 << 0, 1 << 2, 1 << 3, 1 << 29, 1 << 15
IDLEIE, RXFNEIE, TCIE, TXFNFIE = 1 << 4, 1 << 5, 1 << 6, 1 << 7
RTOIE, TXFEIE, RXFFIE = 1 << 26, 1 << 30, 1 << 31
CR1_WRITABLE = UE | RE | TE | FIFOEN | IDLEIE | RXFNEIE | TCIE | TXFNFIE | RTOIE | TXFEIE | RXFFIE
CR1_LOCKED = FIFOEN | OVER8
RTOEN = 1 << 23
EIE, OVRDIS, ONEBIT, TXFTIE, RXFTIE = 1 << 0, 1 << 12, 1 << 11, 1 << 23, 1 << 28
RXFTCFG_SHIFT, TXFTCFG_SHIFT = 25, 29
CR3_WRITABLE = EIE | OVRDIS | ONEBIT | TXFTIE | RXFTIE | 7 << RXFTCFG_SHIFT | 7 << TXFTCFG_SHIFT

FE, ORE, IDLE, RXFNE, TC, TXFNF, RTOF = 1 << 1, 1 << 3, 1 << 4, 1 << 5, 1 << 6, 1 << 7, 1 << 11
TEACK, REACK, TXFE, RXFF, RXFT, TXFT = 1 << 21, 1 << 22, 1 << 23, 1 << 24, 1 << 26, 1 << 27
BUSY = 1 << 16
LATCHED = FE | ORE | IDLE | TC | RTOF  # set by events, cleared through ICR
RXFRQ, TXFRQ = 1 << 3, 1 << 4

FIFO_DEPTH = 8
THRESHOLDS = (1, 2, 4, 6, 7, 8, 8, 8)  # of RXFTCFG and TXFTCFG, in bytes
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
        self._received: deque[int] = deque()
        self._sending: deque[tuple[int, int]] = deque()  # (time of its end, byte)
        self._flags = TC
        self._awaits_idle = False  # a byte came since the line was last found idle
        self._awaits_timeout = False
        self._byte_time = 0  # cycles; 0 while the baud rate makes no sense
        self._last_status = -1
        self._define()

    def _define(self) -> None:
        self.define(CR1, "CR1", write=self._write_cr1)
        self.define(CR2, "CR2", writable=RTOEN)
        self.define(CR3, "CR3", write=self._write_cr3)
        self.define(BRR, "BRR", write=self._locked(BRR, 0xFFFF))
        self.define(GTPR, "GTPR")
        self.define(RTOR, "RTOR", writable=0xFF_FFFF)
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
        self.retime()

    def baud(self) -> float:
        """Return the baud rate in force, 0 where there is none."""
        divider = self.values[BRR] * prescaler_divider(self.values[PRESC])
        return self._kernel_hz() / divider if divider >= BRR_MIN else 0.0

    def retime(self) -> None:
        """Work out anew how long a byte takes, after a change of clocks or divider."""
        baud = self.baud()
        self._byte_time = round(BITS_PER_BYTE * self._timeline.hclk_hz / baud) if baud else 0

    def receive(self, items: Iterable[int]) -> None:
        """Put bytes from the host on the wire, each a character time after the one before."""
        now = self._timeline.now
        self.advance(now)
        if not self._wire:
            self._next_arrival = max(now, self._last_arrival) + self._byte_time
        self._wire.extend(items)

    def is_line_busy(self) -> bool:
        """Tell whether bytes are on their way, in either direction."""
        return bool(self._wire or self._sending)

    def advance(self, now: int) -> None:
        """Let everything happen that is due at now."""
        if self._wire and self._next_arrival <= now:
            self._arrive(now)
        if self._sending and self._sending[0][0] <= now:
            self._depart(now)
        if self._awaits_idle and now - self._last_arrival >= self._byte_time:
            self._flags |= IDLE
            self._awaits_idle = False
        if self._awaits_timeout and now - self._last_arrival >= self._timeout():
            self._flags |= RTOF if self.values[CR2] & RTOEN else 0
            self._awaits_timeout = False

    def interrupt_line(self) -> bool:
        """Return the level of the interrupt line."""
        cr1, cr3 = self.values[CR1], self.values[CR3]
        status = self._status()
        return bool(
            (cr1 & IDLEIE and status & IDLE)
            or (cr3 & RXFTIE and status & RXFT)
            or (cr1 & RXFNEIE and status & (RXFNE | ORE))
            or (cr1 & TXFNFIE and status & TXFNF)
            or (cr1 & TCIE and status & TC)
            or (cr1 & TXFEIE and status & TXFE)
            or (cr3 & TXFTIE and status & TXFT)
            or (cr1 & RXFFIE and status & RXFF)
            or (cr1 & RTOIE and status & RTOF)
            or (cr3 & EIE and status & (ORE | FE))
        )

    def next_interrupt(self) -> int:
        """Return a time at which the interrupt line may rise, or NEVER; it does not rise before."""
        cr1, cr3 = self.values[CR1], self.values[CR3]
        if not cr1 & UE:
            return NEVER
        times = [NEVER]
        wire, received = len(self._wire), len(self._received)
        if wire:
            times += self._arrivals(cr1, cr3, wire, received)
        last = self._next_arrival + (wire - 1) * self._byte_time if wire else self._last_arrival
        if cr1 & IDLEIE and (wire or self._awaits_idle):
            times.append(last + self._byte_time)
        if cr1 & RTOIE and (wire or self._awaits_timeout):
            times.append(last + self._timeout())
        if self._sending and (cr1 & (TCIE | TXFNFIE | TXFEIE) or cr3 & TXFTIE):
            times.append(self._sending[0][0])
        return min(times)

    def next_departure(self) -> int:
        """Return when the byte that is being sent has left, or NEVER."""
        return self._sending[0][0] if self._sending else NEVER

    def last_departure(self) -> int:
        """Return when everything that was written has left, or NEVER where all has."""
        return self._sending[-1][0] if self._sending else NEVER

    def _arrivals(self, cr1: int, cr3: int, wire: int, received: int) -> list[int]:
        wanted = []
        if cr1 & RXFNEIE:
            wanted.append(1)
        if cr3 & RXFTIE:
            wanted.append(THRESHOLDS[cr3 >> RXFTCFG_SHIFT & 7])
        if cr1 & RXFFIE:
            wanted.append(FIFO_DEPTH)
        if cr1 & RXFNEIE or cr3 & EIE:
            wanted.append(self._depth() + 1)
        times = [
            self._next_arrival + (count - received - 1) * self._byte_time
            for count in wanted
            if received < count <= received + wire
        ]
        if cr3 & EIE and any(item & FRAMING_ERROR for item in self._wire):
            times.append(self._next_arrival)
        return times

    def _timeout(self) -> int:
        return self.values[RTOR] * self._byte_time // BITS_PER_BYTE

    def _depth(self) -> int:
        return FIFO_DEPTH if self.values[CR1] & FIFOEN else 1

    def _arrive(self, now: int) -> None:
        wire = self._wire
        listens = self.values[CR1] & (UE | RE) == UE | RE and self._byte_time > 0
        connected = listens and self._check_pins(False)
        depth = self._depth()
        while wire and self._next_arrival <= now:
            item = wire.popleft()
            self._last_arrival = self._next_arrival
            self._next_arrival += self._byte_time
            if not connected:
                continue
            self._awaits_idle = self._awaits_timeout = True
            if len(self._received) < depth:
                self._received.append(item)
                self._flags |= FE if item & FRAMING_ERROR else 0
            elif self.values[CR3] & OVRDIS:
                self._received[-1] = item
            else:
                self._flags |= ORE

    def _depart(self, now: int) -> None:
        while self._sending and self._sending[0][0] <= now:
            _, byte = self._sending.popleft()
            if not self._sending:
                self._flags |= TC
            self._transmit(byte)

    def _status(self) -> int:
        cr1, cr3 = self.values[CR1], self.values[CR3]
        status = self._flags
        received = len(self._received)
        waiting = max(0, len(self._sending) - 1)  # the first is in the shift register
        free = self._depth() - waiting
        if received:
            status |= RXFNE
        if free > 0:
            status |= TXFNF
        if cr1 & FIFOEN:
            status |= RXFT if received >= THRESHOLDS[cr3 >> RXFTCFG_SHIFT & 7] else 0
            status |= RXFF if received >= FIFO_DEPTH else 0
            status |= TXFT if free >= THRESHOLDS[cr3 >> TXFTCFG_SHIFT & 7] else 0
            status |= 0 if waiting else TXFE
        if cr1 & UE:
            status |= TEACK if cr1 & TE else 0
            status |= REACK if cr1 & RE else 0
            status |= BUSY if self._wire else 0
        return status

    def _next_change(self) -> int:
        if not self.values[CR1] & UE:
            return NEVER
        arrival = self._next_arrival if self._wire else NEVER
        idle = self._last_arrival + self._byte_time if self._awaits_idle else NEVER
        return min(arrival, idle, self.next_departure())

    def _read_isr(self) -> int:
        self.advance(self._timeline.now)
        status = self._status()
        if status == self._last_status:
            self._timeline.polled(self.base + ISR, self._next_change())
        self._last_status = status
        return status

    def _read_rdr(self) -> int:
        self.advance(self._timeline.now)
        self._last_status = -1
        return self._received.popleft() & 0xFF if self._received else 0

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
        if len(self._sending) > self._depth():
            self.report(Rule.USART_LOST, "TDR written while it is full", address)
            return
        if not self._check_pins(True):
            return
        self._last_status = -1
        self._flags &= ~TC
        begin = self._sending[-1][0] if self._sending else now
        self._sending.append((begin + self._byte_time, value & 0xFF))

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
        self.retime()
        if value & UE and not old & UE:
            self._on_start(self.baud())
        self._timeline.look_soon()

    def _write_cr3(self, value: int) -> None:
        self.store(CR3, value, CR3_WRITABLE, 0)
        self._timeline.look_soon()

    def _switch_off(self) -> None:
        self._received.clear()
        self._sending.clear()
        self._flags = TC
        self._awaits_idle = self._awaits_timeout = False

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
            self._received.clear()
        if value & TXFRQ and len(self._sending) > 1:
            first = self._sending[0]
            self._sending.clear()
            self._sending.append(first)
        self._timeline.look_soon()

    def _write_icr(self, value: int) -> None:
        self.advance(self._timeline.now)
        self._last_status = -1
        self._flags &= ~(value & LATCHED)

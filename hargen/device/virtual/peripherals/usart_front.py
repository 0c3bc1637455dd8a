"""The part of the USART that its status and data registers show, in memory shared with C.

hg_usart_t of native/usart_hook.c, field by field: where it is compiled, it serves the two reads
that a receiving interrupt handler makes for every byte, as long as nothing changes by itself.
"""

from __future__ import annotations

import ctypes

FIFO_DEPTH = 8
THRESHOLDS = (1, 2, 4, 6, 7, 8, 8, 8)  # of RXFTCFG and TXFTCFG, in bytes

UE, RE, TE, FIFOEN = 1 << 0, 1 << 2, 1 << 3, 1 << 29
RXFTCFG_SHIFT, TXFTCFG_SHIFT = 25, 29

FE, ORE, IDLE, RXFNE, TC, TXFNF, RTOF = 1 << 1, 1 << 3, 1 << 4, 1 << 5, 1 << 6, 1 << 7, 1 << 11
TEACK, REACK, TXFE, RXFF, RXFT, TXFT = 1 << 21, 1 << 22, 1 << 23, 1 << 24, 1 << 26, 1 << 27
BUSY = 1 << 16


class Front(ctypes.Structure):
    """Status and receive FIFO.

    Attributes:
        quiet_until: before this time nothing changes by itself.
        now: address of the time at which the block that runs began.
        base: first address of the registers that the hook is called for.
        read: what serves every other read.
        clocked: 1 while the registers can be reached.
        latched: the status bits that stay until they are cleared.
        last_status: what was read last, 0 after anything that is no wait for a change.
        polls: how often in a row the same status was read again.
        sending: bytes in the send FIFO and the shift register.
        received: bytes in the receive FIFO.
    """

    _fields_ = (
        ("quiet_until", ctypes.c_uint64),
        ("now", ctypes.c_void_p),
        ("base", ctypes.c_uint64),
        ("status_address", ctypes.c_uint64),
        ("data_address", ctypes.c_uint64),
        ("read", ctypes.c_void_p),
        ("clocked", ctypes.c_uint32),
        ("latched", ctypes.c_uint32),
        ("steady", ctypes.c_uint32),
        ("last_status", ctypes.c_uint32),
        ("polls", ctypes.c_uint32),
        ("sending", ctypes.c_uint32),
        ("received", ctypes.c_uint32),
        ("first", ctypes.c_uint32),
        ("receive_status", ctypes.c_uint32 * (FIFO_DEPTH + 1)),
        ("send_status", ctypes.c_uint32 * (FIFO_DEPTH + 2)),
        ("fifo", ctypes.c_uint32 * FIFO_DEPTH),
    )

    first: int  # index of the oldest byte received

    def configure(self, cr1: int, cr3: int, *, busy: bool) -> None:
        """Work out the status bits that the control registers lead to."""
        has_fifo = bool(cr1 & FIFOEN)
        depth = FIFO_DEPTH if has_fifo else 1
        receive_level = THRESHOLDS[cr3 >> RXFTCFG_SHIFT & 7]
        send_level = THRESHOLDS[cr3 >> TXFTCFG_SHIFT & 7]
        for count in range(FIFO_DEPTH + 1):
            bits = RXFNE if count else 0
            if has_fifo:
                bits |= RXFT if count >= receive_level else 0
                bits |= RXFF if count >= FIFO_DEPTH else 0
            self.receive_status[count] = bits
        for count in range(FIFO_DEPTH + 2):
            free = depth - max(0, count - 1)  # the first is in the shift register
            bits = TXFNF if free > 0 else 0
            if has_fifo:
                bits |= TXFT if free >= send_level else 0
                bits |= TXFE if free == FIFO_DEPTH else 0
            self.send_status[count] = bits
        self.steady = 0
        if cr1 & UE:
            self.steady = (TEACK if cr1 & TE else 0) | (REACK if cr1 & RE else 0)
        self.set_busy(busy)

    def set_busy(self, busy: bool) -> None:
        """Show whether a byte is arriving."""
        self.steady = self.steady & ~BUSY | (BUSY if busy else 0)

    def status(self) -> int:
        """Return the status register."""
        return int(
            self.latched
            | self.steady
            | self.receive_status[self.received]
            | self.send_status[self.sending]
        )

    def push(self, item: int) -> None:
        """Put a byte into the receive FIFO."""
        self.fifo[(self.first + self.received) % FIFO_DEPTH] = item
        self.received += 1

    def replace_last(self, item: int) -> None:
        """Overwrite the byte that came last."""
        self.fifo[(self.first + self.received - 1) % FIFO_DEPTH] = item

    def pop(self) -> int:
        """Take the oldest byte out of the receive FIFO; 0 where there is none."""
        if not self.received:
            return 0
        first: int = self.first
        self.first = (first + 1) % FIFO_DEPTH
        self.received -= 1
        return int(self.fifo[first]) & 0xFF

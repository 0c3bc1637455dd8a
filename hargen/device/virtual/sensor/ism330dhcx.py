"""ISM330DHCX: the accelerometer of ST's inertial module, as its I2C shows it (DS13012, AN5398).

Registers are written here from the data sheet's register map, and nowhere else read from: no
driver and no header has a part in it.
"""

from __future__ import annotations

from collections.abc import Callable

from hargen.device.virtual.sensor.feed import Feed
from hargen.device.virtual.sensor.fifo import WORD, Fifo, Mode

ADDRESS = 0x6B  # SDO/SA0 is high on this board
IDENTITY = 0x6B
RELEASED = 0xFF  # what a controller reads from a line that nobody drives

FIFO_CTRL1, FIFO_CTRL2, FIFO_CTRL3, FIFO_CTRL4 = 0x07, 0x08, 0x09, 0x0A
WHO_AM_I, CTRL1_XL, CTRL3_C, CTRL9_XL, CTRL10_C = 0x0F, 0x10, 0x12, 0x18, 0x19
STATUS_REG, OUTX_L_A, OUTZ_H_A = 0x1E, 0x28, 0x2D
FIFO_STATUS1, FIFO_STATUS2 = 0x3A, 0x3B
TIMESTAMP0, TIMESTAMP2, TIMESTAMP3 = 0x40, 0x42, 0x43
INTERNAL_FREQ_FINE = 0x63
FIFO_DATA_OUT_TAG, FIFO_DATA_OUT_Z_H = 0x78, 0x7E

AFTER_RESET = {0x02: 0x3F, CTRL3_C: 0x04, CTRL9_XL: 0xE0, WHO_AM_I: IDENTITY}
MODES = {mode.value for mode in Mode}
SW_RESET, IF_INC, BDU = 1 << 0, 1 << 2, 1 << 6
DEVICE_CONF, TIMESTAMP_EN, XLDA = 1 << 1, 1 << 5, 1 << 0
STOP_ON_WTM, WTM8 = 1 << 7, 1 << 0
WRITABLE = {  # the bits that mean something here
    FIFO_CTRL1: 0xFF,
    FIFO_CTRL2: STOP_ON_WTM | WTM8,
    FIFO_CTRL3: 0x0F,
    FIFO_CTRL4: 0x07,
    CTRL1_XL: 0xFC,
    CTRL3_C: SW_RESET | IF_INC | BDU,
    CTRL9_XL: DEVICE_CONF,
    CTRL10_C: TIMESTAMP_EN,
}
READ_ONLY = {WHO_AM_I, 0x1A, 0x1B, 0x1C, 0x1D, STATUS_REG, INTERNAL_FREQ_FINE}
READ_ONLY |= {*range(0x20, 0x2E), *range(0x35, 0x3C), *range(0x40, 0x44), *range(0x78, 0x7F)}

MG_PER_COUNT = (0.061, 0.488, 0.122, 0.244)  # by FS_XL
FASTEST_HZ, FASTEST_CODE = 6667.0, 10  # every rate is this one, halved as often as its code says
FREQ_FINE_STEP = 0.0015
TICK_HZ = 40_000  # of the timestamp, nominally; the same oscillator as the samples'
TIMESTAMP_RESET = 0xAA
BOOT_SECONDS = 10e-3
RESET_SECONDS = 50e-6


class Ism330dhcx:
    """The sensor on its bus.

    Args:
        seconds: returns the time.
        feed: what it feels: one of its samples after each of the sensor's own, power or not.
        rate_error: by how much its oscillator is fast, 0.02 for 2 %.
        complain: called when something was written that means nothing here.

    Attributes:
        address: on the bus.
        next_index: of the feed's sample that comes next.
    """

    address = ADDRESS

    def __init__(
        self,
        seconds: Callable[[], float],
        feed: Feed,
        rate_error: float,
        complain: Callable[[str], None],
    ) -> None:
        self._seconds = seconds
        self._feed = feed
        self._speed = 1.0 + rate_error
        self._complain = complain
        self._identity = IDENTITY
        self._nacks = 0
        self.next_index = 0
        self._pointer: int | None = None  # None: the next byte written is one
        self._deaf_until = 0.0
        self._last_sample: float | None = None  # the first one is the feed's first
        self._resetting_until = 0.0
        self._ahead = 0.0  # seconds that it lives before the rest of the board
        self._reset(seconds() + BOOT_SECONDS)

    # as a device on the bus

    def start(self, *, reads: bool) -> bool:
        """Take its address; no answer while it boots or has no power."""
        self.advance()
        if self._now < self._deaf_until:
            return False
        if self._nacks:
            self._nacks -= 1
            return False
        if not reads:
            self._pointer = None
        return True

    def write(self, byte: int) -> bool:
        """Take the address of a register, then what to write from there on."""
        self.advance()
        if self._now < self._deaf_until:
            return False
        if self._pointer is None:
            self._pointer = byte
        else:
            self._write(self._pointer, byte)
            self._step()
        return True

    def read(self) -> int:
        """Give the register that is addressed, and go to the next."""
        self.advance()
        if self._now < self._deaf_until:
            return RELEASED
        if self._pointer is None:
            self._pointer = 0
        value = self._read(self._pointer)
        self._step()
        return value

    def stop(self) -> None:
        """Nothing is left open: registers are written byte by byte."""

    # faults on purpose

    def refuse(self, count: int) -> None:
        """Do not acknowledge its address so many times."""
        self._nacks += count

    def impersonate(self, identity: int | None) -> None:
        """Answer WHO_AM_I with this, with the truth for None."""
        self._identity = IDENTITY if identity is None else identity

    def run_ahead(self, lost: int) -> None:
        """Live on, until the FIFO is full and so many of its words are overwritten."""
        self.advance()
        if self._period:
            samples = max(0, self._fifo.room) + lost
            self._ahead += samples * self._period
            self.advance()

    def cut_power(self, seconds: float) -> None:
        """Lose everything, and have no power for so long."""
        self.advance()
        self._reset(self._now + seconds + BOOT_SECONDS)

    # by itself

    def advance(self) -> None:
        """Take the samples that are due."""
        now = self._now
        while self._period and self._next_sample <= now:
            self._sample()
            self._last_sample = self._next_sample
            self._next_sample += self._period

    @property
    def _now(self) -> float:
        return self._seconds() + self._ahead

    def _reset(self, deaf_until: float) -> None:
        self._deaf_until = deaf_until
        self._registers = bytearray(0x80)
        for register, value in AFTER_RESET.items():
            self._registers[register] = value
        self._fifo = Fifo()
        self._output = (0, 0, 0)
        self._latched: dict[int, int] = {}  # the other half of an output, while BDU keeps it
        self._fresh = False
        self._period = 0.0
        self._next_sample = 0.0
        self._tick_zero = 0.0
        self._ticks = 0  # as they were read with TIMESTAMP0

    def _sample(self) -> None:
        scale = MG_PER_COUNT[self._registers[CTRL1_XL] >> 2 & 3]
        self._output = self._feed.counts(self.next_index, scale)
        self.next_index += 1
        self._fresh = True
        if self._registers[FIFO_CTRL3] & 0xF:
            self._fifo.push(self._output)

    def _step(self) -> None:
        if self._registers[CTRL3_C] & IF_INC and self._pointer is not None:
            at_end = self._pointer == FIFO_DATA_OUT_Z_H
            self._pointer = FIFO_DATA_OUT_TAG if at_end else self._pointer + 1 & 0x7F

    def _read(self, register: int) -> int:
        if register == WHO_AM_I:
            return self._identity
        if register == CTRL3_C and self._now < self._resetting_until:
            return self._registers[CTRL3_C] | SW_RESET
        if register == STATUS_REG:
            return XLDA if self._fresh else 0
        if OUTX_L_A <= register <= OUTZ_H_A:
            return self._read_output(register - OUTX_L_A)
        if register == FIFO_STATUS1:
            return self._fifo.level & 0xFF
        if register == FIFO_STATUS2:
            return self._fifo.read_status2()
        if TIMESTAMP0 <= register <= TIMESTAMP3:
            if register == TIMESTAMP0:
                self._ticks = self._timestamp()
            return self._ticks >> 8 * (register - TIMESTAMP0) & 0xFF
        if register == INTERNAL_FREQ_FINE:
            return round((self._speed - 1) / FREQ_FINE_STEP) & 0xFF
        if FIFO_DATA_OUT_TAG <= register <= FIFO_DATA_OUT_Z_H:
            offset = register - FIFO_DATA_OUT_TAG
            value = self._fifo.byte(offset)
            if offset == WORD - 1:
                self._fifo.pop()
            return value
        return self._registers[register & 0x7F]

    def _read_output(self, offset: int) -> int:
        """Return half of an output; with BDU its other half waits for being read too."""
        half = self._latched.pop(offset, None)
        if half is None:
            value = self._output[offset // 2] & 0xFFFF
            half = value >> 8 * (offset % 2) & 0xFF
            if self._registers[CTRL3_C] & BDU:
                self._latched[offset ^ 1] = value >> 8 * (1 - offset % 2) & 0xFF
        if offset % 2:
            self._fresh = False
        return half

    def _timestamp(self) -> int:
        if not (self._registers[CTRL10_C] & TIMESTAMP_EN and self._period):
            return 0
        return int((self._now - self._tick_zero) * TICK_HZ * self._speed) & 0xFFFF_FFFF

    def _write(self, register: int, value: int) -> None:
        if register == TIMESTAMP2 and value == TIMESTAMP_RESET:
            self._tick_zero = self._now
            return
        if register in READ_ONLY or register >= len(self._registers):
            self._complain(f"write of {register:#04x}, which can only be read")
            return
        strange = (value ^ self._registers[register]) & ~WRITABLE.get(register, 0)
        if strange:
            self._complain(f"bits {strange:#04x} of {register:#04x} are not modelled")
        before = self._registers[register]
        self._registers[register] = value
        if register in (FIFO_CTRL1, FIFO_CTRL2):
            self._set_watermark()
        elif register == FIFO_CTRL4:
            self._set_mode(value & 7)
        elif register == CTRL1_XL and value >> 4 != before >> 4:
            self._set_rate(value >> 4)
        elif register == CTRL3_C and value & SW_RESET:
            self._reset(self._deaf_until)
            self._resetting_until = self._now + RESET_SECONDS
        elif register == CTRL10_C and value & ~before & TIMESTAMP_EN:
            self._tick_zero = self._now
        rate, batched = self._registers[CTRL1_XL] >> 4, self._registers[FIFO_CTRL3] & 0xF
        if rate and batched not in (0, rate):
            self._complain("BDR_XL is not ODR_XL: batching at another rate is not modelled")

    def _set_watermark(self) -> None:
        high = self._registers[FIFO_CTRL2]
        self._fifo.watermark = self._registers[FIFO_CTRL1] | (high & WTM8) << 8
        self._fifo.stops_at_watermark = bool(high & STOP_ON_WTM)

    def _set_mode(self, mode: int) -> None:
        if mode in MODES:
            self._fifo.set_mode(Mode(mode))
        else:
            self._complain(f"FIFO_MODE {mode} is not modelled")

    def _set_rate(self, code: int) -> None:
        """Begin to sample; what was to be felt since the last sample has passed."""
        if code > FASTEST_CODE:
            self._complain(f"ODR_XL {code} is not modelled")
            code = 0
        now = self._now
        was_off = not self._period
        self._period = 2 ** (FASTEST_CODE - code) / (FASTEST_HZ * self._speed) if code else 0.0
        if not code:
            return
        self._next_sample = now + self._period
        if was_off:
            self._tick_zero = now
        if was_off and self._last_sample is not None:
            missed = (self._next_sample - self._last_sample) / self._period
            self.next_index += max(0, round(missed) - 1)

"""The sensor's FIFO of tagged words (DS13012: FIFO, FIFO_STATUS1 and 2, FIFO_DATA_OUT_TAG)."""

from __future__ import annotations

from collections import deque
from enum import Enum

DEPTH = 512  # words of 1 + 6 bytes
TAG_ACCELEROMETER = 2
WORD = 7

OVR_LATCHED, FULL_NEXT, OVERRUN, WATERMARK = 1 << 3, 1 << 5, 1 << 6, 1 << 7


class Mode(Enum):
    """FIFO_MODE of FIFO_CTRL4; those with triggers are not modelled."""

    BYPASS = 0
    FIFO = 1
    CONTINUOUS = 6


class Fifo:
    """Words in the order in which they were batched.

    Attributes:
        mode: what happens when a word comes.
        watermark: the level from which the flag is up; 0 for never.
        stops_at_watermark: whether the FIFO is no deeper than that.
    """

    def __init__(self) -> None:
        self._words: deque[bytes] = deque()
        self._slot = 0
        self._overran = False
        self.mode = Mode.BYPASS
        self.watermark = 0
        self.stops_at_watermark = False

    def set_mode(self, mode: Mode) -> None:
        """Change the mode; bypass empties."""
        self.mode = mode
        if mode is Mode.BYPASS:
            self._words.clear()
            self._slot = 0
            self._overran = False

    def push(self, counts: tuple[int, int, int]) -> None:
        """Batch a sample of the accelerometer."""
        if self.mode is Mode.BYPASS:
            return
        word = bytes([tag(TAG_ACCELEROMETER, self._slot)])
        word += b"".join(value.to_bytes(2, "little", signed=True) for value in counts)
        self._slot += 1
        if len(self._words) >= self._depth:
            if self.mode is Mode.FIFO:
                return
            self._words.popleft()
        self._words.append(word)
        self._overran |= len(self._words) >= self._depth

    def byte(self, offset: int) -> int:
        """Return a byte of the oldest word, 0 where there is none."""
        return self._words[0][offset] if self._words else 0

    def pop(self) -> None:
        """Drop the oldest word: its last byte was read."""
        if self._words:
            self._words.popleft()

    @property
    def level(self) -> int:
        """How many words there are."""
        return len(self._words)

    @property
    def room(self) -> int:
        """How many words more there may be before one is lost."""
        return self._depth - len(self._words)

    def read_status2(self) -> int:
        """Return FIFO_STATUS2, whose latched bit this clears."""
        level, depth = len(self._words), self._depth
        bits = level >> 8 & 3
        bits |= WATERMARK if 0 < self.watermark <= level else 0
        bits |= OVERRUN if level >= depth else 0
        bits |= FULL_NEXT if level >= depth - 1 else 0
        bits |= OVR_LATCHED if self._overran else 0
        self._overran = False
        return bits

    @property
    def _depth(self) -> int:
        return self.watermark if self.stops_at_watermark and self.watermark else DEPTH


def tag(sensor: int, slot: int) -> int:
    """Return FIFO_DATA_OUT_TAG: sensor, time slot modulo 4, and a bit that makes the ones even."""
    bits = sensor << 3 | (slot & 3) << 1
    return bits | bits.bit_count() & 1

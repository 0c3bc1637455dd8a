"""The serial line between the host and USART1: baud rates that differ, and faults on purpose."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable

from hargen.device.virtual.bridge import Bridge
from hargen.device.virtual.peripherals.usart import FRAMING_ERROR

BAUD_TOLERANCE = 0.02  # below it every sample is right, and sampling is left out


def resample(data: Iterable[int], sender_baud: float, receiver_baud: float) -> list[int]:
    """Return what a receiver makes of bytes that were sent at another baud rate.

    The bits (start, 8 data from the lowest, stop) are laid out at the sender's rate without gaps.
    The receiver waits for a falling edge and samples the middle of each bit by its own rate.

    Returns:
        the bytes received, those without a stop bit with FRAMING_ERROR added.
    """
    levels = [1]
    for byte in data:
        levels += [0, *(byte >> bit & 1 for bit in range(8)), 1]
    ratio = sender_baud / receiver_baud  # sender's bits in one of the receiver's

    def level(time: float) -> int:
        return levels[int(time)] if time < len(levels) else 1

    found: list[int] = []
    edge = 1
    while edge < len(levels):
        if not (levels[edge - 1] and not levels[edge]):
            edge += 1
            continue
        if level(edge + 0.5 * ratio):
            edge += 1  # too short for a start bit
            continue
        value = sum(level(edge + (bit + 1.5) * ratio) << bit for bit in range(8))
        stop = edge + 9.5 * ratio
        found.append(value if level(stop) else value | FRAMING_ERROR)
        edge = max(edge + 1, int(stop) + 1)
    return found


class Faults:
    """What happens to the bytes of one direction, by their number."""

    def __init__(self) -> None:
        self.count = 0
        self.dropped: set[int] = set()
        self.flipped: dict[int, int] = {}
        self.silent = False
        self.garble_rate = 0.0
        self._random = random.Random(0)

    def garble(self, rate: float, seed: int) -> None:
        """Turn one bit of a share of the bytes, always the same ones for a seed."""
        self.garble_rate = rate
        self._random = random.Random(seed)

    def clear(self) -> None:
        """End all faults."""
        self.dropped.clear()
        self.flipped.clear()
        self.silent = False
        self.garble_rate = 0.0

    def apply(self, byte: int) -> int | None:
        """Return what becomes of the next byte, None where it is lost."""
        self.count += 1
        if self.silent or self.count in self.dropped:
            return None
        byte ^= self.flipped.get(self.count, 0)
        if self.garble_rate and self._random.random() < self.garble_rate:
            byte ^= 1 << self._random.randrange(8)
        return byte


class Line:
    """Carries bytes both ways between the bridge and the USART.

    Args:
        bridge: the host's side.
        board_baud: returns the USART's baud rate.
    """

    def __init__(self, bridge: Bridge, board_baud: Callable[[], float]) -> None:
        self._bridge = bridge
        self._board_baud = board_baud
        self._outgoing = bytearray()
        self._outgoing_baud = 0.0
        self.to_board = Faults()
        self.to_host = Faults()

    def from_host(self, data: bytes, baud: int | None) -> list[int]:
        """Return what reaches the USART of bytes that the host sent."""
        board = self._board_baud()
        items = list(data)
        if baud and board and not _is_near(baud, board):
            items = resample(data, baud, board)
        kept = (self.to_board.apply(item) for item in items)
        return [item for item in kept if item is not None]

    def from_board(self, byte: int) -> None:
        """Take a byte that the USART has sent."""
        sent = self.to_host.apply(byte)
        if sent is None:
            return
        baud = self._board_baud()
        if self._outgoing and baud != self._outgoing_baud:
            self.flush()
        self._outgoing_baud = baud
        self._outgoing.append(sent)

    def flush(self) -> None:
        """Hand to the host what the USART has sent, at the rate that it had then."""
        if not self._outgoing:
            return
        data = bytes(self._outgoing)
        self._outgoing.clear()
        baud, board = self._bridge.pty_baud(), self._outgoing_baud
        garbled = data
        if baud and board and not _is_near(baud, board):
            garbled = bytes(item & 0xFF for item in resample(data, board, baud))
        self._bridge.send(garbled, data)


def _is_near(first: float, second: float) -> bool:
    return abs(first / second - 1) < BAUD_TOLERANCE

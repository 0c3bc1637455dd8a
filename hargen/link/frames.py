"""Frames on the wire: COBS(header, payload, CRC-32) between two zero bytes.

COBS (Cheshire and Baker, 1999) leaves no zero inside a frame, so that a receiver finds the next
frame whatever happened to the one before. The header is messages.HEADER; the checksum is CRC-32 of
IEEE 802.3 over header and payload, little-endian.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from hargen.link.messages import HEADER, PROTOCOL_VERSION

_CRC = struct.Struct("<I")
_OVERHEAD = HEADER.size + _CRC.size
_BLOCK = 254  # bytes that one byte of COBS covers
_CONTROL = bytes({*range(32)} - set(b"\t\r\n"))
"""Bytes that no text has. Every frame has some: its first byte is below 9."""

MAX_FRAME = 1 << 20
"""Bytes between two zeros beyond which the receiver stops collecting."""


@dataclass(frozen=True)
class Frame:
    """A frame as it was meant."""

    type: int
    sequence: int
    payload: bytes
    version: int = PROTOCOL_VERSION


class BadFrame(Enum):
    """What lay between two zeros when it was no frame."""

    CRC = "wrong checksum"
    COBS = "not COBS"
    LENGTH = "wrong length"
    TOO_LONG = "too long"
    TEXT = "text"


def encode(frame: Frame) -> bytes:
    """Return a frame's bytes on the wire, both zeros included."""
    from cobs import cobs

    header = HEADER.pack(
        version=frame.version,
        type=frame.type,
        sequence=frame.sequence,
        length=len(frame.payload),
    )
    body = header + frame.payload
    encoded: bytes = cobs.encode(body + _CRC.pack(zlib.crc32(body)))
    return b"\0" + encoded + b"\0"


def decode(encoded: bytes) -> Frame | BadFrame:
    """Return the frame in the bytes between two zeros, or what is wrong with them."""
    from cobs import cobs

    if len(encoded.translate(None, _CONTROL)) == len(encoded):
        return BadFrame.TEXT
    try:
        body = cobs.decode(encoded)
    except cobs.DecodeError:
        return BadFrame.COBS
    if len(body) < _OVERHEAD:
        return BadFrame.LENGTH
    covered = body[: -_CRC.size]
    if zlib.crc32(covered) != _CRC.unpack(body[-_CRC.size :])[0]:
        return BadFrame.CRC
    header = HEADER.unpack(covered)
    payload = covered[HEADER.size :]
    if header["length"] != len(payload):
        return BadFrame.LENGTH
    return Frame(header["type"], header["sequence"], payload, header["version"])


def wire_size(payload_size: int) -> int:
    """Return the most bytes that a frame with that payload has on the wire."""
    size = payload_size + _OVERHEAD
    return size + size // _BLOCK + 3


class Decoder:
    """Bytes in, frames out; keeps what is between the last zero and now."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self._overflow = False

    def feed(self, data: bytes) -> Iterator[Frame | BadFrame]:
        """Yield what the zeros in data complete, in order."""
        *complete, rest = data.split(b"\0")
        for piece in complete:
            self._collect(piece)
            if self._overflow:
                yield BadFrame.TOO_LONG
            elif self._pending:
                yield decode(bytes(self._pending))
            self.clear()
        self._collect(rest)

    def clear(self) -> None:
        """Forget the unfinished frame."""
        self._pending.clear()
        self._overflow = False

    def _collect(self, piece: bytes) -> None:
        if len(self._pending) + len(piece) > MAX_FRAME:
            self._overflow = True
            self._pending.clear()
        elif not self._overflow:
            self._pending += piece

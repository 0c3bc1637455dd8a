"""Frames: round trips, any bytes at all, and the C code against Python's."""

from __future__ import annotations

import itertools
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import firmware

from hargen.link.frames import MAX_FRAME, BadFrame, Decoder, Frame, decode, encode, wire_size

FRAMES = st.builds(
    Frame,
    type=st.integers(0, 255),
    sequence=st.integers(0, 0xFFFF),
    payload=st.one_of(
        st.binary(max_size=600),
        # around COBS's blocks of 254
        st.integers(230, 520).map(lambda size: b"\x11" * size),
        st.integers(230, 520).map(bytes),
    ),
)


def damaged(data: bytes, position: int, change: int) -> bytes:
    """Return data with a byte flipped, dropped, doubled or zeroed."""
    if not data:
        return data
    at = position % len(data)
    kind = change % 4
    if kind == 0:
        return data[:at] + bytes([data[at] ^ (change % 255 + 1)]) + data[at + 1 :]
    if kind == 1:
        return data[:at] + data[at + 1 :]
    if kind == 2:
        return data[: at + 1] + data[at:]
    return data[:at] + b"\0" + data[at + 1 :]


STREAMS = st.lists(
    st.one_of(
        FRAMES.map(encode),
        st.binary(max_size=40),
        st.builds(damaged, FRAMES.map(encode), st.integers(0, 1000), st.integers(0, 1000)),
    ),
    max_size=6,
).map(b"".join)


def frames_of(data: bytes) -> list[Frame]:
    return [frame for frame in Decoder().feed(data) if isinstance(frame, Frame)]


class FrameTool:
    """Sender and receiver of firmware/link in a process under the sanitizers."""

    def __init__(self, program: Path) -> None:
        self.process = subprocess.Popen(
            [str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def ask(self, command: bytes, data: bytes) -> bytes:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(struct.pack("=4sI", command, len(data)) + data)
        self.process.stdin.flush()
        (size,) = struct.unpack("=I", self.process.stdout.read(4))
        return self.process.stdout.read(size)

    def encode(self, frame: Frame) -> bytes:
        return self.ask(b"E", struct.pack("<BH", frame.type, frame.sequence) + frame.payload)

    def decode(self, data: bytes) -> list[Frame]:
        answer, frames = self.ask(b"D", data), []
        while answer:
            event, answer = answer[0], answer[1:]
            if event == 1:
                kind, sequence, length = struct.unpack_from("<BHI", answer)
                frames.append(Frame(kind, sequence, answer[7 : 7 + length]))
                answer = answer[7 + length :]
        return frames

    def close(self) -> None:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        assert self.process.wait() == 0
        self.process.stdout.close()


@pytest.fixture(scope="module")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FrameTool]:
    sources = [firmware.ROOT / "tests/c/link/frame_tool.c", *firmware.link_sources()]
    program = tmp_path_factory.mktemp("tool") / "frame_tool"
    running = FrameTool(firmware.compile_c(program, sources, flags=firmware.SANITIZERS))
    yield running
    running.close()


@given(FRAMES)
def test_a_frame_survives_the_wire(frame: Frame) -> None:
    wire = encode(frame)
    assert wire[0] == wire[-1] == 0
    assert 0 not in wire[1:-1]
    assert len(wire) <= wire_size(len(frame.payload))
    assert frames_of(wire) == [frame]


@given(st.binary(max_size=300))
def test_any_bytes_are_frames_or_not(data: bytes) -> None:
    assert isinstance(decode(data.replace(b"\0", b"")), Frame | BadFrame)
    list(Decoder().feed(data))


@given(STREAMS, st.lists(st.integers(0, 400), max_size=8))
def test_chunks_make_no_difference(data: bytes, cuts: list[int]) -> None:
    decoder = Decoder()
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    pieces = [data[start:end] for start, end in itertools.pairwise(edges)]
    found = [frame for piece in pieces for frame in decoder.feed(piece)]
    assert found == list(Decoder().feed(data))


@given(st.binary(max_size=60), FRAMES)
def test_after_any_noise_the_next_frame_is_found(noise: bytes, frame: Frame) -> None:
    assert frames_of(noise + encode(frame))[-1] == frame


def test_every_flipped_bit_is_noticed() -> None:
    frame = Frame(4, 7, bytes(range(20)))
    wire = encode(frame)
    for position in range(1, len(wire) - 1):
        for bit in range(8):
            flipped = bytes([wire[position] ^ 1 << bit])
            assert frames_of(wire[:position] + flipped + wire[position + 1 :]) == []


def test_what_is_wrong_is_named() -> None:
    whole = encode(Frame(1, 1, b"abc"))[1:-1]
    assert decode(whole[:-1]) is BadFrame.COBS
    assert decode(b"\x03ab") is BadFrame.LENGTH
    assert decode(damaged(whole, 3, 4)) is BadFrame.CRC


def test_an_endless_frame_is_not_kept() -> None:
    decoder = Decoder()
    for _ in range(MAX_FRAME // 0x10000 + 2):
        assert list(decoder.feed(b"x" * 0x10000)) == []
    good = Frame(1, 2, b"after")
    assert list(decoder.feed(encode(good))) == [BadFrame.TOO_LONG, good]


@given(frame=FRAMES)
def test_c_encodes_as_python_does(tool: FrameTool, frame: Frame) -> None:
    assert tool.encode(frame) == encode(frame)


@given(data=STREAMS)
def test_c_finds_the_frames_that_python_finds(tool: FrameTool, data: bytes) -> None:
    expected = frames_of(data)
    found = tool.decode(data)
    if any(byte in data for byte in b"\r\n"):
        # C takes lines of text out, and so may find a frame behind one that Python does not
        remaining = iter(found)
        assert all(frame in remaining for frame in expected)
    else:
        assert found == expected


def test_a_line_of_text_is_no_frame(tool: FrameTool) -> None:
    query = 5  # HG_RECEIVED_QUERY
    for text in (b"?\r", b"?\n", b"\r\n?\r\n", b"help\r?\r", b"\0?\n"):
        assert list(tool.ask(b"D", text)) == [query], text
    for text in (b"?", b"??\n", b"a?\n", b"? \n", b"help\n"):
        assert list(tool.ask(b"D", text)) == [], text
    frame = Frame(1, 0x0A3F, b"?\r\n?\r\n")
    assert tool.decode(b"?\r\n" + encode(frame)) == [frame]
    assert tool.ask(b"D", encode(frame)).count(b"\x05") == 0

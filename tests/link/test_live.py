"""Frames that the device sends unasked: out of the way of replies, there for who listens."""

from __future__ import annotations

import random
from dataclasses import astuple

import pytest
from support.wire import FaultyBoard

from hargen.link import messages
from hargen.link.client import Client
from hargen.link.exchange import Request
from hargen.link.frames import BadFrame, Frame, decode, encode
from hargen.link.live import LiveResult, LiveSamples, LiveState, parse_live
from hargen.link.messages import LivePhase, LiveSend, LiveSensor, MessageType, NakReason, Stage

NUMBERS = {
    layout.name: {field.name: 100 + n for n, field in enumerate(layout.fields)}
    for layout in (messages.LIVE_STATE, messages.LIVE_SAMPLES, messages.LIVE_RESULT)
}
TEXT = "kein Anschluß".encode()


def state(**fields: float) -> bytes:
    values = {**NUMBERS["hg_live_state_t"], "phase": 3, "send": 1, "sensor": 2}
    return messages.LIVE_STATE.pack(**{**values, "text_size": len(TEXT), **fields}) + TEXT


def samples(**fields: int) -> bytes:
    values = {**NUMBERS["hg_live_samples_t"], "count": 2, **fields}
    return messages.LIVE_SAMPLES.pack(**values) + bytes(range(12))


def result(**fields: int) -> bytes:
    values = {**NUMBERS["hg_live_result_t"], "sensor": 0, "output_size": 3, **fields}
    return messages.LIVE_RESULT.pack(**values) + b"\0\1\2"


def live(kind: MessageType, payload: bytes, sequence: int = messages.UNSOLICITED) -> Frame:
    return Frame(kind, sequence, payload)


FRAMES = (
    live(MessageType.LIVE_STATE, state()),
    live(MessageType.LIVE_SAMPLES, samples()),
    live(MessageType.LIVE_RESULT, result()),
)


class Interject:
    """Puts bytes ahead of frames that a board sends, where what arrives begins with one."""

    def __init__(self, *said: bytes) -> None:
        self.said = b"".join(said)
        self.times = 0
        self._zeros = 0

    def apply(self, data: bytes, dice: random.Random) -> bytes:
        """Return what arrives of data."""
        del dice
        is_closing = self._zeros % 2 == 1  # every frame has a zero ahead of it and one behind
        self._zeros += data.count(0)
        if is_closing or not data.startswith(b"\0"):
            return data
        self.times += 1
        return self.said + data


def test_what_frames_say_is_told_field_by_field() -> None:
    told = [parse_live(frame) for frame in FRAMES]
    assert isinstance(told[0], LiveState)
    assert (told[0].phase, told[0].send) == (LivePhase.RUNNING, LiveSend.RESULTS)
    assert (told[0].sensor, told[0].text) == (LiveSensor.BUS, "kein Anschluß")
    # those whose value says nothing else stand where the layout has them
    assert astuple(told[0])[3:-1] == tuple(range(103, 103 + len(astuple(told[0])) - 4))
    assert told[1] == LiveSamples(100, 101, 102, bytes(range(12)))
    assert told[1].count == 2
    assert isinstance(told[2], LiveResult)
    assert (told[2].settled, told[2].sensor) == (True, LiveSensor.RUNNING)
    assert (told[2].window, told[2].last_sample, told[2].window_crc) == (101, 102, 113)
    assert told[2].output == b"\0\1\2"


def test_a_stream_without_a_window_has_no_activity() -> None:
    told = parse_live(live(MessageType.LIVE_STATE, state(activity=messages.NO_ACTIVITY)))
    assert isinstance(told, LiveState)
    assert told.activity is None


@pytest.mark.parametrize(
    "frame",
    [
        live(MessageType.LIVE_STATE, state()[:-1]),
        live(MessageType.LIVE_STATE, state(phase=9)),
        live(MessageType.LIVE_STATE, state(sensor=99)),
        live(MessageType.LIVE_SAMPLES, samples(count=1 << 30)),
        live(MessageType.LIVE_SAMPLES, samples()[:5]),
        live(MessageType.LIVE_RESULT, result(output_size=4)),
        live(MessageType.LIVE_RESULT, b""),
    ],
)
def test_frames_that_no_firmware_sends_are_no_events(frame: Frame) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_live(frame)


def test_replies_are_found_among_live_frames(board: FaultyBoard) -> None:
    with Client(board.port) as client:
        client.hello()
        board.to_host = Interject(*map(encode, FRAMES))
        results = list(client.run(Stage.INT8, [bytes(24)] * 30))
        assert [one.index for one in results] == list(range(30))
        assert client.echo(b"there") == b"there"
        counters = client.counters
        assert (counters.resent, counters.retries, counters.crc_errors) == (0, 0, 0)

        heard = client.listen(0)
        assert board.to_host.times > 1
        assert heard == [parse_live(frame) for frame in FRAMES] * board.to_host.times
        assert client.listen(0.05) == [], "each is told once"


def test_broken_live_frames_are_counted_and_told_to_nobody(board: FaultyBoard) -> None:
    broken = encode(live(MessageType.LIVE_RESULT, result(output_size=99)))
    with Client(board.port) as client:
        client.hello()
        board.to_host = Interject(broken)
        assert client.echo(b"there") == b"there"
        assert client.listen(0) == []
        assert client.counters.crc_errors == board.to_host.times > 0


def test_only_frames_that_answer_nothing_are_live(board: FaultyBoard) -> None:
    with Client(board.port) as client:
        client.hello()
        board.to_host = Interject(encode(live(MessageType.LIVE_RESULT, result(), sequence=7)))
        assert client.echo(b"there") == b"there"
        assert client.listen(0) == []


def test_lines_for_people_are_no_broken_frames(board: FaultyBoard) -> None:
    board.to_host = Interject("1.0 s  spazieren 0.98, träge 0.02\r\n".encode(), b"2.0 s")
    with Client(board.port) as client:
        client.hello()
        list(client.run(Stage.INT8, [bytes(24)] * 5))
        assert (client.counters.crc_errors, client.counters.resent) == (0, 0)
    assert decode(b"2.0 s  walking\r\n") is BadFrame.TEXT
    assert decode(b"2.0 s \x07") is not BadFrame.TEXT


def test_a_board_without_a_sensor_says_so(board: FaultyBoard) -> None:
    with Client(board.port) as client:
        for send in (LiveSend.RESULTS, LiveSend(0), LiveSend.RESULTS | LiveSend.SAMPLES):
            state = client.live(send)
            assert state.phase == LivePhase.UNAVAILABLE
            assert state.text == "this board has no motion sensor"
            assert (state.stream, state.samples, state.activity) == (0, 0, None)
        assert (state.window, state.hop, state.nominal_mhz) == (8, 3, 26000)
        assert client.listen(0.3) == []


def test_what_nobody_can_send_is_refused(board: FaultyBoard) -> None:
    with Client(board.port) as client:
        client.hello()
        request = messages.LIVE_REQUEST.pack(send=4)
        frame = client._exchange.ask(Request(MessageType.LIVE, request), 1.0)
        assert frame is not None
        assert frame.type == MessageType.NAK
        assert messages.NAK.unpack(frame.payload) == {"reason": NakReason.INDEX, "expected": 4}

"""The client against the native firmware: every request, and what the device refuses."""

from __future__ import annotations

import numpy as np
import pytest
from support import tally
from support.wire import FaultyBoard

from hargen.errors import DeviceError
from hargen.link import messages
from hargen.link.client import Client
from hargen.link.exchange import Request
from hargen.link.messages import MessageType, NakReason, Stage
from hargen.link.replies import describe_nak

COUNT = 40


def test_hello_tells_who_the_firmware_is(board: FaultyBoard) -> None:
    with Client(board.port) as client:
        hello = client.hello()
        assert hello.protocol == messages.PROTOCOL_VERSION
        assert hello.name == "tally"
        assert hello.model_sha256 == bytes([1, 2, 3, 4]) + bytes(28)
        assert hello.preprocessing_sha256 == bytes([5, 6, 7, 8]) + bytes(28)
        assert (hello.input.shape, hello.input.dtype, hello.input.byte_size) == (
            (8, 3),
            "float32",
            96,
        )
        assert (hello.input.scale, hello.input.zero_point) == (0.25, -3)
        assert (hello.output.shape, hello.output.size) == ((4,), 4)
        assert (hello.layer_count, hello.class_count, hello.known_answer_count) == (2, 4, 2)
        assert hello.slots >= 2
        assert hello.reset_cause == ("power",)
        assert {115200, 921600} <= set(hello.bauds)
        assert client.classes() == ["still", "walk", "run", "other"]


def test_int8_windows_come_back_in_order_and_right(board: FaultyBoard) -> None:
    windows = tally.windows(COUNT)
    with Client(board.port) as client:
        results = list(client.run(Stage.INT8, (w.tobytes() for w in windows), first_index=1000))
        assert [result.index for result in results] == list(range(1000, 1000 + COUNT))
        for result, window in zip(results, windows, strict=True):
            outputs = tally.run(window)
            assert result.output == outputs.tobytes()
            assert result.class_index == int(np.argmax(outputs))
            assert result.cycles_inference > 0
        assert client.stats().runs == COUNT
        assert client.counters.resent == client.counters.lost == 0


def test_float_windows_come_back_in_the_models_own_type(board: FaultyBoard) -> None:
    windows = [window.astype(np.float32) / 4 for window in tally.windows(COUNT, seed=2)]
    with Client(board.port) as client:
        results = list(client.run(Stage.WINDOW, [window.tobytes() for window in windows]))
    for result, window in zip(results, windows, strict=True):
        assert result.output == tally.run_float(window).tobytes()


def test_the_first_of_equal_outputs_is_the_class(board: FaultyBoard) -> None:
    windows = tally.windows(3000, seed=3)
    tied = [w for w in windows if np.sum(tally.run(w) == tally.run(w).max()) > 1]
    assert len(tied) >= 10
    with Client(board.port) as client:
        for result, window in zip(
            client.run(Stage.INT8, [w.tobytes() for w in tied]), tied, strict=True
        ):
            assert result.class_index == int(np.argmax(tally.run(window)))


def test_layers_are_read_whichever_came_last(board: FaultyBoard) -> None:
    window = tally.windows(1)[0]
    with Client(board.port) as client:
        list(client.run(Stage.INT8, [window.tobytes()]))
        # the second layer takes the first one's place: it must have been run again
        assert client.read_layer(1) == tally.run(window).tobytes()
        assert client.read_layer(0) == tally.accumulate(window).tobytes()
        assert len(client.profile()) == 2
        assert client.read_layer(0) == tally.accumulate(window).tobytes()


def test_selftest_runs_the_known_answers(board: FaultyBoard) -> None:
    with Client(board.port) as client:
        report = client.selftest()
    assert report.passed
    assert (report.count, report.failures, report.first_failure) == (2, 0, None)
    assert report.worst_cycles > 0


def test_echo_and_stats(board: FaultyBoard) -> None:
    with Client(board.port) as client:
        for data in (b"", b"\0" * 256, bytes(range(256))):
            assert client.echo(data) == data
        stats = client.stats()
        assert (stats.frames, stats.crc_errors, stats.naks) == (5, 0, 0)


def test_reset_starts_the_device_again(board: FaultyBoard) -> None:
    with Client(board.port) as client:
        client.set_baud(921600)
        list(client.run(Stage.INT8, [bytes(24)]))
        client.reset()
        assert client.baud == 115200
        assert client.hello().reset_cause == ("software",)
        assert client.stats().runs == 0


def test_a_long_payload_is_refused_before_it_is_sent(board: FaultyBoard) -> None:
    with Client(board.port) as client:
        most = client.hello().max_payload
        assert client.echo(bytes(most)) == bytes(most)
        with pytest.raises(DeviceError, match=f"{most + 1} bytes is too long"):
            client.echo(bytes(most + 1))


@pytest.mark.parametrize(
    ("stage", "size", "why"),
    [
        (Stage.RAW, 24, "26 bytes are right"),
        (Stage.RAW, 7, "26 bytes are right"),
        (Stage.INT8, 23, "32 bytes are right"),
        (Stage.WINDOW, 24, "104 bytes are right"),
    ],
)
def test_a_window_that_does_not_fit_is_refused(
    board: FaultyBoard, stage: Stage, size: int, why: str
) -> None:
    with Client(board.port) as client:
        with pytest.raises(DeviceError, match="refuses RUN") as caught:
            list(client.run(stage, [bytes(size)]))
        assert why in caught.value.why
        assert caught.value.where == board.port
        # and the conversation goes on
        assert len(list(client.run(Stage.INT8, [bytes(24)]))) == 1


def test_an_error_of_the_model_is_told(board: FaultyBoard) -> None:
    window = bytes([tally.MAGIC, tally.FAIL, *range(22)])
    with Client(board.port) as client:
        with pytest.raises(DeviceError) as caught:
            list(client.run(Stage.INT8, [window]))
        assert "status -3" in caught.value.why


def test_a_crash_is_told_with_its_registers(board: FaultyBoard) -> None:
    window = bytes([tally.MAGIC, tally.TRAP, *range(22)])
    with Client(board.port) as client:
        results = client.run(Stage.INT8, [bytes(24), window, bytes(24)])
        with pytest.raises(DeviceError, match="crashed") as caught:
            list(results)
        assert "pc=0x" in caught.value.why
        assert client.counters.lost == 2
        with pytest.raises(DeviceError, match="crashed"):
            client.hello()
        client.reset()
        assert client.hello().reset_cause == ("software",)
        assert len(list(client.run(Stage.INT8, [bytes(24)]))) == 1


@pytest.mark.parametrize(
    ("request_", "reason", "expected"),
    [
        (Request(MessageType.REPLY), NakReason.TYPE, MessageType.LIVE),
        (Request(MessageType.STATS, b"x"), NakReason.LENGTH, 0),
        (Request(MessageType.PROFILE), NakReason.NO_RUN, MessageType.RUN),
        (
            Request(MessageType.READ_LAYER, messages.READ_LAYER_REQUEST.pack(index=0, offset=0)),
            NakReason.NO_RUN,
            MessageType.RUN,
        ),
        (
            Request(MessageType.CLASSES, messages.CLASSES_REQUEST.pack(first=4)),
            NakReason.INDEX,
            4,
        ),
        (
            Request(MessageType.SET_BAUD, messages.SET_BAUD_REQUEST.pack(baud=12345)),
            NakReason.BAUD,
            115200,
        ),
    ],
)
def test_a_refusal_says_what_would_be_right(
    board: FaultyBoard, request_: Request, reason: NakReason, expected: int
) -> None:
    with Client(board.port) as client:
        client.hello()
        frame = client._exchange.ask(request_, 1.0)
        assert frame is not None and frame.type == MessageType.NAK
        assert messages.NAK.unpack(frame.payload) == {"reason": reason, "expected": expected}
        assert describe_nak(frame.payload)[0] is reason


def test_layers_out_of_range_are_refused(board: FaultyBoard) -> None:
    with Client(board.port) as client:
        list(client.run(Stage.INT8, [bytes(24)]))
        for index, offset, valid in ((2, 0, 2), (0xFFFFFFFE, 0, 2), (1, 4, 4), (0, 1 << 31, 24)):
            request = messages.READ_LAYER_REQUEST.pack(index=index, offset=offset)
            frame = client._exchange.ask(Request(MessageType.READ_LAYER, request), 1.0)
            assert frame is not None
            assert messages.NAK.unpack(frame.payload) == {
                "reason": NakReason.INDEX,
                "expected": valid,
            }


def test_requests_need_a_hello_first(board: FaultyBoard) -> None:
    with Client(board.port) as client:
        frame = client._exchange.ask(Request(MessageType.STATS), 1.0)
        assert frame is not None
        assert describe_nak(frame.payload)[0] is NakReason.NO_HELLO


def test_a_rate_that_the_device_cannot_make(board: FaultyBoard) -> None:
    with Client(board.port) as client:
        with pytest.raises(DeviceError, match="cannot make 12345 baud") as caught:
            client.set_baud(12345)
        assert "921600" in caught.value.hint
        assert client.echo(b"still here") == b"still here"


def test_payloads_are_drawn_only_as_they_are_sent(board: FaultyBoard) -> None:
    drawn = 0

    def endless() -> object:
        nonlocal drawn
        while True:
            drawn += 1
            yield bytes(24)

    with Client(board.port) as client:
        slots = client.hello().slots
        results = client.run(Stage.INT8, endless())  # type: ignore[arg-type]
        for _ in range(10):
            next(results)
        assert 10 <= drawn <= 10 + slots
        results.close()  # type: ignore[attr-defined]
        # late replies are nobody's
        assert client.echo(b"next") == b"next"

"""Whatever is on the other side of the port, its HELLO gets a result or one clear error."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from hargen.errors import DeviceError
from hargen.link import messages
from hargen.link.client import Client
from hargen.link.frames import Decoder, Frame, encode
from hargen.link.messages import MessageType, NakReason

QUICK = 0.2
Answer = Callable[[Frame], bytes]


@contextmanager
def device(answer: Answer | None, greeting: bytes = b"") -> Iterator[str]:
    """Yield the port of something that greets, and answers every frame, or any byte, by answer."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            decoder = Decoder()
            with connection:
                connection.sendall(greeting)
                while data := connection.recv(4096):
                    for frame in decoder.feed(data):
                        if answer and isinstance(frame, Frame):
                            connection.sendall(answer(frame))

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"socket://127.0.0.1:{server.getsockname()[1]}"
        finally:
            thread.join()


def error_of(answer: Answer | None, greeting: bytes = b"") -> DeviceError:
    """Return the error that HELLO ends with."""
    with (
        device(answer, greeting) as port,
        Client(port, timeout=QUICK) as client,
        pytest.raises(DeviceError) as caught,
    ):
        client.hello()
    assert caught.value.where == port
    assert caught.value.hint
    return caught.value


def test_silence() -> None:
    error = error_of(None)
    assert error.what == "no answer"
    assert "115200" in error.why and "921600" in error.why


def test_text_of_another_firmware() -> None:
    error = error_of(lambda _: b"ERR: unknown command\r\n")
    assert error.what == "not our firmware"
    assert "ERR: unknown command" in error.why


def test_garbage() -> None:
    error = error_of(lambda _: bytes([0xFE, 0x80, 0xE6, 0x00, 0x98, 0xF8] * 8))
    assert "wrong baud rate" in error.what


def test_another_version_of_the_protocol() -> None:
    error = error_of(lambda f: encode(Frame(MessageType.HELLO | 0x80, f.sequence, b"", 7)))
    assert error.what == "the firmware speaks another protocol"
    assert "version is 7" in error.why


def test_a_firmware_that_refuses_this_version() -> None:
    nak = messages.NAK.pack(reason=NakReason.VERSION, expected=2)
    error = error_of(lambda f: encode(Frame(MessageType.NAK, f.sequence, nak)))
    assert error.what == "the firmware speaks another protocol"
    assert "speaks version 2" in error.why


def test_a_short_hello() -> None:
    error = error_of(lambda f: encode(Frame(MessageType.HELLO | 0x80, f.sequence, bytes(10))))
    assert "not understood" in error.what


@pytest.mark.parametrize(
    "values", [{"clock_hz": 0}, {"slots": 0}, {"slots": 1 << 20}, {"class_count": 1 << 31}]
)
def test_a_hello_with_impossible_values(values: dict[str, int]) -> None:
    error = error_of(lambda f: hello_reply(f, **values))
    assert "not understood" in error.what


def test_a_crashed_firmware() -> None:
    names = ("exception", "cfsr", "hfsr", "mmfar", "bfar", "r12", "lr", "pc", "xpsr", "sp")
    values = {name: 0x1000 + i for i, name in enumerate(names)}
    fault = messages.FAULT.pack(**values, r=(1, 2, 3, 4), exc_return=0xFFFFFFE9)
    error = error_of(lambda _: encode(Frame(MessageType.FAULT, 0, fault)))
    assert error.what == "the firmware has crashed"
    assert "pc=0x00001007" in error.why and "cfsr=0x00001001" in error.why


def test_a_connection_that_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(DeviceError, match="cannot connect") as caught:
        Client(f"socket://127.0.0.1:{port}")
    assert caught.value.exit_code == 5


@pytest.mark.parametrize("port", ["socket://", "socket://host", "socket://host:x", "socket://:1"])
def test_an_address_that_is_none(port: str) -> None:
    with pytest.raises(DeviceError, match="not a socket's address"):
        Client(port)


def test_the_other_side_hangs_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = Client(f"socket://127.0.0.1:{server.getsockname()[1]}")
        server.accept()[0].close()
        with client, pytest.raises(DeviceError, match="the connection broke"):
            client.hello()


def hello_reply(frame: Frame, **values: int) -> bytes:
    """Answer HELLO as the smallest of models, and every other request with nonsense."""
    tensor = {
        "size": 4,
        "shape": (4, 0, 0, 0),
        "rank": 1,
        "dtype": 1,
        "scale": 1.0,
        "zero_point": 0,
    }
    if frame.type != MessageType.HELLO:
        return encode(Frame(frame.type | 0x80, frame.sequence, bytes(3)))
    fields = {field.name: 1 for field in messages.HELLO_REPLY.fields}
    texts = {"firmware_version", "build_id", "uid", "model_sha256", "preprocessing_sha256", "name"}
    payload = messages.HELLO_REPLY.pack(
        **{name: value for name, value in fields.items() if name not in texts}
        | dict.fromkeys(texts, b"x")
        | {"bauds": (1,) * 8, "input": tensor, "output": tensor, "max_payload": 64}
        | values
    )
    return encode(Frame(MessageType.HELLO | 0x80, frame.sequence, payload))


@pytest.mark.parametrize(
    "ask",
    [
        lambda client: client.stats(),
        lambda client: client.selftest(),
        lambda client: client.profile(),
        lambda client: client.classes(),
        lambda client: client.read_layer(0),
        lambda client: list(client.run(messages.Stage.INT8, [bytes(4)])),
    ],
    ids=["stats", "selftest", "profile", "classes", "read_layer", "run"],
)
def test_nonsense_is_an_error_and_no_traceback(ask: Callable[[Client], object]) -> None:
    with (
        device(hello_reply) as port,
        Client(port, timeout=QUICK) as client,
        pytest.raises(DeviceError, match="makes no sense"),
    ):
        ask(client)

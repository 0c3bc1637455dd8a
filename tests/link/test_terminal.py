"""A serial port as a pseudo-terminal, whose wire garbles where the two rates differ."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

import pytest
import serial
from support import tally

from hargen.errors import DeviceError
from hargen.link import client as client_module
from hargen.link.client import Client
from hargen.link.exchange import Request
from hargen.link.messages import SET_BAUD_REQUEST, MessageType, Stage

QUICK = 0.4


def test_windows_run_at_both_rates(terminal: str) -> None:
    windows = tally.windows(50)
    with Client(terminal) as client:
        for baud in (115200, 921600, 460800, 115200):
            client.set_baud(baud)
            assert client.baud == baud
            results = list(client.run(Stage.INT8, [window.tobytes() for window in windows]))
            assert [r.output for r in results] == [tally.run(w).tobytes() for w in windows]


def test_close_leaves_the_device_at_its_first_rate(terminal: str) -> None:
    with Client(terminal) as client:
        client.set_baud(921600)
    with serial.Serial(terminal, 115200, timeout=1) as port:
        port.write(b"?\r")
        assert b"hargen firmware" in port.read(40)


def test_a_device_left_at_the_fast_rate_is_found(terminal: str) -> None:
    with Client(terminal) as client:
        client.set_baud(921600)
        client._exchange.transport.close()  # as if the host had died
        client._exchange.baud = 115200
        with Client(terminal, timeout=QUICK) as second:
            assert second.hello().name == "tally"
            assert second.baud == 921600


def test_an_unconfirmed_rate_falls_back(terminal: str) -> None:
    with Client(terminal, timeout=QUICK) as client:
        hello = client.hello()
        request = Request(MessageType.SET_BAUD, SET_BAUD_REQUEST.pack(baud=460800))
        assert client._exchange.ask(request, QUICK) is not None
        assert client._exchange.ask(Request(MessageType.HELLO), 0.1) is None
        time.sleep(hello.fallback_ms / 1000)
        assert client._exchange.ask(Request(MessageType.HELLO), QUICK) is not None


def test_a_rate_that_the_wire_does_not_carry_is_given_up(
    terminal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Client(terminal, timeout=QUICK, retries=0) as client:
        client.hello()
        change = client._exchange.transport.set_baud
        # this side's UART makes a rate that is not quite the one asked for
        monkeypatch.setattr(
            client._exchange.transport,
            "set_baud",
            lambda baud: change(230400 if baud == 460800 else baud),
        )
        with pytest.raises(DeviceError, match="does not answer at 460800 baud"):
            client.set_baud(460800)
        assert client.baud == 115200
        assert client.echo(b"still here") == b"still here"


def test_a_wrong_rate_is_named(terminal: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "FAST_BAUDS", ())
    with (
        Client(terminal, baud=230400, timeout=QUICK) as client,
        pytest.raises(DeviceError, match="wrong baud rate") as caught,
    ):
        # the device answers garbage with garbage
        client.hello()
    assert "230400" in caught.value.why


def test_a_person_may_ask_who_it_is(terminal: str) -> None:
    with serial.Serial(terminal, 115200, timeout=0.3) as port:
        port.write(b"hello?\r\n?\r\n")
        text = port.read(2000).decode()
    assert text.count("hargen firmware") == 1
    for fact in ("tally", "still walk run other", "01020304", "1000000000 Hz", "build id"):
        assert fact in text
    # and frames are understood right after
    with Client(terminal) as client:
        assert client.hello().name == "tally"


def test_a_port_is_opened_by_one_at_a_time(terminal: str) -> None:
    with (
        Client(terminal),
        pytest.raises(DeviceError, match="the port is busy") as caught,
    ):
        Client(terminal)
    assert caught.value.where == terminal
    assert caught.value.exit_code == 5


def test_a_missing_port_is_named() -> None:
    with pytest.raises(DeviceError, match="there is no such port"):
        Client("/dev/ttyNONE")


def test_a_file_is_no_port(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("x", encoding="utf-8")
    with pytest.raises(DeviceError, match="cannot open the port"):
        Client(str(path))
    assert path.read_text(encoding="utf-8") == "x"


def test_a_lack_of_permission_is_named(terminal: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(DeviceError, match="no permission") as caught:
        Client(terminal)
    assert "dialout" in caught.value.hint

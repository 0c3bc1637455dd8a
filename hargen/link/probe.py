"""Finds the device on a port: says HELLO at the likely rates and, in vain, names the cause."""

from __future__ import annotations

from collections.abc import Sequence

from hargen.errors import DeviceError
from hargen.link.exchange import Exchange, Request
from hargen.link.frames import Frame
from hargen.link.messages import PROTOCOL_VERSION, MessageType, NakReason
from hargen.link.replies import Hello, describe_nak, parse_hello

_ROUNDS = 2
_MOSTLY = 0.8  # share of printable bytes above which noise is text


def find(exchange: Exchange, bauds: Sequence[int], rounds: int = _ROUNDS) -> Hello:
    """Return HELLO's reply; the exchange is left at the rate at which it came.

    Every rate is tried for timeout / rounds seconds, rounds times.

    Raises:
        DeviceError: no answer, not our firmware, wrong baud rate, another protocol, or crashed.
    """
    exchange.noise.clear()
    for _ in range(rounds):
        for baud in bauds:
            exchange.set_baud(baud)
            reply = exchange.ask(Request(MessageType.HELLO), exchange.timeout / rounds)
            if reply is not None:
                return _understand(exchange, reply)
    raise _diagnose(exchange, bauds)


def _understand(exchange: Exchange, reply: Frame) -> Hello:
    """Return the HELLO in a frame that answers one."""
    hint = "flash the firmware that this version of hargen builds"
    if reply.version != PROTOCOL_VERSION:
        raise DeviceError(
            "the firmware speaks another protocol",
            where=exchange.port,
            why=f"its version is {reply.version}, hargen's is {PROTOCOL_VERSION}",
            hint=hint,
        )
    try:
        if reply.type == MessageType.NAK:
            reason, text = describe_nak(reply.payload)
            what = (
                "the firmware speaks another protocol"
                if reason == NakReason.VERSION
                else "the device refuses HELLO"
            )
            raise DeviceError(what, where=exchange.port, why=text, hint=hint)
        return parse_hello(reply.version, reply.payload)
    except ValueError as error:
        raise DeviceError(
            "the firmware's HELLO is not understood",
            where=exchange.port,
            why=str(error),
            hint=hint,
        ) from error


def _diagnose(exchange: Exchange, bauds: Sequence[int]) -> DeviceError:
    """Name the cause of a HELLO that was never answered, by what was heard instead."""
    noise = bytes(exchange.noise)
    rates = " and ".join(str(baud) for baud in bauds)
    if not noise.strip(b"\0"):
        return DeviceError(
            "no answer",
            where=exchange.port,
            why=f"nothing came back at {rates} baud",
            hint="is it the right port, and has the board been flashed? "
            "Press its reset button and try again",
        )
    printable = sum(byte in b"\t\r\n" or 32 <= byte < 127 for byte in noise)
    if printable >= _MOSTLY * len(noise):
        said = noise.decode("ascii", "replace").split("\n")
        line = max((text.strip() for text in said), key=len)[:60]
        return DeviceError(
            "not our firmware",
            where=exchange.port,
            why=f"it says {line!r}",
            hint="flash the project first: hargen flash",
        )
    return DeviceError(
        "wrong baud rate, or not our firmware",
        where=exchange.port,
        why=f"{len(noise)} bytes came back at {rates} baud that make no frames",
        hint="reset the board, which brings it back to its first rate; if that does not help, "
        "flash the project: hargen flash",
    )

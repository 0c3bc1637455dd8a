"""Bytes there and back at every rate that the device offers."""

from __future__ import annotations

import random
from collections.abc import Iterator

from hargen.errors import DeviceError
from hargen.link.client import Client
from hargen.link.replies import Hello
from hargen.validate.selftest.report import Check

_ROUNDS = 3
_SEED = 1


def every_rate(client: Client, hello: Hello) -> Iterator[Check]:
    """Yield a check for each rate; the client is back at its first rate after the last.

    Raises:
        DeviceError: the device cannot be brought back to its first rate.
    """
    first = client.baud
    for baud in sorted(hello.bauds):
        name = f"echo at {baud} baud"
        try:
            if client.baud != baud:
                client.set_baud(baud)
            yield _echo(client, hello, name)
        except DeviceError as error:
            lines = [str(error), *([error.hint] if error.hint else [])]
            yield Check(name=name, status="broken", lines=lines)
            client.hello()
    if client.baud != first:
        client.set_baud(first)


def _echo(client: Client, hello: Hello, name: str) -> Check:
    sent = changed = 0
    before = (client.counters.crc_errors, client.counters.resent)
    for _ in range(_ROUNDS):
        for data in _patterns(hello.max_payload):
            sent += len(data)
            changed += client.echo(data) != data
    broken = client.counters.crc_errors - before[0]
    resent = client.counters.resent - before[1]
    line = f"{sent} bytes there and back, {broken} broken frames, {resent} requests sent again"
    return Check(
        name=name,
        status="wrong" if changed else "ok",
        lines=[line, *([f"{changed} came back changed"] if changed else [])],
        values={"bytes": sent, "broken": broken, "resent": resent, "changed": changed},
    )


def _patterns(most: int) -> Iterator[bytes]:
    """Yield what breaks framings: no bytes, all values, long runs, and the longest payload."""
    yield b""
    yield bytes(range(256))[:most]
    for length in (253, 254, 255):  # the longest block of COBS has 254 bytes
        yield bytes(min(length, most))
        yield (b"\xff" * length)[:most]
    yield b"\x55\xaa" * (min(most, 512) // 2)
    yield random.Random(_SEED).randbytes(most)

"""A whole stream of samples through the device: every window once, whatever happens on the way.

The samples go down in order, each request with the number of its first one. The device takes only
the stream's next sample, or sample 0, with which a stream begins. Its filter remembers all that
came before, so that after a reset in the middle nothing but the same samples from the beginning
gives the same bits: they are sent again, and answers that came already are passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hargen.errors import DeviceError
from hargen.link import messages
from hargen.link.client import Client
from hargen.link.exchange import OutOfOrderError
from hargen.link.replies import StreamWindow

SAMPLE_SIZE = 6
"""Bytes of x, y and z as int16."""


@dataclass(frozen=True)
class Answer:
    """A window's answer, and the cycles of preprocessing since the one before."""

    window: StreamWindow
    cycles_preprocess: int


def send(client: Client, samples: bytes, *, window: int, hop: int) -> Iterator[Answer]:
    """Yield the answers to a stream's windows, in order, each once.

    Args:
        client: has said HELLO.
        samples: int16 counts, x, y and z of one sample after the other, little-endian.
        window: of the device's preprocessing, in samples.
        hop: samples from one window to the next.

    Raises:
        DeviceError: refused, crashed, no answer, or the stream is lost again and again.
    """
    room = (client.max_payload - messages.RUN_REQUEST.size) // SAMPLE_SIZE
    pieces = list(_pieces(len(samples) // SAMPLE_SIZE, window, hop, room))
    due = position = cycles = replays = 0
    while position < len(pieces):
        first, end = pieces[position]
        try:
            taken, full = client.run_samples(
                first, samples[first * SAMPLE_SIZE : end * SAMPLE_SIZE]
            )
        except OutOfOrderError:
            replays += 1
            if replays > client.retries + 1:
                raise
            position = cycles = 0
            continue
        position += 1
        cycles += taken
        if full is None:
            continue
        if full.window > due:
            raise DeviceError(
                f"the device answers window {full.window} instead of {due}",
                where=client.port,
                hint="flash the firmware that this version of hargen builds",
            )
        if full.window == due:
            replays = 0
            due += 1
            yield Answer(full, cycles)
        cycles = 0


def _pieces(count: int, window: int, hop: int, room: int) -> Iterator[tuple[int, int]]:
    """Yield first and end of pieces of at most a hop that end where a window does."""
    first, end_of_hop = 0, window % hop or hop
    while first < count:
        end = min(end_of_hop, first + room, count)
        yield first, end
        first = end
        if first == end_of_hop:
            end_of_hop += hop

"""The board, window by window: every tensor that it stores beside the C's on this machine."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hargen.errors import DeviceError
from hargen.link import stream
from hargen.link.client import Client
from hargen.link.messages import Stage
from hargen.link.replies import RunResult, StreamWindow
from hargen.preprocessing import Preprocessing
from hargen.validate.compare.tally import Tally
from hargen.validate.compare.trace import Trace
from hargen.validate.counts import Counts

Progress = Callable[[int], None]


class Walk:
    """What the board has of every window, held against the C on this machine, bit for bit.

    tallies: by place, in the order of the places.
    """

    def __init__(self, client: Client, trace: Trace, progress: Progress) -> None:
        self._client = client
        self._trace = trace
        self._progress = progress
        layers = [f"layer {i}" for i in range(len(trace.layers))]
        places = ["window", *layers, "output", "class"]
        if trace.stream is None:
            places.remove("window")
        else:
            places += ["activity", "settled"]
        self.tallies = {place: Tally(exact=True) for place in places}

    def windows(self, stage: Stage, rows: NDArray[Any]) -> None:
        """Send windows (n, values), one after the other, and look at each.

        Raises:
            DeviceError: the board refuses, crashes, is silent, or answers what makes no sense.
        """
        for number, row in enumerate(rows):
            (answer,) = self._client.run(stage, [row.tobytes()], first_index=number)
            self._look(number, answer)

    def streams(self, counts: Counts, spec: Preprocessing) -> None:
        """Send the sensor's counts and look at every window.

        Raises:
            DeviceError: as windows.
        """
        for number, answer in enumerate(self._answers(counts, spec)):
            self._look_at_window(number, answer)
            self._look(number, answer.run)
            found = self._trace.stream
            assert found is not None
            for place, board, host in (
                ("activity", answer.activity, found.activities[number]),
                ("settled", answer.settled, found.settled[number]),
            ):
                self._compare(place, number, np.array([host]), np.array([board]).astype(host.dtype))

    def quantizes_otherwise(self, number: int) -> bool:
        """Return whether the board's first layer is right when it is given the C's int8 input.

        It then is what comes before, the board's quantization, that differs.
        """
        row = self._trace.inputs[number]
        next(iter(self._client.run(Stage.INT8, [row.tobytes()])))
        wanted: bytes = self._trace.layers[0][number].tobytes()
        return self._client.read_layer(0) == wanted

    def _answers(self, counts: Counts, spec: Preprocessing) -> Iterator[StreamWindow]:
        for samples in counts.streams:
            given = samples.astype("<i2").tobytes()
            for answer in stream.send(self._client, given, window=spec.window, hop=spec.hop):
                yield answer.window

    def _look_at_window(self, number: int, answer: StreamWindow) -> None:
        """Compare the window, which is read only where its checksum says that it is another."""
        found = self._trace.stream
        assert found is not None
        host = found.windows[number]
        if zlib.crc32(host.tobytes()) == answer.window_crc:
            self._compare("window", number, host, host)
        else:
            self._compare("window", number, host, self._read(self._client.read_window(), host))

    def _look(self, number: int, answer: RunResult) -> None:
        """Compare layers, output and class."""
        trace = self._trace
        for index, layer in enumerate(trace.layers):
            host = layer[number]
            board = self._read(self._client.read_layer(index), host)
            self._compare(f"layer {index}", number, host, board)
        host = trace.outputs[number]
        self._compare("output", number, host, self._read(answer.output, host))
        self._compare(
            "class",
            number,
            np.array([trace.classes[number]]),
            np.array([answer.class_index], np.int64),
        )
        self._progress(number + 1)

    def _compare(self, place: str, number: int, host: NDArray[Any], board: NDArray[Any]) -> None:
        self.tallies[place].add(number, host[np.newaxis], board[np.newaxis])

    def _read(self, data: bytes, host: NDArray[Any]) -> NDArray[Any]:
        """Return what the board sent in the form of what the host has."""
        if len(data) != host.nbytes:
            raise DeviceError(
                f"the board sent {len(data)} bytes of values, not {host.nbytes}",
                where=self._client.port,
                hint="flash the firmware that this version of hargen builds",
            )
        return np.frombuffer(data, host.dtype)

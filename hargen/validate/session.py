"""One conversation with a board: is it ours, does it run this project, and what does it answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from hargen.errors import DeviceError
from hargen.link import stream
from hargen.link.client import Client
from hargen.link.messages import Stage
from hargen.link.replies import Hello, RunResult
from hargen.link.stream import Answer
from hargen.manifest import Manifest
from hargen.validate.counts import Counts
from hargen.validate.judge import BoardRun


@dataclass(frozen=True)
class Exchanged:
    """What came over the link, and what it took."""

    run: BoardRun
    seconds: float
    retries: int
    resets: int
    lost: int


def identify(
    client: Client, manifest: Manifest, build_id: bytes | None, virtual: bool = False
) -> Hello:
    """Say HELLO and check that the board runs this project's model, in the image built here.

    Args:
        client: its port is open.
        manifest: of the project.
        build_id: of the project's ELF; None where there is none to compare with.
        virtual: whether the hint is about the virtual board.

    Raises:
        DeviceError: no answer, another model or preprocessing, or another image.
    """
    hello = client.hello()
    flash = f"hargen flash --board {manifest.board}" + (" --virtual" if virtual else "")
    expected = manifest.model.sha256
    if hello.model_sha256.hex() != expected:
        raise DeviceError(
            "the board runs another model's firmware",
            where=client.port,
            why=f"it says it is {hello.name!r}, model {hello.model_sha256.hex()[:12]}; "
            f"this project is {manifest.name!r}, model {expected[:12]}",
            hint=f"flash this project first: {flash}",
        )
    if hello.preprocessing_sha256.hex() != manifest.preprocessing.sha256:
        raise DeviceError(
            "the board's firmware was made for another preprocessing",
            where=client.port,
            why=f"it says {hello.preprocessing_sha256.hex()[:12]}, "
            f"this project says {manifest.preprocessing.sha256[:12]}",
            hint=f"flash this project first: {flash}",
        )
    if build_id is not None and hello.build_id != build_id:
        raise DeviceError(
            "the board does not run the image that was built here",
            where=client.port,
            why=f"its build id is {hello.build_id.hex()[:12]}, the ELF's is {build_id.hex()[:12]}",
            hint=f"flash what was built: {flash}",
        )
    return hello


def exchange(
    client: Client,
    rows: NDArray[Any],
    *,
    fast_baud: int | None,
    output_size: int,
    stage: Stage = Stage.WINDOW,
    progress: Callable[[int], None] | None = None,
) -> Exchanged:
    """Send every window and collect the answers.

    Args:
        client: has said HELLO.
        rows: (n, elements) in the stage's dtype: the model's own, or int8.
        fast_baud: the rate for the windows; None stays at the first one.
        output_size: bytes of an output.
        stage: WINDOW or INT8.
        progress: called with the number of windows answered.

    Raises:
        DeviceError: the board refuses, crashes, stops answering, or answers what makes no sense.
    """
    _speed_up(client, fast_baud)
    found = _Collected(client, output_size, progress)
    for result in client.run(stage, (row.tobytes() for row in rows)):
        found.add(result.index, result)
    return found.exchanged(len(rows))


def exchange_streams(
    client: Client,
    counts: Counts,
    *,
    window: int,
    hop: int,
    fast_baud: int | None,
    output_size: int,
    progress: Callable[[int], None] | None = None,
) -> Exchanged:
    """Send streams of the sensor's counts, one after the other, and collect their windows' answers.

    Args:
        client: has said HELLO.
        counts: the streams.
        window: of the preprocessing, in samples.
        hop: samples from one window to the next.
        fast_baud: the rate for the samples; None stays at the first one.
        output_size: bytes of an output.
        progress: called with the number of windows answered.

    Raises:
        DeviceError: the board refuses, crashes, stops answering, or answers what makes no sense.
    """
    _speed_up(client, fast_baud)
    found = _Collected(client, output_size, progress)
    for samples in counts.streams:
        given = samples.astype("<i2").tobytes()
        for answer in stream.send(client, given, window=window, hop=hop):
            found.add(len(found.taken), answer.window.run)
            found.taken.append(answer)
    return found.exchanged(sum(counts.windows))


def _speed_up(client: Client, fast_baud: int | None) -> None:
    if fast_baud is not None and fast_baud != client.baud:
        client.set_baud(fast_baud)


class _Collected:
    """The answers so far, in the order of the windows."""

    def __init__(
        self, client: Client, output_size: int, progress: Callable[[int], None] | None
    ) -> None:
        self._client = client
        self._output_size = output_size
        self._progress = progress
        self._started = time.monotonic()
        self._index: list[int] = []
        self._results: list[RunResult] = []
        self.taken: list[Answer] = []

    def add(self, index: int, result: RunResult) -> None:
        """Take the answer to a window of that number."""
        if len(result.output) != self._output_size:
            raise DeviceError(
                f"the answer has {len(result.output)} bytes, the model's output "
                f"{self._output_size}",
                where=f"{self._client.port}: window {index}",
                hint="flash the firmware that this version of hargen builds",
            )
        self._index.append(index)
        self._results.append(result)
        if self._progress is not None:
            self._progress(len(self._results))

    def exchanged(self, sent: int) -> Exchanged:
        """Return all answers of so many windows."""
        counters = self._client.counters
        return Exchanged(
            run=BoardRun(
                index=self._index,
                outputs=[result.output for result in self._results],
                classes=[result.class_index for result in self._results],
                cycles=[result.cycles_inference for result in self._results],
                stack_high_water=max((r.stack_high_water for r in self._results), default=0),
                taken=self.taken,
            ),
            seconds=time.monotonic() - self._started,
            retries=counters.resent,
            resets=counters.resets,
            lost=sent - len(self._results),
        )

"""One conversation with a board: is it ours, does it run this project, and what does it answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from hargen.errors import DeviceError
from hargen.link.client import Client
from hargen.link.messages import Stage
from hargen.link.replies import Hello
from hargen.manifest import Manifest
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
    progress: Callable[[int], None] | None = None,
) -> Exchanged:
    """Send every window and collect the answers.

    Args:
        client: has said HELLO.
        rows: (n, elements) in the model's input dtype.
        fast_baud: the rate for the windows; None stays at the first one.
        output_size: bytes of the model's output.
        progress: called with the number of windows answered.

    Raises:
        DeviceError: the board refuses, crashes, stops answering, or answers what makes no sense.
    """
    if fast_baud is not None and fast_baud != client.baud:
        client.set_baud(fast_baud)
    index: list[int] = []
    outputs: list[bytes] = []
    classes: list[int] = []
    cycles: list[int] = []
    stack = 0
    started = time.monotonic()
    for result in client.run(Stage.WINDOW, (row.tobytes() for row in rows)):
        if len(result.output) != output_size:
            raise DeviceError(
                f"the answer has {len(result.output)} bytes, the model's output {output_size}",
                where=f"{client.port}: window {result.index}",
                hint="flash the firmware that this version of hargen builds",
            )
        index.append(result.index)
        outputs.append(result.output)
        classes.append(result.class_index)
        cycles.append(result.cycles_inference)
        stack = max(stack, result.stack_high_water)
        if progress is not None:
            progress(len(index))
    counters = client.counters
    return Exchanged(
        run=BoardRun(index, outputs, classes, cycles, stack),
        seconds=time.monotonic() - started,
        retries=counters.resent,
        resets=counters.resets,
        lost=len(rows) - len(index),
    )

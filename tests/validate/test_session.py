"""The session against a client that plays boards which are not what they should be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hargen.errors import DeviceError
from hargen.link.messages import Stage
from hargen.link.replies import LinkCounters, RunResult
from hargen.manifest import Footprint, Manifest, Model, Preprocessing, Tensor
from hargen.validate import session

MODEL = bytes(range(32))
CARD = bytes(range(32, 64))
BUILD = bytes(range(20))
MANIFEST = Manifest(
    hargen="0",
    name="har",
    board="B-U585I-IOT02A",
    optimize="balanced",
    classes=("a", "b"),
    model=Model(
        file="reference/har.tflite",
        sha256=MODEL.hex(),
        format="tflite",
        precision="int8",
        input=Tensor(shape=(2, 3, 1), dtype="float32", scale=1.0, zero_point=0),
        output=Tensor(shape=(2,), dtype="float32", scale=1 / 256, zero_point=-128),
    ),
    preprocessing=Preprocessing(sha256=CARD.hex(), spec={}),
    plan=Footprint(weights=0, tables=0, activation_ram=0, maccs=0),
    files={},
)


class FakeClient:
    """Answers window n with the sum of its values and of n; skips the windows that it loses."""

    port = "fake"

    def __init__(self, hello: Any = None, lose: tuple[int, ...] = (), output_size: int = 8) -> None:
        self.baud = 115200
        self.counters = LinkCounters(resent=3, resets=1)
        self._hello = hello or board()
        self._lose = lose
        self._output_size = output_size
        self.received: list[tuple[Stage, bytes]] = []

    def hello(self) -> Any:
        return self._hello

    def set_baud(self, baud: int) -> None:
        self.baud = baud

    def run(self, stage: Stage, payloads: Iterable[bytes]) -> Iterator[RunResult]:
        for index, payload in enumerate(payloads):
            self.received.append((stage, payload))
            if index not in self._lose:
                total = float(np.frombuffer(payload, "<f4").sum()) + index
                output = np.array([total, 0], "<f4").tobytes()[: self._output_size]
                yield RunResult(index, output, 0, 0, 1000 + index, 200 + 10 * (index % 2))


def board(**changes: Any) -> Any:
    identity = {
        "name": "har",
        "model_sha256": MODEL,
        "preprocessing_sha256": CARD,
        "build_id": BUILD,
        "clock_hz": 160_000_000,
    }
    return SimpleNamespace(**identity | changes)


def rows(count: int) -> np.ndarray:
    return np.arange(6 * count, dtype="<f4").reshape(count, 6)


def test_the_right_board_is_taken() -> None:
    client: Any = FakeClient()
    assert session.identify(client, MANIFEST, BUILD).clock_hz == 160_000_000
    assert session.identify(client, MANIFEST, None).name == "har"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"model_sha256": bytes(32), "name": "old"}, r"another model's firmware: .*'old'"),
        ({"preprocessing_sha256": bytes(32)}, "another preprocessing"),
        ({"build_id": bytes(20)}, "not run the image that was built here"),
    ],
)
def test_another_firmware_is_named_with_what_to_do(changes: dict[str, Any], text: str) -> None:
    client: Any = FakeClient(board(**changes))
    with pytest.raises(DeviceError, match=text) as caught:
        session.identify(client, MANIFEST, BUILD, virtual=True)
    assert "hargen flash --board B-U585I-IOT02A --virtual" in caught.value.hint


def test_another_model_is_named_before_another_image() -> None:
    client: Any = FakeClient(board(model_sha256=bytes(32), build_id=bytes(20)))
    with pytest.raises(DeviceError, match="another model"):
        session.identify(client, MANIFEST, BUILD)


def test_every_window_goes_out_once_and_its_answer_comes_back() -> None:
    client: Any = FakeClient()
    seen: list[int] = []
    windows = rows(4)
    found = session.exchange(client, windows, fast_baud=921600, output_size=8, progress=seen.append)
    assert client.baud == 921600
    assert client.received == [(Stage.WINDOW, window.tobytes()) for window in windows]
    assert seen == [1, 2, 3, 4]
    assert found.run.index == [0, 1, 2, 3]
    answers = [np.frombuffer(output, "<f4")[0] for output in found.run.outputs]
    assert answers == [15, 51 + 1, 87 + 2, 123 + 3]  # sums of 0..5, 6..11, ... and the index
    assert found.run.cycles == [1000, 1001, 1002, 1003]
    assert found.run.stack_high_water == 210
    assert (found.retries, found.resets, found.lost) == (3, 1, 0)


def test_a_lost_window_is_counted_and_the_others_keep_their_number() -> None:
    client: Any = FakeClient(lose=(1,))
    found = session.exchange(client, rows(3), fast_baud=None, output_size=8)
    assert client.baud == 115200
    assert (found.run.index, found.lost) == ([0, 2], 1)


def test_an_answer_of_another_size_is_an_error() -> None:
    client: Any = FakeClient(output_size=4)
    with pytest.raises(DeviceError, match="window 0: the answer has 4 bytes, the model's output 8"):
        session.exchange(client, rows(1), fast_baud=None, output_size=8)

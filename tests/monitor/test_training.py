"""A recording is what hargen train --data takes: the whole way from keys to a classifier."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import pytest
from support.live_device import LiveDevice, Triple

from hargen.cli import main
from hargen.datasets.motion import accelerometer
from hargen.preprocessing import read_card

pytest.importorskip("sklearn")
pytest.importorskip("skl2onnx")

HOP = 24
WINDOWS = 60


def made_up(activity: str, seed: int) -> list[Triple]:
    """Return counts of made-up motion."""
    generator = np.random.Generator(np.random.PCG64(seed))
    mg = accelerometer(activity, HOP * WINDOWS, generator)
    return [(int(x), int(y), int(z)) for x, y, z in np.round(mg / 0.122)]


def play(device: LiveDevice, counts: list[Triple]) -> None:
    """Have a device sample that, window by window."""
    while device.sends is None:
        time.sleep(0.005)
    for first in range(0, len(counts), HOP):
        device.samples(counts[first : first + HOP], first=first)
        device.result(0, first // HOP)


def record(device: LiveDevice, path: Path, activity: str, seed: int) -> None:
    device.reset()
    player = threading.Thread(target=play, args=(device, made_up(activity, seed)))
    player.start()
    words = ["--port", device.port, "--record", path, "--label", activity, "--windows", WINDOWS]
    assert main.run(["monitor", *map(str, words)]) == 0
    player.join()


def test_what_was_recorded_trains_a_classifier(device: LiveDevice, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    for number, activity in enumerate(("stationary", "walking", "running") * 2):
        record(device, folder / f"{activity}-{number}.csv", activity, seed=number)
    written = tmp_path / "mine.onnx"
    words = ["train", "svc", "-o", written, "--data", folder, "--test-share", 0.5]
    # two recordings of each can be parted in two only, and are few for the family's defaults
    words += ["--validation", 0, "-s", "components=12", "-s", "fraction=0.5"]
    assert main.run([str(word) for word in words]) == 0
    card = read_card(written)
    assert card is not None
    assert sorted(card.classes) == ["running", "stationary", "walking"]
    assert card.preprocessing is not None
    assert card.preprocessing.sample_rate_hz == 26
    assert card.accuracy["float32"] > 0.8, "made-up motion is easy to tell apart"

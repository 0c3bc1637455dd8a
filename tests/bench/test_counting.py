"""Layers counted from outside are what the firmware's own cycle counter says of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hargen import board
from hargen.bench import counting
from hargen.bench.made import make
from hargen.device.virtual import VirtualBoard
from hargen.errors import DeviceError
from hargen.link.client import Client
from hargen.link.messages import Stage
from hargen.validate import project

NETWORK = Path(__file__).parent / "networks/average_pools.tflite"
OVERHEAD = 60  # cycles: the call of run_layer, its switch, and two reads of the counter
CASES = 8  # cycles: one case of that switch takes a jump more than another


@pytest.fixture
def folder(place: Path) -> Path:
    make(NETWORK, place, board.load("B-U585I-IOT02A"))
    return place


def test_layers_are_those_of_the_firmware_s_profile(folder: Path) -> None:
    row = np.random.default_rng(3).normal(0, 5, 48 * 3).astype("<f4")
    with VirtualBoard(folder, with_pty=False) as running, Client(running.url) as client:
        client.hello()
        assert len(list(client.run(Stage.WINDOW, [row.tobytes()]))) == 1
        profile = client.profile()
    with counting.on_board(project.read(folder, lambda _: None)) as virtual:
        virtual.check()
        (whole,) = virtual.inferences(row[np.newaxis])
        layers = virtual.layers(row[np.newaxis], len(profile))
    counted = [cycles for ((run,),) in zip(layers, strict=True) for cycles in [run.cycles]]
    assert len(counted) == len(profile) == 10
    # what the profile has on top is nearly the same of each layer; while the first one ran,
    # interrupts sent the head of the reply
    first, *others = [its - mine for mine, its in zip(counted, profile, strict=True)]
    assert max(others) - min(others) <= CASES
    assert min(others) > 0 and max(others) <= OVERHEAD
    assert first >= min(others)
    assert sum(counted) < whole.cycles


def test_what_is_not_in_the_image_cannot_be_counted(folder: Path) -> None:
    found = project.read(folder, lambda _: None)
    with (
        pytest.raises(DeviceError, match="no function har_layer_10"),
        counting.on_board(found) as virtual,
    ):
        virtual.layers(np.zeros((1, 48 * 3), "<f4"), 11)

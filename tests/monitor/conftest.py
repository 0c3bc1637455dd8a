"""A device and its events, as tests of the monitor use them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from support.live_device import LiveDevice

from hargen.monitor.events import Connected, Counts, Device, Result, Samples

DEVICE = Device(
    name="har",
    classes=("stationary", "walking", "running"),
    build_id=bytes(range(20)),
    model_sha256=bytes(32),
    clock_hz=160_000_000,
    nominal_hz=26.0,
    mg_per_count=0.122,
    window=24,
    hop=12,
)


def connected(time: float = 0.0, device: Device = DEVICE) -> Connected:
    return Connected(time, "/dev/ttyACM0", device)


def samples(
    time: float, counts: Sequence[Counts], *, lost: int = 0, on_wire: int = 0, stream: int = 1
) -> Samples:
    return Samples(time, stream, lost, on_wire, tuple(counts))


def result(time: float = 0.0, *, window: int = 0, activity: int = 1, **fields: object) -> Result:
    values: dict[str, object] = {
        "stream": 1,
        "class_index": activity,
        "settled": True,
        "outputs": (0.1, 0.7, 0.2),
        "cycles_preprocess": 2400,
        "cycles_inference": 160_000,
    }
    return Result(time, window=window, activity=activity, **{**values, **fields})  # type: ignore[arg-type]


@pytest.fixture
def device() -> Iterator[LiveDevice]:
    """Yield a device that speaks real frames, plugged in."""
    found = LiveDevice()
    yield found
    found.close()

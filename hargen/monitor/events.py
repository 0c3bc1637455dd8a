"""What happens on a port while a board is watched.

`time` is always the host's: seconds of a clock that never goes back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Counts: TypeAlias = tuple[int, int, int]
"""x, y and z of one sample, as the sensor gives them."""


@dataclass(frozen=True)
class Device:
    """Who is at the other end."""

    name: str
    """Of the model."""
    classes: tuple[str, ...]
    build_id: bytes
    model_sha256: bytes
    clock_hz: int
    """Of every count of cycles."""
    nominal_hz: float
    """The sample rate that the model was trained for."""
    mg_per_count: float
    window: int
    hop: int
    """Samples from one window to the next."""


@dataclass(frozen=True)
class Connected:
    """The port is open, and the firmware streams."""

    time: float
    port: str
    device: Device


@dataclass(frozen=True)
class Disconnected:
    """The port has gone, or nobody answers on it."""

    time: float
    why: str


@dataclass(frozen=True)
class Samples:
    """Samples without a gap between them."""

    time: float
    """Of the arrival."""
    stream: int
    """A new number where sampling began anew."""
    lost: int
    """Samples that are missing right before the first one."""
    lost_on_wire: int
    """Those of them that the device did send."""
    counts: tuple[Counts, ...]


@dataclass(frozen=True)
class Result:
    """A window's answer."""

    time: float
    stream: int
    window: int
    """Its number in the stream."""
    class_index: int
    activity: int
    """The class after smoothing."""
    settled: bool
    outputs: tuple[float, ...]
    cycles_preprocess: int
    """Of all samples since the result before."""
    cycles_inference: int


@dataclass(frozen=True)
class Sensor:
    """What the device says of its sensor."""

    time: float
    trouble: str
    """What is wrong, "" while all is well."""
    rate_hz: float
    """The sensor's rate by the board's clock."""


Event: TypeAlias = Connected | Disconnected | Samples | Result | Sensor

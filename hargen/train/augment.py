"""Windows as another wearer might have made them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from hargen.preprocessing import Preprocessing

Floats = npt.NDArray[np.float32]


class Augmentation(BaseModel):
    """How far a window is changed, anew in every epoch.

    rotate: turn about gravity by any angle. mirror: half of the windows in a plane through gravity.
    scale: strength by up to this share. noise: standard deviation in m/s2. shift: move in time by
    up to half a window within the recording.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    rotate: bool = True
    mirror: bool = True
    scale: float = Field(default=0.15, ge=0.0, lt=1.0)
    noise: float = Field(default=0.03, ge=0.0)
    shift: bool = True


@dataclass(frozen=True)
class Frame:
    """What the windows are in before they are normalized.

    up: where gravity points: along `z`, to which the preprocessing turned it before it was filtered
    out; as the window's `mean`; or `unknown`, where it was filtered out alone. unit: of one m/s2.
    """

    up: Literal["z", "mean", "unknown"]
    unit: float = 1.0

    @classmethod
    def of(cls, spec: Preprocessing) -> Frame:
        """Return that of a preprocessing."""
        unit = spec.scale_from("m/s2")
        if spec.gravity_rotation:
            return cls("z", unit)
        return cls("mean" if spec.filter is None else "unknown", unit)


def augment(x: Floats, kind: Augmentation, generator: np.random.Generator, frame: Frame) -> Floats:
    """Return windows float32 (n, window, 3), changed at random.

    Args:
        x: the windows.
        kind: how.
        generator: the randomness.
        frame: where gravity points; where nobody knows, nothing is turned or mirrored.
    """
    n = len(x)
    up = np.zeros((n, 3))
    up[:, 2] = 1.0
    if frame.up == "mean":
        mean = x.mean(axis=1, dtype=np.float64)
        length = np.linalg.norm(mean, axis=1, keepdims=True)
        up = np.where(length > 0, mean / np.where(length > 0, length, 1.0), up)
    angle = generator.random(n) * (2 * np.pi)
    mirrored = generator.random(n) < 0.5
    scale = 1 + kind.scale * (2 * generator.random(n) - 1)
    turn = (
        _rotation(up, angle)
        if kind.rotate and frame.up != "unknown"
        else np.broadcast_to(np.eye(3), (n, 3, 3))
    )
    if kind.mirror and frame.up != "unknown":
        across = _across(up)
        plane = np.eye(3) - 2 * across[:, :, None] * across[:, None, :]
        turn = np.where(mirrored[:, None, None], turn @ plane, turn)
    moved = x @ (turn * scale[:, None, None]).transpose(0, 2, 1).astype(np.float32)
    if kind.noise > 0:
        moved += np.float32(kind.noise * frame.unit) * generator.standard_normal(
            x.shape, dtype=np.float32
        )
    return np.asarray(moved, dtype=np.float32)


def _rotation(up: npt.NDArray[np.float64], angle: npt.NDArray[np.float64]) -> Floats:
    """Return matrices (n, 3, 3) that turn about unit vectors, by Rodrigues' formula."""
    cos, sin = np.cos(angle)[:, None, None], np.sin(angle)[:, None, None]
    cross = np.zeros((len(up), 3, 3))
    cross[:, 0, 1], cross[:, 0, 2], cross[:, 1, 2] = -up[:, 2], up[:, 1], -up[:, 0]
    cross -= cross.transpose(0, 2, 1)
    outer = up[:, :, None] * up[:, None, :]
    return np.asarray(cos * np.eye(3) + sin * cross + (1 - cos) * outer)


def _across(up: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return unit vectors (n, 3) at right angles to others."""
    least = np.eye(3)[np.abs(up).argmin(axis=1)]
    across = np.cross(up, least)
    found: npt.NDArray[np.float64] = across / np.linalg.norm(across, axis=1, keepdims=True)
    return found

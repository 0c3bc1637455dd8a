"""Windows as another wearer might have made them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

Floats = npt.NDArray[np.float32]


class Augmentation(BaseModel):
    """How far a window is changed, anew in every epoch.

    rotate: turn about gravity by any angle. mirror: half of the windows in a plane through gravity.
    scale: strength by up to this share. noise: standard deviation in the unit of the network's
    input. shift: move in time by up to half a window within the recording.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    rotate: bool = True
    mirror: bool = True
    scale: float = Field(default=0.15, ge=0.0, lt=1.0)
    noise: float = Field(default=0.03, ge=0.0)
    shift: bool = True


def augment(
    x: Floats, kind: Augmentation, generator: np.random.Generator, *, gravity_is_z: bool
) -> Floats:
    """Return windows float32 (n, window, 3), changed at random.

    Args:
        x: the windows.
        kind: how.
        generator: the randomness.
        gravity_is_z: gravity was turned to -z by the preprocessing, and then filtered out;
            otherwise each window's mean is where it points.
    """
    n = len(x)
    up = np.zeros((n, 3))
    up[:, 2] = 1.0
    if not gravity_is_z:
        mean = x.mean(axis=1, dtype=np.float64)
        length = np.linalg.norm(mean, axis=1, keepdims=True)
        up = np.where(length > 0, mean / np.where(length > 0, length, 1.0), up)
    angle = generator.random(n) * (2 * np.pi)
    mirrored = generator.random(n) < 0.5
    scale = 1 + kind.scale * (2 * generator.random(n) - 1)
    turn = _rotation(up, angle) if kind.rotate else np.broadcast_to(np.eye(3), (n, 3, 3))
    if kind.mirror:
        across = _across(up)
        plane = np.eye(3) - 2 * across[:, :, None] * across[:, None, :]
        turn = np.where(mirrored[:, None, None], turn @ plane, turn)
    moved = x @ (turn * scale[:, None, None]).transpose(0, 2, 1).astype(np.float32)
    if kind.noise > 0:
        moved += np.float32(kind.noise) * generator.standard_normal(x.shape, dtype=np.float32)
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

"""Augmentation changes what another wearer would change, and nothing else."""

from __future__ import annotations

import numpy as np

from hargen.train.augment import Augmentation, augment

QUIET = {"scale": 0.0, "noise": 0.0}


def windows(n: int = 50) -> np.ndarray:
    return np.random.default_rng(0).normal(0, 3, (n, 24, 3)).astype(np.float32)


def changed(x: np.ndarray, *, gravity_is_z: bool = True, **options: object) -> np.ndarray:
    kind = Augmentation.model_validate({**QUIET, **options})
    return augment(x, kind, np.random.default_rng(1), gravity_is_z=gravity_is_z)


def test_nothing_asked_changes_nothing() -> None:
    x = windows()
    np.testing.assert_allclose(changed(x, rotate=False, mirror=False), x, atol=1e-6)


def test_a_turn_about_gravity_keeps_z_and_lengths_and_one_angle_a_window() -> None:
    x = windows()
    y = changed(x, mirror=False)
    np.testing.assert_allclose(y[..., 2], x[..., 2], atol=1e-5)
    before, after = x[..., 0] + 1j * x[..., 1], y[..., 0] + 1j * y[..., 1]
    turns = after / before
    np.testing.assert_allclose(turns, np.repeat(turns[:, :1], 24, axis=1), atol=1e-3)
    np.testing.assert_allclose(np.abs(turns), 1, atol=1e-4)
    assert len(np.unique(np.angle(turns[:, 0]).round(2))) > 40


def test_a_mirror_turns_half_of_the_windows_inside_out() -> None:
    x = windows(200)
    y = changed(x, rotate=False)
    np.testing.assert_allclose(y[..., 2], x[..., 2], atol=1e-5)
    signs = np.sign(np.linalg.det(y[:, :3].astype(float)) / np.linalg.det(x[:, :3].astype(float)))
    assert 0.35 < (signs < 0).mean() < 0.65


def test_without_gravity_on_z_the_mean_is_the_axis() -> None:
    x = windows() * np.float32(0.1) + np.array([3, 8, -4], dtype=np.float32)
    y = changed(x, gravity_is_z=False)
    np.testing.assert_allclose(y.mean(axis=1), x.mean(axis=1), atol=1e-3)
    assert np.abs(y - x).max() > 0.1


def test_scale_and_noise_have_their_size() -> None:
    x = windows(400)
    strengths = np.linalg.norm(changed(x, rotate=False, mirror=False, scale=0.2), axis=(1, 2))
    strengths = strengths / np.linalg.norm(x, axis=(1, 2))
    assert 0.8 <= strengths.min() < 0.83 and 1.17 < strengths.max() <= 1.2
    noise = changed(x, rotate=False, mirror=False, noise=0.5) - x
    assert abs(noise.std() - 0.5) < 0.01 and abs(noise.mean()) < 0.01

"""Augmentation changes what another wearer would change, and nothing else."""

from __future__ import annotations

import numpy as np

from hargen.preprocessing import Preprocessing, preset
from hargen.train.augment import Augmentation, Frame, augment

TURNED = Frame("z")
QUIET = {"scale": 0.0, "noise": 0.0}


def windows(n: int = 50) -> np.ndarray:
    return np.random.default_rng(0).normal(0, 3, (n, 24, 3)).astype(np.float32)


def changed(x: np.ndarray, *, frame: Frame = TURNED, **options: object) -> np.ndarray:
    kind = Augmentation.model_validate({**QUIET, **options})
    return augment(x, kind, np.random.default_rng(1), frame)


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
    y = changed(x, frame=Frame("mean"))
    np.testing.assert_allclose(y.mean(axis=1), x.mean(axis=1), atol=1e-3)
    assert np.abs(y - x).max() > 0.1


def test_scale_and_noise_have_their_size() -> None:
    x = windows(400)
    strengths = np.linalg.norm(changed(x, rotate=False, mirror=False, scale=0.2), axis=(1, 2))
    strengths = strengths / np.linalg.norm(x, axis=(1, 2))
    assert 0.8 <= strengths.min() < 0.83 and 1.17 < strengths.max() <= 1.2
    noise = changed(x, rotate=False, mirror=False, noise=0.5) - x
    assert abs(noise.std() - 0.5) < 0.01 and abs(noise.mean()) < 0.01


def test_where_nobody_knows_gravity_nothing_is_turned() -> None:
    x = windows()
    assert np.array_equal(changed(x, frame=Frame("unknown")), x)
    assert not np.array_equal(changed(x, frame=Frame("mean")), x)


def test_noise_is_in_the_unit_of_the_windows() -> None:
    x = np.zeros((200, 24, 3), np.float32)
    for frame in (TURNED, Frame("unknown", 1000 / 9.80665)):
        assert abs(changed(x, frame=frame, noise=0.5).std() / frame.unit - 0.5) < 0.01


def test_the_preprocessing_says_where_gravity_is() -> None:
    turned = preset("default", window=24)
    filtered = Preprocessing.from_table(turned.to_table() | {"gravity_rotation": False})
    in_mg = Preprocessing.from_table(preset("none", window=24).to_table() | {"unit": "mg"})
    assert Frame.of(turned) == Frame("z", 1.0)
    assert Frame.of(filtered) == Frame("unknown", 1.0)
    assert Frame.of(in_mg).up == "mean"
    assert abs(Frame.of(in_mg).unit - 1000 / 9.80665) < 1e-9

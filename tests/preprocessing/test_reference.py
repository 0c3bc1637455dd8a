"""The float64 reference, against SciPy and against physics."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal
from scipy.spatial.transform import Rotation

from hargen.preprocessing import Preprocessing, preset
from hargen.preprocessing.reference import (
    condition,
    high_pass,
    rotate_gravity,
    to_windows,
    window_starts,
)

ZOO = preset("st-zoo", window=24)
DEFAULT = preset("default", window=24)


def motion(n: int = 500, seed: int = 0) -> Any:
    generator = np.random.default_rng(seed)
    return generator.normal(0, 3, (n, 3)) + np.array([1.0, -2.0, 9.0])


def test_the_zoo_filter_is_scipys_lfilter() -> None:
    x = motion()
    assert ZOO.filter is not None
    (section,) = ZOO.filter.sections
    for axis in range(3):
        zi = np.array(section.settled) * x[0, axis]
        expected, _ = signal.lfilter(section.b, section.a, x[:, axis], zi=zi)
        np.testing.assert_allclose(high_pass(x, ZOO.filter)[:, axis], expected, atol=1e-11)


def test_the_default_filter_is_scipys_sosfilt() -> None:
    x = motion()
    assert DEFAULT.filter is not None
    sos = signal.butter(4, 0.4, "highpass", fs=26.0, output="sos")
    zi = signal.sosfilt_zi(sos)[:, :, None] * x[0]
    expected, _ = signal.sosfilt(sos, x, axis=0, zi=zi)
    np.testing.assert_allclose(high_pass(x, DEFAULT.filter), expected, atol=1e-11)


def test_a_sensor_at_rest_gives_zero_from_the_first_sample() -> None:
    assert DEFAULT.filter is not None
    rest = np.tile([0.0, -3.0, 9.81], (2000, 1))
    assert np.abs(high_pass(rest, DEFAULT.filter)).max() < 1e-12


def test_the_zoo_starts_a_stream_of_zeros_as_if_it_had_been_one() -> None:
    zeros = np.zeros((50, 1))
    assert ZOO.filter is not None
    slip = high_pass(zeros, ZOO.filter)
    (section,) = ZOO.filter.sections
    expected, _ = signal.lfilter(section.b, section.a, zeros[:, 0], zi=np.array(section.settled))
    np.testing.assert_allclose(slip[:, 0], expected, atol=1e-12)
    assert slip[0, 0] == pytest.approx(-0.9365, abs=1e-4)
    without = ZOO.filter.model_copy(update={"initial": "settled"})
    assert not high_pass(zeros, without).any()


def test_an_initial_state_of_zero_rings_as_a_step() -> None:
    assert DEFAULT.filter is not None
    filter_ = DEFAULT.filter.model_copy(update={"initial": "zero"})
    sos = signal.butter(4, 0.4, "highpass", fs=26.0, output="sos")
    expected = signal.sosfilt(sos, np.ones(50))
    np.testing.assert_allclose(high_pass(np.ones((50, 1)), filter_)[:, 0], expected, atol=1e-12)


def test_an_empty_stream_is_no_error() -> None:
    assert condition(np.zeros((0, 3)), DEFAULT, "mg").shape == (0, 3)
    assert to_windows(np.zeros((5, 3)), DEFAULT, "mg")[0].shape == (0, 24, 3)


def test_rotation_turns_gravity_to_minus_z() -> None:
    gravity = motion(200, 1)
    turned = rotate_gravity(gravity * 1.5, gravity * 0.5)  # dynamic points where gravity does
    length = np.linalg.norm(gravity, axis=1) * 0.5
    np.testing.assert_allclose(turned, np.stack([0 * length, 0 * length, -length], 1), atol=1e-12)


def test_rotation_is_the_shortest_turn_by_scipys_account() -> None:
    gravity, dynamic = motion(200, 2), motion(200, 3)
    unit = gravity / np.linalg.norm(gravity, axis=1, keepdims=True)
    axis = np.cross(unit, [0.0, 0.0, -1.0])
    axis /= np.linalg.norm(axis, axis=1, keepdims=True)
    angle = np.arccos(np.clip(-unit[:, 2], -1, 1))
    expected = Rotation.from_rotvec(axis * angle[:, None]).apply(dynamic)
    np.testing.assert_allclose(rotate_gravity(gravity + dynamic, dynamic), expected, atol=1e-11)


@pytest.mark.parametrize(("z", "sign"), [(9.8, -1.0), (-9.8, 1.0)])
def test_gravity_along_z_multiplies_by_the_cosine(z: float, sign: float) -> None:
    dynamic = np.array([[1.0, 2.0, 3.0]])
    turned = rotate_gravity(np.array([[1.0, 2.0, 3.0 + z]]), dynamic)
    np.testing.assert_allclose(turned, sign * dynamic)


def test_without_gravity_the_sample_stays() -> None:
    dynamic = np.array([[1.0, 2.0, 3.0]])
    np.testing.assert_array_equal(rotate_gravity(dynamic.copy(), dynamic), dynamic)


def test_units_axes_and_normalization_are_applied_in_order() -> None:
    spec = Preprocessing.from_table(
        preset("none", window=2).to_table()
        | {
            "axes": ["-z", "x"],
            "gravity": 10.0,
            "normalization": {"mean": [1.0, 2.0], "std": [2.0, 4.0]},
        }
    )
    got = condition(np.array([[1.0, 2.0, 3.0]]), spec, "g")
    np.testing.assert_allclose(got, [[(-30.0 - 1.0) / 2.0, (10.0 - 2.0) / 4.0]])


@given(st.integers(0, 200), st.integers(1, 50), st.integers(1, 60))
def test_window_starts(count: int, window: int, hop: int) -> None:
    expected = [s for s in range(0, count, hop) if s + window <= count]
    assert window_starts(count, window, hop).tolist() == expected
    dropped = [s for s in expected if s + window != count]
    assert window_starts(count, window, hop, drop_exact_last=True).tolist() == dropped


def test_a_stream_keeps_the_filters_state_and_a_window_does_not() -> None:
    x = motion(240)
    stream, starts = to_windows(x, DEFAULT, "m/s2")
    assert starts.tolist() == list(range(0, 240, 24))
    np.testing.assert_array_equal(
        stream.reshape(-1, 3), condition(x, DEFAULT, "m/s2").astype(np.float32)
    )
    each = Preprocessing.from_table(DEFAULT.to_table() | {"filter_state": "window"})
    windows, _ = to_windows(x, each, "m/s2")
    np.testing.assert_array_equal(
        windows[3], condition(x[72:96], DEFAULT, "m/s2").astype(np.float32)
    )
    assert np.abs(windows[3] - stream[3]).max() > 0.1


def test_overlapping_windows_are_cut_from_one_filtered_stream() -> None:
    x = motion(100)
    windows, starts = to_windows(x, DEFAULT.with_window(24, 5), "m/s2")
    stream = condition(x, DEFAULT, "m/s2").astype(np.float32)
    for window, start in zip(windows, starts, strict=True):
        np.testing.assert_array_equal(window, stream[start : start + 24])

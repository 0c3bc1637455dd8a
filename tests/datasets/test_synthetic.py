"""The synthetic generator: honest, balanced, the same everywhere, and physically sound."""

from __future__ import annotations

import numpy as np
import pytest

from hargen.datasets import edge_windows, synthetic
from hargen.datasets.motion import ACTIVITIES, accelerometer
from hargen.errors import DataError
from hargen.preprocessing import Preprocessing, preset
from hargen.preprocessing.spec import MG_PER_COUNT


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def test_it_calls_itself_synthetic(default24: Preprocessing) -> None:
    windows = synthetic(10, window=24, preprocessing=default24)
    assert windows.synthetic
    assert windows.source.startswith("synthetic")
    assert "not measured" in windows.notes[0]
    assert all(name.startswith("synthetic") for name in windows.recordings)


def test_the_same_seed_gives_the_same_bits(default24: Preprocessing) -> None:
    first = synthetic(50, window=24, preprocessing=default24, seed=7)
    assert first.sha256() == synthetic(50, window=24, preprocessing=default24, seed=7).sha256()
    assert first.sha256() != synthetic(50, window=24, preprocessing=default24, seed=8).sha256()


def test_the_bits_are_those_of_every_other_machine() -> None:
    mg = accelerometer("walking", 3, generator())
    assert mg.tolist() == [[-605, 1073, 661], [-607, 1120, 741], [-670, 1072, 756]]


@pytest.mark.parametrize("n", [1, 2, 7, 100, 301])
def test_labels_are_balanced(default24: Preprocessing, n: int) -> None:
    windows = synthetic(n, window=24, preprocessing=default24)
    assert windows.x.shape == (n, 24, 3)
    counts = windows.counts().values()
    assert max(counts) - min(counts) <= 1
    assert windows.classes == ("stationary", "walking", "running")


def test_classes_are_the_models_in_its_order(default24: Preprocessing) -> None:
    names = ("Jogging", "Dancing", "Still", "Upstairs")
    windows = synthetic(9, window=24, preprocessing=default24, classes=names)
    assert windows.classes == names
    assert windows.counts() == {"Jogging": 3, "Dancing": 0, "Still": 3, "Upstairs": 3}
    assert "Dancing" in windows.notes[1]
    motion = [windows.recordings[i].split("-")[1] for i in windows.recording]  # type: ignore[union-attr]
    assert {(int(y), m) for y, m in zip(windows.y, motion, strict=True)} == {
        (0, "running"),
        (2, "stationary"),
        (3, "stairs"),
    }


def test_unknown_classes_give_unlabelled_windows(default24: Preprocessing) -> None:
    windows = synthetic(6, window=24, preprocessing=default24, classes=("A", "B"))
    assert windows.y.tolist() == [-1] * 6
    assert windows.classes == ()
    assert "unlabelled" in windows.notes[1]


@pytest.mark.parametrize("n", [0, -1, 10**9])
def test_sizes_out_of_range(default24: Preprocessing, n: int) -> None:
    with pytest.raises(DataError):
        synthetic(n, window=24, preprocessing=default24)


def test_other_axes_and_windows(default24: Preprocessing) -> None:
    with pytest.raises(DataError, match="axes"):
        synthetic(3, window=24, preprocessing=default24, axes=6)
    one = Preprocessing.from_table(preset("none", window=24).to_table() | {"axes": ["z"]})
    assert synthetic(3, window=50, preprocessing=one, axes=1).x.shape == (3, 50, 1)
    overlapping = default24.with_window(24, 6)
    assert synthetic(40, window=24, preprocessing=overlapping).x.shape == (40, 24, 3)


@pytest.mark.parametrize("activity", ACTIVITIES)
def test_recordings_are_what_a_sensor_could_give(activity: str) -> None:
    mg = accelerometer(activity, 2000, generator(3))
    assert mg.shape == (2000, 3)
    assert (mg == np.rint(mg)).all()
    assert np.abs(mg).max() <= 4000
    # The mean of specific force is gravity where the sensor does not turn much: within a third.
    assert 600 < np.linalg.norm(mg.mean(axis=0)) < 1400
    counts = accelerometer(activity, 2000, generator(3), unit="counts")
    assert np.abs(counts * MG_PER_COUNT - mg).max() <= 0.5 + MG_PER_COUNT / 2
    assert np.abs(counts).max() <= 32767
    si = accelerometer(activity, 2000, generator(3), unit="m/s2")
    np.testing.assert_allclose(si, mg * 9.80665e-3)


def strongest_hz(samples: np.ndarray, rate: float) -> float:
    power = (np.abs(np.fft.rfft(samples - samples.mean(axis=0), axis=0)) ** 2).sum(axis=1)
    return float(np.fft.rfftfreq(len(samples), 1 / rate)[power.argmax()])


@pytest.mark.parametrize("rate", [20.0, 26.0, 52.0])
@pytest.mark.parametrize("activity", ["walking", "running"])
def test_gait_is_at_the_step_rate_or_half_of_it(activity: str, rate: float) -> None:
    low, high = ACTIVITIES[activity].step_hz
    for seed in range(5):
        hz = strongest_hz(accelerometer(activity, 2000, generator(seed), rate_hz=rate), rate)
        assert any(0.95 * low * k <= hz <= 1.05 * high * k for k in (0.5, 1.0, 2.0))


def test_more_vigorous_activities_shake_more() -> None:
    def strength(activity: str) -> float:
        runs = [accelerometer(activity, 1000, generator(s)).std(axis=0) for s in range(10)]
        return float(np.linalg.norm(np.mean(runs, axis=0)))

    assert 4 * strength("stationary") < strength("walking") < strength("running") / 2


# Edge windows -------------------------------------------------------------------------------------

SCALE, ZERO = 0.2503, 7


def quantized(x: np.ndarray) -> np.ndarray:
    return x.astype(np.float64) / np.float64(np.float32(SCALE)) + ZERO


def test_edge_windows_are_at_the_edges() -> None:
    windows = edge_windows(24, 3, SCALE, ZERO, seed=1)
    assert windows.x.shape == (64, 24, 3) and windows.x.dtype == np.float32
    assert (windows.y == -1).all() and windows.synthetic
    assert np.isfinite(windows.x).all()
    q = quantized(windows.x)
    ties = q[0::8]
    assert np.abs(ties - np.floor(ties) - 0.5).max() < 1e-4
    beside = q[1::8] - np.floor(q[1::8]) - 0.5
    assert np.abs(beside).max() < 1e-4 and (beside > 0).any() and (beside < 0).any()
    assert q[2::8].min() < -128.4 and q[2::8].max() > 127.4
    assert q[3::8].min() < -5000 and q[3::8].max() > 5000
    assert all(len(np.unique(x)) == 1 for x in windows.x[4::8])
    zeros = windows.x[5::8]
    assert (np.signbit(zeros) & (zeros == 0)).any()
    assert ((zeros != 0) & (np.abs(zeros) < np.finfo(np.float32).tiny)).any()
    assert set(np.rint(q[6::8]).ravel()) == {-128.0, 127.0}
    assert q[7::8].min() >= -130.1 and q[7::8].max() <= 130.1


def test_edge_windows_repeat_by_seed() -> None:
    first = edge_windows(8, 2, SCALE, ZERO, seed=1, count=16).sha256()
    assert first == edge_windows(8, 2, SCALE, ZERO, seed=1, count=16).sha256()
    assert first != edge_windows(8, 2, SCALE, ZERO, seed=2, count=16).sha256()


@pytest.mark.parametrize(
    ("window", "axes", "scale", "zero"),
    [
        (0, 3, 1.0, 0),
        (24, 0, 1.0, 0),
        (24, 3, 0.0, 0),
        (24, 3, float("nan"), 0),
        (24, 3, 1.0, 200),
        (1 << 20, 64, 1.0, 0),
    ],
)
def test_edge_windows_out_of_range(window: int, axes: int, scale: float, zero: int) -> None:
    with pytest.raises(DataError):
        edge_windows(window, axes, scale, zero, seed=0)

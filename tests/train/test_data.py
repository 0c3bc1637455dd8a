"""Several data sets as one: rate, unit, gaps, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hargen.errors import DataError, UsageError
from hargen.train.material import gather
from hargen.train.recipe import Recipe
from hargen.train.request import Request


def request(*data: Path, **options: object) -> Request:
    chosen = {"family": "tcnn", "recipe": Recipe(batch=16)} | options
    return Request(data=data, **chosen)  # type: ignore[arg-type]


def own_csv(
    folder: Path, rate: float, *, files: int = 4, gap: float = 0.0, unit: str = "g"
) -> Path:
    folder.mkdir()
    for number in range(files):
        for label, strength in (("walking", 0.4), ("resting", 0.01)):
            t = np.arange(int(60 * rate)) / rate
            x = strength * np.sin(2 * np.pi * 2.0 * t + number)
            t = t + gap * (t >= 30)
            rows = [f"{a:.4f},{b:.5f},0.0,1.0\n" for a, b in zip(t, x, strict=True)]
            path = folder / label / f"r{number}.csv"
            path.parent.mkdir(exist_ok=True)
            path.write_text(f"time [s],x [{unit}],y [{unit}],z [{unit}]\n" + "".join(rows))
    return folder


def test_sets_of_several_rates_and_units_become_one(tmp_path: Path, subjects) -> None:
    found = gather(request(own_csv(tmp_path / "own", 50.0), subjects("w", 4), preset="none")).joined
    assert found.classes == ("resting", "walking")
    assert found.spec.sample_rate_hz == 26.0
    assert [table["resampled"] for table in found.sources] == [True, True]
    assert sum("resampled from" in note for note in found.notes) == 2
    pool = found.pool
    own = np.array([pool.groups[group].startswith("CSV") for group in pool.group])
    for mask, peak in ((own, 0.4 * 9.80665), (~own, 4.0)):
        x = pool.take(mask & (pool.y == 1)).windows()[..., 0]
        # one minute of 2 Hz, at 26 Hz: 2 * 24 / 26 turns in a window, whatever it came from
        stream = x[:5].reshape(-1)
        spectrum = np.abs(np.fft.rfft(stream * np.hanning(len(stream))))
        hertz = np.fft.rfftfreq(len(stream), 1 / 26)[spectrum.argmax()]
        assert abs(hertz - 2.0) < 0.25
        assert 0.9 * peak < np.abs(x).max() < 1.15 * peak
    z = pool.take(own).windows()[..., 2]
    np.testing.assert_allclose(z, 9.80665, rtol=1e-3)  # gravity does not stop at the ends


def test_sets_of_one_rate_keep_it(subjects) -> None:
    found = gather(request(subjects("w", 5))).joined
    assert found.spec.sample_rate_hz == 20.0
    assert not any("resampled" in note for note in found.notes)


def test_windows_shifted_in_time_stay_within_their_recording(tmp_path: Path) -> None:
    folder = own_csv(tmp_path / "own", 26.0, gap=3.0)
    pool = gather(request(folder, preset="none", classes=("resting", "walking"))).joined.pool
    assert len(np.unique(pool.first)) == 4 * 2 * 2  # each file is two recordings
    plain = pool.windows()
    moved = [pool.shifted(np.random.default_rng(seed)) for seed in range(8)]
    assert max(np.abs(x - plain).max() for x in moved) > 0.1
    for seed in range(8):
        generator = np.random.default_rng(seed)
        shift = np.floor((generator.random(len(pool)) - 0.5) * 24).astype(int)
        places = np.clip(pool.starts + shift, pool.first, pool.last)
        ends = places + 23
        recording = np.searchsorted(np.unique(pool.first), places, side="right")
        np.testing.assert_array_equal(
            recording, np.searchsorted(np.unique(pool.first), ends, side="right")
        )
        # of one label: standing still is never more than 0.01 g
        assert np.abs(moved[seed][pool.y == 0][..., 0]).max() < 0.2


def test_a_gap_in_time_divides_a_recording(tmp_path: Path) -> None:
    whole = gather(request(own_csv(tmp_path / "a", 26.0))).joined
    torn = gather(request(own_csv(tmp_path / "b", 26.0, gap=3.0))).joined
    assert whole.sources[0]["recordings"] == 8
    assert torn.sources[0]["recordings"] == 16
    assert len(torn.pool.groups) == len(whole.pool.groups) == 8


def test_a_nan_is_an_error_with_its_line(tmp_path: Path) -> None:
    folder = own_csv(tmp_path / "own", 26.0)
    path = folder / "walking" / "r1.csv"
    lines = path.read_text().splitlines()
    lines[7] = "0.2308,nan,0.0,1.0"
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(DataError, match=r"r1\.csv:8"):
        gather(request(folder))


def test_recordings_of_other_classes_are_counted(subjects) -> None:
    found = gather(request(subjects("w", 5), synthetic=300, classes=("walking", "running", "rest")))
    assert found.joined.classes == ("walking", "running", "rest")
    only = gather(request(subjects("v", 5), synthetic=300, classes=("walking", "rest")))
    assert any(note.startswith("synthetic: recordings of running left out:") for note in only.notes)


def windows_file(path: Path, n: int = 200, **more: object) -> Path:
    generator = np.random.default_rng(len(more))
    x = generator.normal(0, 1, (n, 24, 3)).astype(np.float32)
    np.savez(path, x=x, y=np.arange(n) % 2, classes=np.array(["rest", "walk"]), **more)
    return path


def test_windows_by_recording(tmp_path: Path) -> None:
    path = windows_file(tmp_path / "w.npz", recording=np.arange(200) // 10)
    found = gather(request(path, preset="none"))
    assert found.splits[0].by == "recording"
    np.testing.assert_array_equal(
        found.joined.pool.shifted(np.random.default_rng(0)), found.joined.pool.windows()
    )


def test_windows_without_recordings_name_the_option(tmp_path: Path) -> None:
    path = windows_file(tmp_path / "w.npz")
    with pytest.raises(DataError, match="of one subject or recording") as found:
        gather(request(path, preset="none"))
    assert "--split windows" in found.value.hint
    random = gather(request(path, preset="none", random_windows=True))
    assert random.splits[0].by == "windows"


def test_windows_say_nothing_of_their_unit(tmp_path: Path) -> None:
    path = windows_file(tmp_path / "w.npz", recording=np.arange(200) // 10)
    with pytest.raises(DataError, match="cannot be trained on together"):
        gather(request(path, synthetic=200))
    with pytest.raises(UsageError, match="what preprocessing"):
        gather(request(path))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"synthetic": 300, "classes": ("walking", "biking"), "renamed": {"walking": "biking"}},
            "no data has the class 'walking'",
        ),
        (
            {"synthetic": 300, "renamed": {"walking": "x", "stationary": "x", "running": "x"}},
            "only one class, 'x'",
        ),
        (
            {"synthetic": 30, "recipe": Recipe(batch=64)},
            "30 windows are fewer than one batch of 64",
        ),
        ({"synthetic": 120, "recipe": Recipe(batch=100)}, "to train on are fewer than one batch"),
    ],
)
def test_too_little(options, message: str) -> None:
    with pytest.raises(DataError, match=message):
        gather(request(**options))


def test_the_same_data_twice_or_on_both_sides(subjects) -> None:
    folder = subjects("w", 4)
    with pytest.raises(DataError, match="that wisdm51 has too"):
        gather(request(folder, folder))
    with pytest.raises(DataError, match="are trained on"):
        gather(request(folder, test=folder))


def test_a_test_set_of_its_own_leaves_the_data_to_training(subjects) -> None:
    found = gather(request(subjects("a", 4), test=subjects("b", 2, first=1700)))
    assert found.test is not None
    assert len(found.test) == found.test_table["windows"]
    assert set(found.test.recordings) == {"wisdm51:1700", "wisdm51:1701"}
    assert not found.splits[0].test.any()
    assert not found.splits[0].names["test"]


def test_options_that_do_not_go_together(subjects) -> None:
    folder = subjects("w", 2)
    for wrong in (
        Request("tcnn", ()),
        replace(request(folder), folds=1),
        replace(request(folder), folds=2, test=folder),
        replace(request(folder), classes=("a", "A")),
    ):
        with pytest.raises(UsageError):
            gather(wrong)


def test_the_published_test_part_keeps_the_zoos_cut(shared: Path) -> None:
    data = shared / "data"
    for window, count in ((24, 1003), (48, 501)):
        found = gather(request(data / "mobility_v1", test=data / "mobility_v1", window=window))
        assert found.test is not None and len(found.test) == count
        assert found.joined.sources[0]["recordings"] == 8
        assert sum(map(len, found.splits[0].names.values())) == 8

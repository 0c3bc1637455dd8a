"""st_har_26hz and wisdm51: text files of recordings."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hargen.datasets import load, text
from hargen.errors import DataError
from hargen.preprocessing import Preprocessing, preset
from hargen.preprocessing.reference import to_windows


def csv(path: Path, n: int, seed: int = 0) -> np.ndarray:
    samples = np.random.default_rng(seed).integers(-2000, 2000, (n, 3))
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(f"{x:5d}, {y:5d}, {z:5d}\n" for x, y, z in samples))
    return samples


def wisdm(rows: list[tuple[int, str, int]], period_ns: int = 50_000_000) -> str:
    """Return lines for (subject, activity, count)."""
    generator = np.random.default_rng(0)
    return "".join(
        f"{subject},{activity},{i * period_ns},{x},{y},{z};\n"
        for subject, activity, count in rows
        for i, (x, y, z) in enumerate(generator.normal(0, 5, (count, 3)).tolist())
    )


def test_class_folders_of_csv(tmp_path: Path, default24: Preprocessing) -> None:
    walk = csv(tmp_path / "walking" / "w1.csv", 60, 1)
    still = csv(tmp_path / "stationary" / "s1.csv", 50, 2)
    csv(tmp_path / "stationary" / "s2.csv", 23, 3)  # shorter than a window
    windows = load(tmp_path, window=24, preprocessing=default24)
    assert windows.classes == ("stationary", "walking")
    assert windows.recordings == ("stationary/s1", "stationary/s2", "walking/w1")
    assert windows.y.tolist() == [0, 0, 1, 1]
    assert windows.recording is not None
    assert windows.recording.tolist() == [0, 0, 2, 2]
    # The filter starts anew in each recording.
    np.testing.assert_array_equal(windows.x[:2], to_windows(still, default24, "mg")[0])
    np.testing.assert_array_equal(windows.x[2:], to_windows(walk, default24, "mg")[0])


def test_a_list_selects_recordings(tmp_path: Path, default24: Preprocessing) -> None:
    csv(tmp_path / "walking" / "w1.csv", 60)
    csv(tmp_path / "walking" / "w2.csv", 100)
    some = load(tmp_path, window=24, preprocessing=default24, recordings=["walking/w2"])
    assert len(some) == 4
    with pytest.raises(DataError, match="walking/w3"):
        load(tmp_path, window=24, preprocessing=default24, recordings=["walking/w3"])


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ("1,2,3\n1,2\n", "w.csv:2: 2 columns"),
        ("1,2,3\n1,2,3,4\n", "w.csv:2: 4 columns"),
        ("1,y,z\n1,2,3\n", "w.csv:1: 'y' is not a number"),
        ("1,2,3\n\n1,2,1_0\n", "w.csv:3: '1_0' is not a number"),
        ("1,2,nan\n", "w.csv:1: 'nan' is no acceleration"),
        ("1,-inf,3\n", "w.csv:1: '-inf' is no acceleration"),
        ("1,2,1e300\n", "w.csv:1: '1e300' is no acceleration"),
        ("", "the recording is empty"),
        ("1,2,3\n" * 5, "one window"),
        ("1,2,3\n" + "1" * 10000, "w.csv:2: a line of over"),
        ("1,2,\u0663\n", "w.csv:1: not text"),
    ],
)
def test_a_broken_csv_is_one_error_with_its_line(
    tmp_path: Path, default24: Preprocessing, content: str, where: str
) -> None:
    (tmp_path / "walking").mkdir()
    (tmp_path / "walking" / "w.csv").write_text(content)
    with pytest.raises(DataError) as caught:
        load(tmp_path, window=24, preprocessing=default24)
    assert where in str(caught.value)
    assert caught.value.hint


def test_wisdm51_runs_of_an_activity_are_recordings(tmp_path: Path) -> None:
    spec = preset("default", window=24, sample_rate_hz=20.0)
    rows = [(1600, "A", 50), (1600, "D", 50), (1600, "E", 50), (1600, "F", 30), (1600, "A", 24)]
    (tmp_path / "data_1600_accel_phone.txt").write_text(wisdm(rows))
    with gzip.open(tmp_path / "data_1601_accel_phone.txt.gz", "wt") as file:
        file.write(wisdm([(1601, "B", 24), (1601, "C", 24)]))
    (tmp_path / "activity_key.txt").write_text("walking = A\n")
    windows = load(tmp_path, window=24, preprocessing=spec)
    assert windows.recordings == ("1600-A", "1600-D", "1600-E", "1600-A-2", "1601-B", "1601-C")
    named = [windows.classes[i] for i in windows.y]
    assert named == ["Walking"] * 2 + ["Stationary"] * 4 + ["Walking", "Jogging", "Stairs"]
    assert windows.notes == ("samples of other activities left out: 30",)
    assert "2 subjects" in windows.source


@pytest.mark.parametrize("packed", [False, True])
def test_one_wisdm51_file_under_any_name(tmp_path: Path, packed: bool) -> None:
    path = tmp_path / "phone"
    data = wisdm([(1600, "A", 100)]).encode()
    path.write_bytes(gzip.compress(data) if packed else data)
    windows = load(path, window=24, preprocessing=preset("st-zoo", window=24))
    assert len(windows) == 4
    assert "20 Hz" in windows.notes[0] and "not resampled" in windows.notes[0]


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ("1600,A,1,2.0,3.0;", ":3: 5 fields"),
        ("1600,A,1,2.0,3.0,4.0,5.0;", ":3: 7 fields"),
        ("1600,A,1,2.0,3.0,;", ":3: '' is not a number"),
        ("1600,N,1,2.0,3.0,4.0;", ":3: unknown activity 'N'"),
        ("1600,walk,1,2.0,3.0,4.0;", ":3: unknown activity"),
        ("me,A,1,2.0,3.0,4.0;", ":3: 'me' is not a subject"),
        ("1600,A,1,2.0,nan,4.0;", ":3: 'nan' is no acceleration"),
    ],
)
def test_a_broken_wisdm51_line_is_one_error(
    tmp_path: Path, default24: Preprocessing, line: str, where: str
) -> None:
    path = tmp_path / "data_1600.txt"
    path.write_text(wisdm([(1600, "A", 2)]) + line + "\n" + wisdm([(1600, "A", 50)]))
    for source in (path, tmp_path):
        with pytest.raises(DataError) as caught:
            load(source, window=24, preprocessing=default24)
        assert where in str(caught.value)


def test_other_activities_alone_are_an_error(tmp_path: Path, default24: Preprocessing) -> None:
    (tmp_path / "data_1.txt").write_text(wisdm([(1600, "F", 50)]))
    with pytest.raises(DataError, match="walking, jogging"):
        load(tmp_path, window=24, preprocessing=default24)


def test_gzip_that_is_cut_or_corrupt(tmp_path: Path, default24: Preprocessing) -> None:
    data = gzip.compress(wisdm([(1600, "A", 100)]).encode())
    path = tmp_path / "data_1600.txt.gz"
    path.write_bytes(data[:-200])
    with pytest.raises(DataError, match="gzip"):
        load(path, window=24, preprocessing=default24)
    broken = bytearray(data)
    broken[len(data) // 2] ^= 0xFF
    path.write_bytes(broken)
    with pytest.raises(DataError):
        load(tmp_path, window=24, preprocessing=default24)


def test_a_gzip_bomb_stops_at_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, default24: Preprocessing
) -> None:
    monkeypatch.setattr(text, "MAX_BYTES", 1 << 20)
    path = tmp_path / "data_1.txt.gz"
    path.write_bytes(gzip.compress(b"1600,A,1,2.0,3.0,4.0;\n" * 100_000))
    with pytest.raises(DataError, match="1 MiB"):
        load(path, window=24, preprocessing=default24)


SHORT = preset("none", window=2)
LINES = st.lists(
    st.sampled_from(["1,2,3", "4,5,6", "1600,A,1,1.0,2.0,3.0;", "1600,B,1,1.0,2.0,3.0;", "", ","])
    | st.text(alphabet="0123456789,;.eE+-naifAB \t\r\x00\u0663", max_size=20),
    max_size=8,
).map("\n".join)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["c/a.csv", "data_1.txt", "data_1.txt.gz"]), LINES | st.binary(max_size=60))
def test_any_file_is_windows_or_a_data_error(
    tmp_path: Path, name: str, content: str | bytes
) -> None:
    data = content if isinstance(content, bytes) else content.encode()
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    try:
        windows = load(tmp_path, window=2, preprocessing=SHORT)
        assert np.isfinite(windows.x).all()
    except DataError as error:
        assert error.where
    finally:
        path.unlink()


def test_the_shared_recordings(shared: Path, default24: Preprocessing) -> None:
    windows = load(shared / "data" / "st_har_26hz", window=24, preprocessing=default24)
    assert len(windows) == 92 * (1000 // 24)
    assert windows.counts() == {"running": 17 * 41, "stationary": 36 * 41, "walking": 39 * 41}


def test_a_shared_phone(shared: Path) -> None:
    path = shared / "data" / "wisdm51" / "data_1609_accel_phone.txt.gz"
    windows = load(path, window=24, preprocessing=preset("st-zoo", window=24))
    # 3577 walking and sitting, 3573 stairs and standing; this subject did not jog.
    assert windows.counts() == {"Jogging": 0, "Stairs": 148, "Stationary": 297, "Walking": 149}

"""Recordings of a user's own: CSV with a header, and data.toml."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hargen.datasets import UNLABELLED, Windows, load, text
from hargen.errors import DataError
from hargen.preprocessing import Preprocessing, preset
from hargen.preprocessing.reference import to_windows

CARD = 'unit = "mg"\nsample_rate_hz = 26\n'


def samples(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(-2000, 2000, (n, 3))


def write(path: Path, values: np.ndarray, header: str = "x,y,z") -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join([header, *(f"{x},{y},{z}" for x, y, z in values)]) + "\n")


def read(source: Path, spec: Preprocessing | None = None) -> Windows:
    return load(source, window=24, preprocessing=spec or preset("default", window=24))


def test_class_folders_with_headers(tmp_path: Path, default24: Preprocessing) -> None:
    walk, still = samples(60, 1), samples(50, 2)
    write(tmp_path / "walking" / "w1.csv", walk)
    write(tmp_path / "stationary" / "s1.csv", still)
    (tmp_path / "data.toml").write_text(CARD)
    windows = read(tmp_path)
    assert windows.classes == ("stationary", "walking")
    assert windows.recordings == ("stationary/s1", "walking/w1")
    assert windows.y.tolist() == [0, 0, 1, 1]
    np.testing.assert_array_equal(windows.x[:2], to_windows(still, default24, "mg")[0])
    np.testing.assert_array_equal(windows.x[2:], to_windows(walk, default24, "mg")[0])
    assert windows.notes == ()


@pytest.mark.parametrize(
    ("header", "separator", "card"),
    [
        ("time,x [g],y [g],z [g],label", ",", ""),
        ("timestamp (s);acc_x (g);acc_y (g);acc_z (g);activity", ";", ""),
        ("\ufeffTime\tAcceleration X\tAcceleration Y\tAcceleration Z\tClass", "\t", 'unit = "g"'),
        (
            '"when","a","b","c","what"',
            ",",
            'unit = "g"\n[columns]\nx="a"\ny="b"\nz="c"\ntime="when"\nlabel="what"',
        ),
    ],
)
def test_one_file_with_times_and_labels(
    tmp_path: Path, default24: Preprocessing, header: str, separator: str, card: str
) -> None:
    values = samples(100) / 1000
    labels = ["gehen"] * 50 + ["stehen \u00fcberall"] * 50
    rows = [
        separator.join([f"{1000 + i / 26:.6f}", f"{x}", f"{y}", f'"{z}"', label])
        for i, ((x, y, z), label) in enumerate(zip(values, labels, strict=True))
    ]
    path = tmp_path / "mine.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    (tmp_path / "mine.toml").write_text(card)
    windows = read(path)
    assert windows.classes == ("gehen", "stehen \u00fcberall")
    assert windows.y.tolist() == [0, 0, 1, 1]
    assert windows.recordings == ("mine", "mine-2")
    np.testing.assert_array_equal(windows.x[:2], to_windows(values[:50], default24, "g")[0])
    np.testing.assert_array_equal(windows.x[2:], to_windows(values[50:], default24, "g")[0])
    assert "26 Hz, g" in windows.source


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_a_gap_in_time_begins_a_recording(tmp_path: Path, unit: str) -> None:
    second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    times = [int(i * second / 26 * 1000) / 1000 for i in range(120)]
    times[60:] = [t + 10 * second for t in times[60:]]
    rows = [f"{t},{i},{-i},1000" for i, t in enumerate(times)]
    (tmp_path / "r.csv").write_text("\n".join(["t,x,y,z", *rows]))
    (tmp_path / "data.toml").write_text(f'unit = "mg"\ntime_unit = "{unit}"\nlabel = "walking"\n')
    windows = read(tmp_path)
    assert windows.recordings == ("r", "r-2")
    assert windows.classes == ("walking",)
    assert len(windows) == 4


def labelled(tmp_path: Path, labels: list[str], card: str) -> Path:
    rows = [f"1,2,{i},{label}" for i, label in enumerate(labels)]
    (tmp_path / "r.csv").write_text("\n".join(["x,y,z,label", *rows]) + "\n")
    (tmp_path / "data.toml").write_text(CARD + card)
    return tmp_path


def test_labels_by_number_by_name_and_without(tmp_path: Path) -> None:
    labels = ["1"] * 24 + ["0"] * 24 + [""] * 24 + ["walking"] * 24 + ["driving"] * 24
    card = 'classes = ["resting", "walking"]\nleave_out = ["driving"]\n'
    windows = read(labelled(tmp_path, labels, card))
    assert windows.classes == ("resting", "walking")
    assert windows.y.tolist() == [1, 0, UNLABELLED, 1]
    assert windows.notes == ("samples left out by data.toml: 24",)


@pytest.mark.parametrize(
    ("label", "card", "where"),
    [
        ("2", "", "r.csv:26: nobody named the label '2': it is a number"),
        ("2", 'classes = ["a", "b"]', "r.csv:26: nobody named the label '2': labels go from 0"),
        ("-1", 'classes = ["a", "b"]', "r.csv:26: nobody named the label '-1'"),
        ("c", 'classes = ["a", "b"]', "r.csv:26: nobody named the label 'c': classes of"),
    ],
)
def test_a_label_that_nobody_named(tmp_path: Path, label: str, card: str, where: str) -> None:
    with pytest.raises(DataError) as caught:
        read(labelled(tmp_path, ["a"] * 24 + [label] * 24, card))
    assert where in str(caught.value)
    assert "classes = " in caught.value.hint


def test_too_many_labels_are_no_classes(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="300 different labels"):
        read(labelled(tmp_path, [f"name {i}" for i in range(300)], ""))


def test_everything_left_out(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="every sample is left out"):
        read(labelled(tmp_path, ["a"] * 50, 'leave_out = ["a"]'))


@pytest.mark.parametrize(
    ("content", "card", "where"),
    [
        (b"", CARD, "r.csv: the recording is empty"),
        (b"\n \n", CARD, "r.csv: the recording is empty"),
        (b"x,y,z\n", CARD, "r.csv: a header and no samples"),
        (b"1,2,3\n1,2,3\n", CARD, "r.csv:1: no header line"),
        (b"x,y,z\n1,2,3\n1,2\n", CARD, "r.csv:3: 2 columns instead of 3"),
        (b"x,y,z\n1,2,3\n1,2,3,4\n", CARD, "r.csv:3: 4 columns instead of 3"),
        (b"x,y,z\n1,two,3\n", CARD, "r.csv:2: 'two' is not a number"),
        (b"x,y,z\n1,,3\n", CARD, "r.csv:2: '' is not a number"),
        (b"x;y;z\n1,5;2,5;3\n", CARD, "r.csv:2: '1,5' is not a number"),
        (b"x,y,z\n1,nan,3\n", CARD, "r.csv:2: 'nan' is no acceleration"),
        (b"x,y,z\n1,2,-inf\n", CARD, "r.csv:2: '-inf' is no acceleration"),
        (b"x,y,z\n1,2,1e300\n", CARD, "r.csv:2: '1e300' is no acceleration"),
        ("x,y,z\n1,2,\u0663\n".encode(), CARD, "r.csv:2: '\u0663' is not a number"),
        (b"x,y,z\n1,2,\xff\n", CARD, "r.csv:2: not text: byte 0xff"),
        ("x,y,z\n1,2,3\n".encode("utf-16"), CARD, "r.csv:1: not text: byte 0xff"),
        (b'x,y,z\n1,2,"3\n', CARD, "r.csv:2: not a line of CSV"),
        (b"x,y,z\n1,2," + b"3" * 5000, CARD, "r.csv:2: a line of over"),
        (b"a,y,z\n1,2,3\n", CARD, "r.csv:1: no column of x: its header is a, y, z"),
        (b"x,ax,y,z\n1,2,3,4\n", CARD, "r.csv:1: two columns of x"),
        (b"x,y,z\n1,2,3\n", CARD + '[columns]\nlabel = "what"', "r.csv:1: no columns 'what'"),
        (b"x,y,z\n1,2,3\n", "sample_rate_hz = 26", "r.csv:1: nobody says the unit"),
        (b"x [g],y,z\n1,2,3\n", CARD, "r.csv:1: two units: g, mg"),
        (b"x [g],y [mg],z\n1,2,3\n", "", "r.csv:1: two units: g, mg"),
        (b"x,y,z\n1,2,3\n", 'unit = "mg"', "nobody says the sample rate"),
        (b"x,y,z\n1,2,3\n", CARD, "no recording is as long as one window"),
        (b"t,x,y,z\n0,1,2,3\nsoon,1,2,3\n", CARD, "r.csv:3: 'soon' is not a number"),
        (b"t,x,y,z\n0,1,2,3\n1e30,1,2,3\n", CARD, "r.csv:3: '1e30' is no time"),
        (b"t,x,y,z\n5,1,2,3\n\n4,1,2,3\n", CARD, "r.csv:4: the time goes back"),
        (b"x,y,z\n1,2,3\n", "unit = [", "data.toml: cannot be read as TOML"),
        (b"x,y,z\n1,2,3\n", "unit = '\udcff'", "data.toml: cannot be read as TOML"),
        (b"x,y,z\n1,2,3\n", 'unit = "kg"', "data.toml: unit: not valid"),
        (b"x,y,z\n1,2,3\n", "rate = 3", "data.toml: rate: not valid"),
        (b"x,y,z\n1,2,3\n", "sample_rate_hz = 0", "data.toml: sample_rate_hz: not valid"),
        (b"x,y,z\n1,2,3\n", 'classes = ["a", "a"]', "data.toml: classes: not valid"),
        (b"x,y,z\n1,2,3\n", '[columns]\nw = "a"', "data.toml: columns.w"),
    ],
)
def test_broken_content_is_one_error_that_says_where(
    tmp_path: Path, content: bytes, card: str, where: str
) -> None:
    (tmp_path / "r.csv").write_bytes(content)
    (tmp_path / "data.toml").write_text(card, errors="surrogateescape")
    for source in (tmp_path, tmp_path / "r.csv"):
        if content or source.is_dir():
            with pytest.raises(DataError) as caught:
                read(source)
            assert where in str(caught.value)


def timed(path: Path, rate: float, n: int = 100) -> None:
    rows = [f"{i / rate:.4f},0,0,{i}" for i in range(n)]
    path.write_text("\n".join(["time,x,y,z", *rows]))


def test_a_sample_rate_that_is_not_what_is_stated(tmp_path: Path) -> None:
    timed(tmp_path / "a.csv", 26.3)
    (tmp_path / "data.toml").write_text(CARD)
    assert read(tmp_path).notes == ()  # clocks are off by that much
    timed(tmp_path / "b.csv", 50.0)
    with pytest.raises(DataError, match=r"b\.csv: its times tell 50 Hz, not 26 Hz") as caught:
        read(tmp_path)
    assert "time_unit" in caught.value.hint
    (tmp_path / "data.toml").write_text('unit = "mg"')
    with pytest.raises(DataError, match=r"b\.csv: its times tell 50 Hz.*of the first recording"):
        read(tmp_path)


def test_a_sample_rate_that_is_not_the_models(tmp_path: Path) -> None:
    timed(tmp_path / "a.csv", 50.0)
    (tmp_path / "data.toml").write_text('unit = "mg"')
    with pytest.raises(DataError, match="recorded at 50 Hz, the model is for 26 Hz") as caught:
        read(tmp_path)
    assert "any_rate" in caught.value.hint
    (tmp_path / "data.toml").write_text('unit = "mg"\nany_rate = true')
    assert "not resampled" in read(tmp_path).notes[0]
    assert read(tmp_path, preset("default", window=24, sample_rate_hz=50.0)).notes == ()


def test_files_of_different_units(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", samples(50), "x [mg],y [mg],z [mg]")
    write(tmp_path / "b.csv", samples(50), "x [g],y [g],z [g]")
    (tmp_path / "data.toml").write_text("sample_rate_hz = 26")
    with pytest.raises(DataError, match=r"b\.csv: recordings in g and in mg"):
        read(tmp_path)


def test_too_many_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "ab":
        write(tmp_path / f"{name}.csv", samples(50))
    (tmp_path / "data.toml").write_text(CARD)
    monkeypatch.setattr(text, "MAX_SAMPLES", 99)
    with pytest.raises(DataError, match="over 99 samples"):
        read(tmp_path)


def test_several_kinds_in_one_folder(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", samples(50))
    (tmp_path / "data_1.txt").write_text("1600,A,1,1.0,2.0,3.0;\n")
    with pytest.raises(DataError, match=r"several kinds of data.*CSV recordings, wisdm51"):
        read(tmp_path)


LINES = st.lists(
    st.sampled_from(["x,y,z,label", "1,2,3,a", "4,5,6,b", "t,x [g],y,z", "1,2,3", '"1",2,3'])
    | st.text(alphabet='0123456789,;.eE+-naxyzt[]() \t\r"\x00\u0663', max_size=20),
    max_size=8,
).map("\n".join)
CARDS = st.sampled_from(
    [CARD, CARD + 'classes = ["a"]', CARD + "any_rate = true", CARD + 'leave_out = ["a"]', ""]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["a.csv", "c/a.csv"]), LINES.map(str.encode) | st.binary(max_size=60), CARDS)
def test_any_file_is_windows_or_a_data_error(
    tmp_path: Path, name: str, content: bytes, card: str
) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    (tmp_path / "data.toml").write_text(card)
    try:
        windows = load(tmp_path, window=1, preprocessing=preset("none", window=1))
        assert np.isfinite(windows.x).all()
        assert windows.y.max() < max(len(windows.classes), 1)
    except DataError as error:
        assert error.where
    finally:
        path.unlink()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=80) | st.text(max_size=80).map(lambda s: s.encode("utf-8")))
def test_any_card_is_windows_or_a_data_error(tmp_path: Path, card: bytes) -> None:
    write(tmp_path / "a.csv", samples(2), "x [g],y [g],z [g]")
    (tmp_path / "data.toml").write_bytes(card)
    with pytest.raises(DataError):  # no random text is a sample rate
        load(tmp_path, window=1, preprocessing=preset("none", window=1))

"""What the sensor can be fed."""

from __future__ import annotations

import pytest

from hargen.device.virtual.sensor import feed
from hargen.errors import DataError


def test_a_file_without_header_is_in_mg(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(" 1000, -122, 0\n0.122,0,4000\n")

    fed = feed.load(str(path))
    assert [fed.counts(n, 0.122) for n in range(3)] == [
        (8197, -1000, 0),
        (1, 0, 32767),
        (8197, -1000, 0),
    ]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("x [counts],y [counts],z [counts]", 7),
        ("x (mg);y (mg);z (mg)", 57),
        ("X[g],Y[g],Z[g]", 32767),
    ],
)
def test_a_header_says_the_unit(tmp_path, header, expected):
    path = tmp_path / "a.csv"
    path.write_text(f"{header}\n7,7,7\n")

    assert feed.load(str(path)).counts(0, 0.122) == (expected,) * 3


def test_counts_come_back_as_they_were(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "x [counts],y [counts],z [counts]\n"
        + "".join(f"{n},{-n},{n - 16384}\n" for n in range(-32768, 32768, 13) if -n < 32768)
    )

    fed = feed.load(str(path))
    for index in range(len(fed)):
        x, y, z = fed.counts(index, 0.122)
        assert (x + y, z) == (0, max(-32768, x - 16384))


def test_other_files_are_read_as_data_sets_are(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("time,x [g],y [g],z [g]\n" + "".join(f"{n / 26},0,0,1\n" for n in range(9)))

    fed = feed.load(str(path))
    assert len(fed) == 9
    assert fed.counts(8, 0.122) == (0, 0, 8197)


def test_synthetic_motion_is_the_same_every_time():
    one, other = feed.load("synthetic"), feed.load("synthetic")

    assert [one.counts(n, 0.122) for n in range(100)] == [
        other.counts(n, 0.122) for n in range(100)
    ]
    assert len({one.counts(n, 0.122) for n in range(1000)}) > 900


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("1,2\n", "2 columns instead of 3"),
        ("1,2,3\n4,5,6,7\n", "a.csv:2"),
        ("1,2,three\n", "a.csv:1"),
        ("1,2,nan\n", "a.csv:1"),
        ("x,y,z\n1,2,3\n", "unit"),
        ("what is this\n", "a.csv"),
    ],
)
def test_a_broken_recording_is_refused_by_line(tmp_path, text, words):
    path = tmp_path / "a.csv"
    path.write_text(text)

    with pytest.raises(DataError) as caught:
        feed.load(str(path))
    assert words in f"{caught.value} {caught.value.where} {caught.value.why}"


def test_a_missing_recording_is_said(tmp_path):
    with pytest.raises(DataError, match="no such recording"):
        feed.load(str(tmp_path / "none.csv"))

"""Recordings as they were made: what they are of, and that nothing continuous is torn or joined."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from hargen.datasets import UNLABELLED, load, recordings, synthetic_recordings
from hargen.errors import DataError
from hargen.preprocessing import Preprocessing

PERIOD_NS = 50_000_000


def wisdm_line(subject: int, activity: str, time_ns: int, value: float) -> str:
    return f"{subject},{activity},{time_ns},{value},{value + 1},{value + 2};\n"


def test_wisdm51_is_cut_at_gaps_in_time_and_grouped_by_subject(tmp_path: Path) -> None:
    times = [i * PERIOD_NS for i in range(40)]
    times[25:] = [time + 60 * PERIOD_NS for time in times[25:]]
    lines = [wisdm_line(1600, "A", time, i) for i, time in enumerate(times)]
    lines += [wisdm_line(1601, "D", i * PERIOD_NS, i) for i in range(30)]
    (tmp_path / "data_1600.txt").write_text("".join(lines))
    found = recordings(tmp_path)
    assert [(r.name, r.group, len(r.samples)) for r in found.recordings] == [
        ("1600-A", "1600", 25),
        ("1600-A.2", "1600", 15),
        ("1601-D", "1601", 30),
    ]
    assert found.recordings[1].samples[0].tolist() == [25, 26, 27]
    assert (found.unit, found.sample_rate_hz, found.grouped_by) == ("m/s2", 20.0, "subject")
    assert [found.classes[r.label] for r in found.recordings] == [
        "Walking",
        "Walking",
        "Stationary",
    ]


def test_wisdm_v1_1_is_grouped_by_user_and_cut_where_time_goes_back(tmp_path: Path) -> None:
    def line(user: int, activity: str, index: int) -> str:
        return f"{user},{activity},{index * PERIOD_NS},1,2,3;\n"

    lines = [line(33, "Walking", i) for i in range(50)]
    lines += [line(33, "Walking", i) for i in range(30)]
    lines += [line(7, "Sitting", i) for i in range(20)]
    path = tmp_path / "WISDM_ar_v1.1_raw.txt"
    path.write_text("".join(lines))
    train = recordings(path)
    assert [(r.group, len(r.samples)) for r in train.recordings] == [("33", 50), ("33", 30)]
    test = recordings(f"{path}#test")
    assert [(r.group, len(r.samples)) for r in test.recordings] == [("7", 20)]
    assert test.classes[test.recordings[0].label] == "Stationary"


def test_neighbours_that_were_worn_alike_are_one_session(tmp_path: Path) -> None:
    for number, mean in enumerate((0, 100, 900)):
        path = tmp_path / "walking" / f"w{number}.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{mean}, 0, 1000\n" * 30)
    path = tmp_path / "running" / "w3.csv"
    path.parent.mkdir()
    path.write_text("900, 0, 1000\n" * 30)
    found = recordings(tmp_path)
    assert [(r.name, r.group) for r in found.recordings] == [
        ("running/w3", "running/w3"),
        ("walking/w0", "walking/w0"),
        ("walking/w1", "walking/w0"),
        ("walking/w2", "walking/w2"),
    ]


def test_mobility_v1_without_a_part_is_its_training_part(tmp_path: Path) -> None:
    for name, act in (("train", [1, 4]), ("test", [0, 2])):
        content = {"files": ["a", "b"], "act": act, "acc": [np.ones((30, 3)), np.zeros((40, 3))]}
        (tmp_path / f"{name}.pkl").write_bytes(pickle.dumps(content))
    train = recordings(tmp_path)
    assert [(r.name, r.label, len(r.samples)) for r in train.recordings] == [
        ("a", 1, 30),
        ("b", UNLABELLED, 40),
    ]
    assert [r.label for r in recordings(f"{tmp_path}#test").recordings] == [0, 2]


def test_stretches_of_one_csv_file_are_one_group(tmp_path: Path, default24: Preprocessing) -> None:
    rows = [f"{i / 26 + (9 if i >= 60 else 0)},0.1,0.2,{i % 3},walk\n" for i in range(120)]
    (tmp_path / "one.csv").write_text("time [s],x [g],y [g],z [g],label\n" + "".join(rows))
    found = recordings(tmp_path)
    assert [(r.name, r.group) for r in found.recordings] == [("one", "one"), ("one-2", "one")]
    assert found.unit == "g"
    windows = load(tmp_path, window=24, preprocessing=default24)
    assert windows.recordings == ("one", "one-2")


def test_windows_are_no_recordings(tmp_path: Path) -> None:
    np.savez(tmp_path / "w.npz", x=np.zeros((4, 24, 3), np.float32), y=np.zeros(4, np.int64))
    with pytest.raises(DataError, match="windows are no recordings"):
        recordings(tmp_path / "w.npz")


def test_synthetic_recordings_give_the_windows_that_are_asked_for(default24: Preprocessing) -> None:
    found = synthetic_recordings(100, preprocessing=default24, classes=("walking", "biking"))
    assert sum(len(r.samples) // 24 for r in found.recordings) == 100
    assert len(found.groups) == len(found.recordings) > 4
    with pytest.raises(DataError, match="no synthetic motion"):
        synthetic_recordings(9, preprocessing=default24, classes=("swimming",))

"""mobility_v1: cut as the zoo cuts it, and equal to what its networks score."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hargen.datasets import labels_for, load
from hargen.errors import DataError
from hargen.preprocessing import Preprocessing, preset
from hargen.preprocessing.reference import condition
from hargen.validate import reference


def write(
    path: Path, act: list[Any], lengths: list[int], changes: dict[str, Any] | None = None
) -> Path:
    generator = np.random.default_rng(0)
    value: dict[str, Any] = {
        "files": [f"Acc_{i}.csv" for i in range(len(act))],
        "act": act,
        "acc": [generator.normal(0, 1, (n, 3)) for n in lengths],
    }
    path.write_bytes(pickle.dumps(value | (changes or {})))
    return path


def test_driving_is_dropped_before_the_filter_and_the_rest_is_one_stream(
    tmp_path: Path, zoo24: Preprocessing
) -> None:
    path = write(tmp_path / "m.pkl", [0, 4, 1], [60, 100, 61])
    windows = load(path, window=24, preprocessing=zoo24)
    acc = pickle.loads(path.read_bytes())["acc"]
    stream = condition(np.concatenate([acc[0], acc[2]]), zoo24, "g").astype(np.float32)
    np.testing.assert_array_equal(windows.x.reshape(-1, 3), stream[: 24 * 5])
    assert windows.classes == ("Stationary", "Walking", "Jogging", "Biking")
    # The third window has 12 samples of each: a tie goes to Stationary, before Walking.
    assert windows.y.tolist() == [0, 0, 0, 1, 1]
    assert windows.recording is not None
    assert [windows.recordings[i] for i in windows.recording] == ["Acc_0"] * 3 + ["Acc_2"] * 2
    assert any("driving" in note for note in windows.notes)


def test_a_tie_goes_to_the_alphabetically_first_name(tmp_path: Path, zoo24: Preprocessing) -> None:
    path = write(tmp_path / "m.pkl", [1, 2, 3], [12, 24, 30])  # walking, jogging, biking
    assert load(path, window=24, preprocessing=zoo24).y.tolist() == [2, 3]


def test_a_last_window_that_fits_exactly_is_dropped(tmp_path: Path, zoo24: Preprocessing) -> None:
    exact = write(tmp_path / "exact.pkl", [0], [72])
    assert len(load(exact, window=24, preprocessing=zoo24)) == 2
    more = write(tmp_path / "more.pkl", [0], [73])
    assert len(load(more, window=24, preprocessing=zoo24)) == 3


def test_a_folder_means_its_test_file(tmp_path: Path, zoo24: Preprocessing) -> None:
    write(tmp_path / "test.pkl", [0], [100])
    write(tmp_path / "train.pkl", [0], [1000])
    assert len(load(tmp_path, window=24, preprocessing=zoo24)) == 4


@pytest.mark.parametrize(
    ("act", "lengths", "changes", "where"),
    [
        ([0], [100], {"act": None}, "lists"),
        ([0], [100], {"act": [0, 1]}, "one length"),
        ([5], [100], {}, "recording 0"),
        ([-1], [100], {}, "recording 0"),
        ([0, "1"], [100, 100], {}, "recording 1"),
        ([True], [100], {}, "recording 0"),
        ([1.0], [100], {}, "recording 0"),
        ([0], [100], {"files": [3]}, "file name"),
        ([0], [100], {"acc": [[1, 2, 3]]}, "(n, 3)"),
        ([0], [100], {"acc": [np.zeros((100, 2))]}, "(n, 3)"),
        ([0], [100], {"acc": [np.zeros((100, 3), bool)]}, "numbers"),
        ([0], [100], {"acc": [np.full((100, 3), np.nan)]}, "sample 0, axis x"),
        ([0], [100], {"acc": [np.full((100, 3), 1e9)]}, "no acceleration"),
        ([0], [100], {"acc": [np.array([[0, 0, 0], [0, np.inf, 0.0]])]}, "sample 1, axis y"),
        ([4], [100], {}, "driving"),
        ([0], [10], {}, "one window"),
        ([], [], {}, "no recordings"),
    ],
)
def test_bad_content_is_one_error_that_says_where(
    tmp_path: Path,
    zoo24: Preprocessing,
    act: list[Any],
    lengths: list[int],
    changes: dict[str, Any],
    where: str,
) -> None:
    path = write(tmp_path / "m.pkl", act, lengths, changes)
    with pytest.raises(DataError) as caught:
        load(path, window=24, preprocessing=zoo24)
    assert where in str(caught.value)
    assert str(path) in caught.value.where


@pytest.mark.parametrize("value", [[], {}, {"files": []}, 3, None])
def test_another_pickle_is_refused(tmp_path: Path, zoo24: Preprocessing, value: Any) -> None:
    path = tmp_path / "m.pkl"
    path.write_bytes(pickle.dumps(value))
    with pytest.raises(DataError, match="not a mobility_v1 pickle"):
        load(path, window=24, preprocessing=zoo24)


# Published nowhere: measured once by an independent script over the same files.
@pytest.mark.parametrize(
    ("network", "window", "count", "accuracy"),
    [
        ("ign", 24, 1003, 91.72),
        ("ign", 48, 501, 92.81),
        ("gmp", 24, 1003, 97.51),
        ("gmp", 48, 501, 97.41),
    ],
)
def test_the_zoos_networks_score_what_they_should(
    shared: Path, network: str, window: int, count: int, accuracy: float
) -> None:
    spec = preset("st-zoo", window=window)
    windows = load(shared / "data" / "mobility_v1", window=window, preprocessing=spec)
    assert len(windows) == count
    model = (shared / "zoo" / "AST" / f"{network}_wl_{window}_int8.tflite").read_bytes()
    answers = reference.run(model, windows.x.reshape(count, -1))
    labels = labels_for(windows, ("Stationary", "Walking", "Jogging", "Biking"))
    assert not labels.left_out
    right = answers.argmax(axis=1) == labels.y
    assert round(100 * float(right.mean()), 2) == accuracy


def test_the_training_file_reads_too(shared: Path, zoo24: Preprocessing) -> None:
    path = shared / "data" / "mobility_v1" / "train.pkl"
    assert len(load(path, window=24, preprocessing=zoo24)) == 1584

"""What a source is, is told by its content."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from hargen.datasets import load
from hargen.errors import DataError
from hargen.preprocessing import Preprocessing, preset


def test_what_is_no_data_set_is_one_error_with_a_hint(
    tmp_path: Path, default24: Preprocessing
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "notes.md").write_text("hello")
    (tmp_path / "nothing.bin").write_bytes(b"")
    (tmp_path / "text.txt").write_text("hello\n")
    (tmp_path / "binary.bin").write_bytes(bytes(range(200)))
    (tmp_path / "half.npz").write_bytes(b"PK\x03\x04")
    for name, word in (
        ("missing", "no such"),
        ("empty", "is empty"),
        ("other", "no data set"),
        ("nothing.bin", "is empty"),
        ("text.txt", "not a data set"),
        ("binary.bin", "not text|not a data set"),
        ("half.npz", "corrupt"),
    ):
        with pytest.raises(DataError, match=word) as caught:
            load(str(tmp_path / name), window=24, preprocessing=default24)
        assert name in caught.value.where
        assert caught.value.hint


def test_what_is_no_file(tmp_path: Path, default24: Preprocessing) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "folder.csv").mkdir()
    for name, word in (
        ("pipe", "neither a file nor a folder"),
        ("loop", "no such|cannot read"),
        ("folder.csv", "is empty"),
        ("n" * 300, "cannot read"),
        ("a\0b", "no such"),
    ):
        with pytest.raises(DataError, match=word):
            load(tmp_path / name, window=24, preprocessing=default24)


def test_parts_of_what_is_published_in_two(tmp_path: Path, zoo24: Preprocessing) -> None:
    for name, n in (("test.pkl", 100), ("train.pkl", 1000)):
        value = {"files": ["a"], "act": [0], "acc": [np.ones((n, 3))]}
        (tmp_path / name).write_bytes(pickle.dumps(value))
    assert len(load(f"{tmp_path}#train", window=24, preprocessing=zoo24)) == 41
    assert len(load(f"{tmp_path}#test", window=24, preprocessing=zoo24)) == 4
    (tmp_path / "w.npz").write_bytes(b"PK\x03\x04")
    for name, word in (
        ("#tst", "no part 'tst'"),
        ("/test.pkl#test", "this data has no part 'test'"),
        ("/w.npz#train", "this data has no part 'train'"),
        ("/none#train", "none: no such file or folder"),
    ):
        with pytest.raises(DataError, match=word) as caught:
            load(f"{tmp_path}{name}", window=24, preprocessing=zoo24)
        assert caught.value.hint
    # A file that is called so is itself.
    (tmp_path / "mine.pkl#train").write_bytes((tmp_path / "test.pkl").read_bytes())
    assert len(load(tmp_path / "mine.pkl#train", window=24, preprocessing=zoo24)) == 4


def test_a_name_of_a_class_that_cannot_be_printed(tmp_path: Path, default24: Preprocessing) -> None:
    folder = tmp_path / "\x1b[2J"
    folder.mkdir()
    (folder / "r.csv").write_text("1,2,3\n" * 100)
    with pytest.raises(DataError, match="no name of a class"):
        load(tmp_path, window=24, preprocessing=default24)


def test_a_renamed_pickle_is_known_by_its_content(shared: Path, tmp_path: Path) -> None:
    link = tmp_path / "data.npz"
    link.symlink_to(shared / "data" / "mobility_v1" / "test.pkl")
    assert len(load(link, window=24, preprocessing=preset("st-zoo", window=24))) == 1003


def test_the_models_window_wins(tmp_path: Path, default24: Preprocessing) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "r.csv").write_text("1,2,3\n" * 100)
    assert load(tmp_path, window=48, preprocessing=default24).x.shape == (2, 48, 3)
    overlapping = default24.with_window(24, 12)
    assert load(tmp_path, window=24, preprocessing=overlapping).x.shape == (7, 24, 3)


def test_a_model_with_other_axes(tmp_path: Path, default24: Preprocessing) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "r.csv").write_text("1,2,3\n" * 100)
    with pytest.raises(DataError, match="3 axes, the model takes 6"):
        load(tmp_path, window=24, preprocessing=default24, axes=6)
    path = tmp_path / "w.npz"
    np.savez(path, x=np.zeros((2, 24, 6), np.float32), y=np.zeros(2, int))
    assert load(path, window=24, preprocessing=default24, axes=6).x.shape == (2, 24, 6)


def test_a_bad_window_is_a_data_error(tmp_path: Path, default24: Preprocessing) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "r.csv").write_text("1,2,3\n" * 100)
    with pytest.raises(DataError, match="window"):
        load(tmp_path, window=0, preprocessing=default24)

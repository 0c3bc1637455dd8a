"""What a source is, is told by its content."""

from __future__ import annotations

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

""".npz windows: read as they are, and nothing that is declared is believed."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hargen.datasets import Windows, load
from hargen.errors import DataError
from hargen.preprocessing import Preprocessing, preset

X = np.linspace(-20, 20, 5 * 24 * 3, dtype=np.float32).reshape(5, 24, 3)
Y = np.array([0, 1, -1, 2, 0])


def save(path: Path, **arrays: Any) -> Path:
    np.savez(path, **arrays)
    return path


def read(path: Path) -> Windows:
    return load(path, window=24, preprocessing=preset("default", window=24))


def test_windows_are_taken_as_they_are(tmp_path: Path) -> None:
    names = np.array(["still", "walk", "run"])
    recording = np.array(["b", "b", "a", "a", "a"])
    path = save(tmp_path / "w.npz", x=X, y=Y, classes=names, recording=recording)
    windows = read(path)
    np.testing.assert_array_equal(windows.x, X)
    assert windows.y.tolist() == Y.tolist()
    assert windows.classes == ("still", "walk", "run")
    assert windows.recording is not None
    assert [windows.recordings[i] for i in windows.recording] == recording.tolist()
    assert "without preprocessing" in windows.notes[0]


@pytest.mark.parametrize(
    "x",
    [X[..., None], X.astype(np.float64), np.asfortranarray(X), X.astype(">f4")],
    ids=["4-D", "float64", "Fortran", "big-endian"],
)
def test_other_forms_of_the_same_windows(tmp_path: Path, x: Any) -> None:
    windows = read(save(tmp_path / "w.npz", x=x, y=Y.astype(np.int8)))
    np.testing.assert_array_equal(windows.x, X)
    assert windows.x.flags.c_contiguous
    assert windows.classes == ()
    assert windows.recording is None


def test_a_compressed_file_under_any_name(tmp_path: Path) -> None:
    path = tmp_path / "windows.dat"
    with path.open("wb") as file:
        np.savez_compressed(file, x=X, y=Y)
    assert len(read(path)) == 5


def bad(**changes: Any) -> dict[str, Any]:
    return {"x": X, "y": Y, "classes": np.array(["a", "b", "c"])} | changes


@pytest.mark.parametrize(
    ("arrays", "where"),
    [
        ({"x": X}, "'y'"),
        ({"y": Y}, "'x'"),
        (bad(x=X.astype(np.int16)), ": x: must be float32"),
        (bad(x=X.astype(complex)), ": x: must be float32"),
        (bad(x=X[:, :20]), "(n, 24, 3)"),
        (bad(x=X.reshape(5, 72)), "(n, 24, 3)"),
        (bad(x=X[:0], y=Y[:0]), "no windows"),
        (bad(x=np.where(np.arange(3) == 1, np.nan, X)), "x[0, 0, 1]: nan"),
        (bad(x=np.where(np.arange(3) == 2, -np.inf, X)), "x[0, 0, 2]: -inf"),
        (bad(x=X.astype(np.float64) + 1e39), "not a finite float32"),
        (bad(y=Y.astype(float)), ": y: must be integer"),
        (bad(y=Y[:4]), ": y: must be integer (5,)"),
        (bad(y=Y + 1), "y[3]: label 3 is out of range"),
        (bad(y=Y - 1), "y[2]: label -2 is out of range"),
        (bad(y=np.full(5, 200, np.uint8)), "label 200"),
        (bad(y=np.full(5, 2**63, np.uint64)), "out of range"),
        (bad(classes=np.array([1, 2, 3])), ": classes: must be text"),
        (bad(classes=np.array(["a", "a", "b"])), "one name twice"),
        (bad(classes=np.array(["a", " ", "b"])), "empty names"),
        (bad(classes=np.array(["a", "\x1b[31m", "b"])), "'\\x1b[31m' is no name of a class"),
        (bad(recording=np.zeros(5)), ": recording: must be"),
        (bad(recording=np.array(["a"])), ": recording: must be"),
    ],
)
def test_arrays_that_do_not_fit_are_one_error_that_says_where(
    tmp_path: Path, arrays: dict[str, Any], where: str
) -> None:
    path = save(tmp_path / "w.npz", **arrays)
    with pytest.raises(DataError) as caught:
        read(path)
    assert where in str(caught.value)
    assert str(path) in caught.value.where


def test_object_arrays_are_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "w.npz"
    np.savez(path, x=X, y=Y, classes=np.array(["a", {"b": 1}], dtype=object))
    with pytest.raises(DataError, match="object array"):
        read(path)


def member(header: bytes, body: bytes = b"") -> bytes:
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + body


def zipped(path: Path, x: bytes) -> Path:
    buffer = io.BytesIO()
    np.save(buffer, Y)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", x)
        archive.writestr("y.npy", buffer.getvalue())
    return path


@pytest.mark.parametrize(
    "x",
    [
        member(b"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 24, 3), }\n"),
        member(b"{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 24, 3), }\n", bytes(288)),
        member(b"{'descr': '<f4', 'fortran_order': False, 'shape': (True, 24, 3), }\n", bytes(288)),
        member(b"{'descr': '|V0', 'fortran_order': False, 'shape': (5, 24, 3), }\n"),
        member(b"{'descr': '<f4', 'fortran_order': False, 'shape': (5, 24, 3), }\n", bytes(7)),
        member(b"{'descr': '<f4'}\n"),
        member(b"__import__('os').system('true')\n"),
        b"\x93NUMPY\x09\x00",
        b"",
        b"text",
    ],
)
def test_headers_are_not_believed(tmp_path: Path, x: bytes) -> None:
    with pytest.raises(DataError, match=": x"):
        read(zipped(tmp_path / "w.npz", x))


def test_a_member_that_declares_gigabytes_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "w.npz", x=X, y=Y)
    data = bytearray(path.read_bytes())
    entry = data.index(b"PK\x01\x02")  # the first entry of the central directory
    struct.pack_into("<I", data, entry + 24, 0x7FFFFFFF)  # uncompressed size
    path.write_bytes(data)
    with pytest.raises(DataError, match="1024 MiB"):
        read(path)


def good() -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, x=X, y=Y, classes=np.array(["a", "b", "c"]))
    return buffer.getvalue()


GOOD = good()


def test_cuts_are_data_errors(tmp_path: Path) -> None:
    path = tmp_path / "w.npz"
    for size in range(2, len(GOOD) - 1, 7):
        path.write_bytes(GOOD[:size])
        with pytest.raises(DataError):
            read(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(2, len(GOOD) - 1), st.integers(0, 255)), max_size=4))
def test_any_change_is_windows_or_a_data_error(
    tmp_path: Path, default24: Preprocessing, changes: list[tuple[int, int]]
) -> None:
    data = bytearray(GOOD)
    for offset, value in changes:
        data[offset] = value
    path = tmp_path / "w.npz"
    path.write_bytes(data)
    try:
        windows = load(path, window=24, preprocessing=default24)
    except DataError as error:
        assert str(path) in error.where
    else:
        assert np.isfinite(windows.x).all()

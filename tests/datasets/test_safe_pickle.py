"""Pickles: plain data is read, everything else is refused without being executed."""

from __future__ import annotations

import os
import pickle
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hargen.datasets.safe_pickle import loads, read_pickle
from hargen.errors import DataError

PLAIN = {
    "files": ["a.csv", "b.csv"],
    "act": [0, np.int64(3)],
    "acc": [
        np.arange(6.0).reshape(2, 3),
        np.asfortranarray(np.arange(6, dtype=">f4").reshape(2, 3)),
    ],
    "more": (None, True, 1.5, -(2**70), b"bytes", np.float32(0.25), np.zeros((0, 3), np.int8)),
}

# The same array as Python 2 and NumPy 1 wrote it: protocol 0 and 2, old module names.
OLD_PROTOCOL_2 = (
    b"\x80\x02cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R"
    b"(K\x01K\x02\x85cnumpy\ndtype\nU\x02f8K\x00K\x01\x87R(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff"
    b"\xff\xffK\x00tb\x89U\x10" + struct.pack("<2d", 1.5, -2.0) + b"tb."
)
OLD_PROTOCOL_0 = (
    b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR(I1\n(I1\ntcnumpy\ndtype"
    b"\n(S'i2'\nI0\nI1\ntR(I3\nS'<'\nNNNI-1\nI-1\nI0\ntbI00\nS'\\x05\\x01'\ntb."
)


def equal(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.dtype == b.dtype and np.array_equal(a, b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(equal(a[k], b[k]) for k in a)
    if isinstance(a, list | tuple):
        return type(a) is type(b) and len(a) == len(b) and all(map(equal, a, b))
    return bool(a == b)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_plain_data_of_every_protocol(protocol: int) -> None:
    assert equal(PLAIN, loads(pickle.dumps(PLAIN, protocol=protocol), "p"))


@pytest.mark.parametrize("protocol", [0, 2, 5])
def test_the_other_module_names_of_numpy(protocol: int) -> None:
    data = pickle.dumps(PLAIN["acc"], protocol=protocol)
    assert b"numpy._core" in data
    if protocol in (0, 2):  # names end with a newline there, so that their length may change
        assert equal(PLAIN["acc"], loads(data.replace(b"numpy._core", b"numpy.core"), "p"))


def test_pickles_of_python_2() -> None:
    assert loads(OLD_PROTOCOL_2, "p").tolist() == [1.5, -2.0]
    assert loads(OLD_PROTOCOL_0, "p").tolist() == [0x0105]


class Call:
    """Pickles as a call."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self.call = function, arguments

    def __reduce__(self) -> Any:
        return self.call


def touch(path: Path) -> str:
    return f"touch {path}"


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize(
    "make",
    [
        lambda path: Call(os.system, touch(path)),
        lambda path: Call(eval, f"open({str(path)!r}, 'w')"),
        lambda path: Call(open, str(path), "w"),
        lambda path: {"acc": [Call(exec, f"open({str(path)!r}, 'w')")]},
        lambda _: Call(getattr, "", "format"),
        lambda path: Call(np.load, str(path)),
    ],
)
def test_calls_are_refused_and_not_made(
    tmp_path: Path, make: Callable[[Path], Any], protocol: int
) -> None:
    target = tmp_path / "made"
    with pytest.raises(DataError, match="more than plain data") as caught:
        loads(pickle.dumps(make(target), protocol=protocol), "evil.pkl")
    assert caught.value.where == "evil.pkl"
    assert not target.exists()


class Plain:
    pass


@pytest.mark.parametrize(
    "value",
    [
        np.array([Path()], dtype=object),
        np.array(["text"]),
        np.zeros(2, dtype=[("a", "f4")]),
        np.zeros(2, dtype="M8[s]"),
        np.ma.masked_array([1.0], [True]),
        np.zeros(2, dtype=complex),
        {1, 2},
        1j,
        Plain,
        len,
    ],
)
def test_other_data_is_refused(value: Any) -> None:
    with pytest.raises(DataError):
        loads(pickle.dumps(value), "p")


def array_pickle(shape: bytes, data: bytes, dtype: bytes = b"f8") -> bytes:
    """Return an array's pickle with any shape (opcodes that push a tuple) and bytes."""
    return (
        b"\x80\x04cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R(K\x01"
        + shape
        + b"cnumpy\ndtype\n\x8c"
        + bytes([len(dtype)])
        + dtype
        + b"\x89\x88\x87R\x89B"
        + struct.pack("<I", len(data))
        + data
        + b"tb."
    )


def test_the_hand_made_array_pickle_works() -> None:
    assert loads(array_pickle(b"K\x02\x85", bytes(16)), "p").tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("shape", "dtype"),
    [
        (b"K\x03\x85", b"f8"),
        (b"J\xff\xff\xff\x7f\x85", b"f8"),
        (b"\x8a\x08" + b"\xff" * 7 + b"\x0f\x85", b"f8"),
        (b"J\xfe\xff\xff\xff\x85", b"f8"),
        (b"\x88\x85", b"f8"),
        (b"K\x02", b"f8"),
        (b"(" + b"K\x01" * 9 + b"t", b"f8"),
        (b"K\x02\x85", b"O"),
        (b"K\x02\x85", b"S999999999"),
        (b"K\x02\x85", b"(999999,)f8"),
        (b"K\x02\x85", b"f8,f8"),
        (b"K\x02\x85", b"nonsense"),
    ],
)
def test_arrays_that_do_not_fit_their_bytes_are_refused(shape: bytes, dtype: bytes) -> None:
    with pytest.raises(DataError, match=r"more than plain data.*(array|dtype)"):
        loads(array_pickle(shape, bytes(16), dtype), "p")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        # Memo numbers that would make a table of gigabytes
        (b"\x80\x04Nr\xff\xff\xff\x7f.", "memo number"),
        (b"Np2000000000\n.", "memo number"),
        # A change of what stands in for a function or a class
        (
            b"\x80\x04cnumpy.core.multiarray\n_reconstruct\n}X\x01\x00\x00\x00aK\x01sb.",
            "change to a function",
        ),
        (
            b"\x80\x04cnumpy\ndtype\nN}X\x0c\x00\x00\x00__setstate__K\x01s\x86b.",
            "change to a function",
        ),
        # The names themselves as values, and calls that NumPy's own pickles do not make
        (b"\x80\x04cnumpy\ndtype\n.", "a Named"),
        (b"\x80\x04cnumpy\nndarray\n)R.", "numpy.ndarray"),
        (b"\x80\x04c_codecs\nencode\nX\x01\x00\x00\x00aX\x05\x00\x00\x00utf-8\x86R.", "latin1"),
        (b"\x80\x02c__builtin__\nbytes\nJ\xff\xff\xff\x7f\x85R.", "call of bytes"),
        # An array that is never filled, and one of a class of its own
        (
            b"\x80\x04cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R.",
            "without data",
        ),
        (
            b"\x80\x04cnumpy.core.multiarray\n_reconstruct\ncnumpy\ndtype\nK\x00\x85C\x01b\x87R.",
            "class of its own",
        ),
        # Opcodes that make objects of any class
        (b"\x80\x04N\x85\x81.", "NEWOBJ"),
        (b"\x80\x04\x82\x01.", "EXT1"),
        (b"Pabc\n.", "PERSID"),
    ],
)
def test_hostile_pickles_are_refused(data: bytes, why: str) -> None:
    with pytest.raises(DataError, match="more than plain data") as caught:
        loads(data, "p")
    assert why in caught.value.why


@pytest.mark.parametrize(
    "data",
    [
        # Declared lengths beyond the end
        b"\x80\x04\x8e" + struct.pack("<Q", 1 << 60) + b"x.",
        b"\x80\x04B\xff\xff\xff\x7fx.",
        b"\x80\x04\x95" + struct.pack("<Q", 1 << 62) + b"N.",
        b"\x80\x04}K\x01\x86b.",  # state for a dictionary
        b"\x80\x09N.",
        b"",
        b".",
        b"\x80",
        b"not a pickle at all",
    ],
)
def test_broken_pickles_are_data_errors(data: bytes) -> None:
    with pytest.raises(DataError, match="cut off or corrupt"):
        loads(data, "p")


def test_a_list_referred_to_many_times_takes_no_time() -> None:
    value: list[Any] = [1]
    for _ in range(5):
        value = [value] * 22  # 5 million items, were each reference walked
    start = time.process_time()
    loads(pickle.dumps(value), "p")
    assert time.process_time() - start < 1.0


def test_nesting_ends_somewhere() -> None:
    cyclic: list[Any] = []
    cyclic.append(cyclic)
    deep: list[Any] = []
    for _ in range(100):
        deep = [deep]
    for value in (cyclic, deep):
        with pytest.raises(DataError, match="nested"):
            loads(pickle.dumps(value), "p")


GOOD = pickle.dumps(PLAIN, protocol=4)


def test_every_cut_is_a_data_error() -> None:
    for size in range(len(GOOD) - 1):
        with pytest.raises(DataError):
            loads(GOOD[:size], "p")


@given(
    st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=4)
)
def test_any_change_is_data_or_a_data_error(changes: list[tuple[int, int]]) -> None:
    data = bytearray(GOOD)
    for offset, value in changes:
        data[offset] = value
    try:
        loads(bytes(data), "p")
    except DataError as error:
        assert error.where == "p"


@given(st.binary(max_size=200))
def test_any_bytes_are_data_or_a_data_error(data: bytes) -> None:
    try:
        loads(b"\x80\x04" + data, "p")
    except DataError as error:
        assert error.hint


def test_a_missing_file_is_a_data_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot read"):
        read_pickle(tmp_path / "none.pkl")

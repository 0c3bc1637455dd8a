"""Reads pickles of plain data, and nothing else: no pickle is ever allowed to call anything.

Known: dict, list, tuple, str, bytes, numbers, and NumPy's arrays, scalars and dtypes of numbers, as
NumPy 1 and 2 write them. Every callable that a pickle may name is replaced by one of this file, so
that a hostile pickle reaches neither NumPy nor Python's builtins; opcodes are checked before the
pickle is run, because even plain ones can ask for memory out of proportion.
"""

from __future__ import annotations

import io
import pickle
import pickletools
from collections.abc import Callable
from math import prod
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np

from hargen.errors import DataError

MAX_BYTES = 1 << 30
_MAX_OPCODES = 20_000_000
_MAX_DEPTH = 16

_PLAIN_OPCODES = (
    "PROTO FRAME STOP MARK POP POP_MARK DUP MEMOIZE PUT BINPUT LONG_BINPUT GET BINGET LONG_BINGET "
    "NONE NEWTRUE NEWFALSE INT BININT BININT1 BININT2 LONG LONG1 LONG4 FLOAT BINFLOAT "
    "STRING BINSTRING SHORT_BINSTRING UNICODE SHORT_BINUNICODE BINUNICODE BINUNICODE8 "
    "SHORT_BINBYTES BINBYTES BINBYTES8 BYTEARRAY8 EMPTY_LIST APPEND APPENDS LIST "
    "EMPTY_TUPLE TUPLE TUPLE1 TUPLE2 TUPLE3 EMPTY_DICT DICT SETITEM SETITEMS "
    "GLOBAL STACK_GLOBAL REDUCE BUILD"
)
_OPCODES = frozenset(_PLAIN_OPCODES.split())
_PUTS = frozenset({"PUT", "BINPUT", "LONG_BINPUT"})
_KINDS = frozenset("fiub")


class _NotPlainError(Exception):
    """The pickle asks for something that is not plain data."""


class _DType:
    """Stands in for numpy.dtype while a pickle builds one."""

    def __init__(self, code: object, _align: object = False, _copy: object = True) -> None:
        if not isinstance(code, str):
            raise _NotPlainError("a dtype that is not named by text")
        try:
            self.dtype = np.dtype(code)
        except (TypeError, ValueError, SyntaxError):
            raise _NotPlainError(f"the dtype {code[:40]!r}") from None
        if self.dtype.kind not in _KINDS or self.dtype.subdtype is not None:
            raise _NotPlainError(f"an array of {self.dtype}")

    def __setstate__(self, state: object) -> None:
        # (version, byte order, subdtype, names, fields, item size, alignment, flags)
        if not isinstance(state, tuple) or len(state) < 5 or any(v is not None for v in state[2:5]):
            raise _NotPlainError("a structured dtype")
        order = state[1].decode("latin1") if isinstance(state[1], bytes) else state[1]
        if order not in ("<", ">", "|", "="):
            raise _NotPlainError("a dtype of unknown byte order")
        self.dtype = self.dtype.newbyteorder(cast(Literal["<", ">", "|", "="], order))


class _Array:
    """Stands in for an array or a scalar, until the pickle is done."""

    def __init__(self, value: np.ndarray[Any, Any] | None = None) -> None:
        self.value = value

    def __setstate__(self, state: object) -> None:
        # (version, shape, dtype, Fortran order, bytes)
        if not isinstance(state, tuple) or len(state) != 5:
            raise _NotPlainError("an array without its five parts")
        _, shape, dtype, fortran, data = state
        self.value = _build(data, dtype, shape, "F" if fortran else "C")


def _build(data: object, dtype: object, shape: object, order: str) -> np.ndarray[Any, Any]:
    """Return an array over bytes that the pickle holds: no shape can ask for more than is there."""
    if isinstance(data, str):  # Python 2 wrote bytes as text
        data = _encode(data, "latin1")
    if not isinstance(data, bytes | bytearray) or not isinstance(dtype, _DType):
        raise _NotPlainError("an array of objects")
    if not isinstance(shape, tuple) or not all(type(n) is int and n >= 0 for n in shape):
        raise _NotPlainError("an array with a shape that is none")
    if len(shape) > 8 or prod(shape) * dtype.dtype.itemsize != len(data):
        raise _NotPlainError(f"an array of shape {shape} in {len(data)} bytes")
    flat = np.frombuffer(data, dtype=dtype.dtype)
    return flat.reshape(shape[::-1]).T if order == "F" else flat.reshape(shape)


def _ndarray(*_: object) -> None:
    raise _NotPlainError("an array made by a call of numpy.ndarray")


def _reconstruct(kind: object, _shape: object, _code: object) -> _Array:
    if kind is not _NDARRAY:
        raise _NotPlainError("an array of a class of its own")
    return _Array()  # its state follows


def _frombuffer(data: object, dtype: object, shape: object, order: object) -> _Array:
    return _Array(_build(data, dtype, shape, "F" if order == "F" else "C"))


def _scalar(dtype: object, data: object) -> _Array:
    return _Array(_build(data, dtype, (), "C"))


def _encode(text: object, encoding: object) -> bytes:
    if not isinstance(text, str) or encoding != "latin1":
        raise _NotPlainError("an encoding other than latin1")
    try:
        return text.encode("latin1")
    except UnicodeEncodeError:
        raise _NotPlainError("text that latin1 does not have") from None


def _empty_bytes(*arguments: object) -> bytes:
    if arguments:
        raise _NotPlainError("a call of bytes")
    return b""  # what protocols before 3 have no opcode for


class _Named:
    """What a pickle gets for a name: it can be called, and (unlike a function) not be changed."""

    __slots__ = ("_call",)

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call

    def __call__(self, *arguments: object) -> Any:
        return self._call(*arguments)

    def __setstate__(self, _state: object) -> None:
        raise _NotPlainError("a change to a function")


_NDARRAY = _Named(_ndarray)
_NAMES = {
    ("numpy", "ndarray"): _NDARRAY,
    ("numpy", "dtype"): _Named(_DType),
    ("_codecs", "encode"): _Named(_encode),
    ("__builtin__", "bytes"): _Named(_empty_bytes),
} | {
    (f"numpy.{core}.{module}", name): _Named(call)
    for core in ("core", "_core")
    for module, name, call in (
        ("multiarray", "_reconstruct", _reconstruct),
        ("multiarray", "scalar", _scalar),
        ("numeric", "_frombuffer", _frombuffer),
    )
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        try:
            return _NAMES[module, name]
        except KeyError:
            raise _NotPlainError(f"{module}.{name}"[:80]) from None


def _check_opcodes(data: bytes) -> None:
    for count, (opcode, argument, _) in enumerate(pickletools.genops(data)):
        if opcode.name not in _OPCODES:
            raise _NotPlainError(f"the opcode {opcode.name}")
        if count > _MAX_OPCODES:
            raise _NotPlainError(f"over {_MAX_OPCODES} steps")
        # The memo is a table as long as its highest number, so that the number must be earned.
        if opcode.name in _PUTS and not 0 <= int(argument) <= len(data):  # type: ignore[arg-type]
            raise _NotPlainError(f"the memo number {argument}")


def _plain(value: Any, done: dict[int, Any], depth: int = 0) -> Any:
    """Return the value with arrays in place of their stand-ins.

    `done` holds what was converted, by id: a pickle can refer to one list many times, so that
    walking it anew each time would take exponentially long.
    """
    if depth > _MAX_DEPTH:
        raise _NotPlainError(f"data nested more than {_MAX_DEPTH} deep")
    if value is None or isinstance(value, str | bytes | bytearray | int | float):
        return value
    if id(value) not in done:
        done[id(value)] = _convert(value, done, depth)
    return done[id(value)]


def _convert(value: Any, done: dict[int, Any], depth: int) -> Any:
    if isinstance(value, _Array):
        if value.value is None:
            raise _NotPlainError("an array without data")
        return value.value[()] if value.value.ndim == 0 else value.value
    if isinstance(value, list | tuple):
        return type(value)(_plain(item, done, depth + 1) for item in value)
    if isinstance(value, dict):
        return {
            _plain(key, done, depth + 1): _plain(item, done, depth + 1)
            for key, item in value.items()
        }
    raise _NotPlainError(f"a {type(value).__name__.strip('_')}")


def loads(data: bytes, where: str) -> Any:
    """Return the plain data of a pickle; `where` names it in errors.

    Raises:
        DataError: it is cut off or corrupt, or holds anything but plain data.
    """
    try:
        _check_opcodes(data)
        return _plain(_Unpickler(io.BytesIO(data), encoding="latin1").load(), {})
    except _NotPlainError as error:
        raise DataError(
            "the pickle holds more than plain data, and was not opened",
            where=where,
            why=str(error),
            hint="only dictionaries, lists, text, numbers and NumPy arrays of numbers are read; "
            "save the windows as .npz instead",
        ) from error
    # A corrupt pickle makes the unpickler raise nearly anything; nothing of it was executed.
    except Exception as error:
        raise DataError(
            "the pickle is cut off or corrupt",
            where=where,
            why=str(error)[:200],
            hint="fetch the file again",
        ) from error


def read_pickle(path: Path) -> Any:
    """Return the plain data of a pickle file.

    Raises:
        DataError: it cannot be read, is too large, corrupt, or not plain data.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataError(f"over {MAX_BYTES >> 20} MiB", where=str(path), hint="split the file")
        data = path.read_bytes()
    except OSError as error:
        raise DataError("cannot read", where=str(path), why=error.strerror or str(error)) from error
    return loads(data, str(path))

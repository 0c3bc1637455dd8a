""".npz files of windows: x, y and optionally classes and recording.

x: float16, float32 or float64 (n, window, axes) or (n, window, axes, 1), preprocessed already and
fed as it is. y: integer (n,), index into classes; -1 is unlabelled. classes: text (k,); without it
y are the network's own output indices. recording: integer or text (n,).

Read without numpy.load: headers are untrusted, so that the size that one declares is compared with
the bytes that are there before an array is made. Object arrays, which are pickles, are refused.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hargen.datasets.windows import UNLABELLED, Windows, check_class_names
from hargen.errors import DataError

MAX_BYTES = 1 << 30
_KNOWN = ("x", "y", "classes", "recording")
_HINT = "numpy.savez('windows.npz', x=float32 (n, window, axes), y=integer (n,))"

Array = np.ndarray[Any, Any]


def load(path: Path, *, window: int, axes: int) -> Windows:
    """Return the windows of an .npz file.

    Raises:
        DataError: it is corrupt, lacks x or y, or they do not fit the model or each other.
    """
    arrays = _read(path)
    for name in ("x", "y"):
        if name not in arrays:
            raise DataError(f"has no array {name!r}", where=str(path), hint=_HINT)
    x = _windows(arrays["x"], window, axes, f"{path}: x")
    classes = _classes(arrays.get("classes"), f"{path}: classes")
    y = _labels(arrays["y"], len(x), len(classes), f"{path}: y")
    names, recording = _recordings(arrays.get("recording"), len(x), f"{path}: recording")
    return Windows(
        x=x,
        y=y,
        classes=classes,
        source=f"npz: {path.name}, {len(x)} windows",
        recordings=names,
        recording=recording,
        notes=("windows fed as they are, without preprocessing on the host",),
    )


def _read(path: Path) -> dict[str, Array]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = {info.filename: info for info in archive.infolist()}
            found = {name: members[f"{name}.npy"] for name in _KNOWN if f"{name}.npy" in members}
            if sum(info.file_size for info in found.values()) > MAX_BYTES:
                raise DataError(
                    f"over {MAX_BYTES >> 20} MiB of arrays", where=str(path), hint="split the file"
                )
            return {
                name: _array(archive.read(info), f"{path}: {name}") for name, info in found.items()
            }
    except OSError as error:
        raise DataError("cannot read", where=str(path), why=error.strerror or str(error)) from error
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        ValueError,
        RuntimeError,  # an encrypted member
        NotImplementedError,  # a compression that zipfile does not know
        OverflowError,
    ) as error:
        raise DataError(
            "the .npz file is corrupt or cut off", where=str(path), why=str(error), hint=_HINT
        ) from error


def _array(data: bytes, where: str) -> Array:
    """Return the array of an .npy member (NumPy Enhancement Proposal 1, versions 1.0 and 2.0)."""
    file = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(file)
        read = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }[version]
        shape, fortran, dtype = read(file)
    except Exception as error:  # the header is parsed as Python text, and fails as such
        raise DataError(
            "not an .npy array", where=where, why=str(error)[:200], hint=_HINT
        ) from error
    if dtype.hasobject:
        raise DataError(
            "an object array, which is a pickle, is not opened",
            where=where,
            hint="save plain numbers and text: dtype float32, int64, 'U'",
        )
    body = data[file.tell() :]
    size = prod(shape) * dtype.itemsize
    if any(type(n) is not int or n < 0 for n in shape) or size != len(body) or not dtype.itemsize:
        raise DataError(
            f"declares shape {shape} of {dtype}, {size} bytes, but has {len(body)}", where=where
        )
    flat = np.frombuffer(body, dtype=dtype)
    return flat.reshape(shape[::-1]).T if fortran else flat.reshape(shape)


def _windows(x: Array, window: int, axes: int, where: str) -> npt.NDArray[np.float32]:
    if x.dtype.kind != "f" or x.dtype.itemsize > 8:
        raise DataError(f"must be float32, is {x.dtype}", where=where, hint=_HINT)
    shape = x.shape[:-1] if x.ndim == 4 and x.shape[3] == 1 else x.shape
    if len(shape) != 3 or shape[1:] != (window, axes):
        raise DataError(
            f"has shape {x.shape}, the model takes (n, {window}, {axes})",
            where=where,
            hint="cut the windows for this model, time first",
        )
    if not len(x):
        raise DataError("has no windows", where=where)
    with np.errstate(over="ignore"):
        values = np.ascontiguousarray(x.reshape(shape), dtype=np.float32)
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        n, t, axis = (int(v) for v in bad[0])
        raise DataError(
            f"{x.reshape(shape)[n, t, axis]} is not a finite float32",
            where=f"{where}[{n}, {t}, {axis}]",
            hint="leave such windows out",
        )
    return values


def _classes(classes: Array | None, where: str) -> tuple[str, ...]:
    if classes is None:
        return ()
    if classes.ndim != 1 or classes.dtype.kind not in "US" or not len(classes):
        raise DataError(
            f"must be text (k,), is {classes.dtype} {classes.shape}", where=where, hint=_HINT
        )
    names = tuple(
        name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name)
        for name in classes.tolist()
    )
    check_class_names([name for name in names if name.strip()], where)
    if len(set(names)) != len(names) or not all(name.strip() for name in names):
        raise DataError("has empty names, or one name twice", where=where)
    return names


def _labels(y: Array, n: int, classes: int, where: str) -> npt.NDArray[np.int64]:
    if y.dtype.kind not in "iu" or y.shape != (n,):
        raise DataError(f"must be integer ({n},), is {y.dtype} {y.shape}", where=where, hint=_HINT)
    limit = classes or 256
    bad = np.flatnonzero((y < UNLABELLED) | (y >= limit) if y.dtype.kind == "i" else y >= limit)
    if len(bad):
        raise DataError(
            f"label {y[bad[0]]} is out of range",
            where=f"{where}[{bad[0]}]",
            why=f"labels go from 0 to {limit - 1}, and -1 is unlabelled",
        )
    return y.astype(np.int64)


def _recordings(
    recording: Array | None, n: int, where: str
) -> tuple[tuple[str, ...], npt.NDArray[np.int64] | None]:
    if recording is None:
        return (), None
    if recording.shape != (n,) or recording.dtype.kind not in "iuU":
        raise DataError(
            f"must be integer or text ({n},), is {recording.dtype} {recording.shape}", where=where
        )
    names, index = np.unique(recording, return_inverse=True)
    return tuple(str(name) for name in names.tolist()), index.astype(np.int64)

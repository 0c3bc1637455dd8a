"""The two files that Keras writes, opened without Keras: a zip archive, and HDF5.

Sizes are what the file claims until they are checked. Nothing is read that Keras would not need,
and what is handed on holds the layers and the weights alone: no optimizer, no losses.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from dataclasses import dataclass
from math import prod
from typing import Any, Literal

from hargen.errors import ModelError

CONTENT_LIMIT = 256 * 2**20
"""Bytes of all weights when unpacked."""

_CONFIG_LIMIT = 16 * 2**20
_MAX_OBJECTS = 20_000
_WEIGHTS = "model.weights.h5"
_MEMBERS = ("config.json", "metadata.json", _WEIGHTS)
_COPY_AGAIN = "copy or save it again; a download that was cut off looks like this"
_SAVE_WHOLE = "save the whole model: model.save('model.keras')"


@dataclass(frozen=True, eq=False)
class Container:
    """A checked file: what it is, its configuration, and a copy for Keras to load."""

    format: Literal["keras", "h5"]
    config: dict[str, Any]
    content: bytes


def open_archive(content: bytes) -> Container:
    """Open a .keras archive.

    Raises:
        ModelError: it is corrupt, too large, or has other members than Keras's own.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            _check_members(members)
            text, metadata, weights = (archive.read(name) for name in _MEMBERS)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        ValueError,
        RuntimeError,  # an encrypted member
        NotImplementedError,  # a compression that zipfile does not know
        OverflowError,
    ) as error:
        raise ModelError(
            "the .keras file is corrupt or cut off", why=str(error)[:200], hint=_COPY_AGAIN
        ) from error
    _check_hdf5(weights)
    config = _parse(text)
    config.pop("compile_config", None)
    _mend(config)
    clean = io.BytesIO()
    with zipfile.ZipFile(clean, "w") as archive:
        for name, data in zip(_MEMBERS, (_dump(config), metadata, weights), strict=True):
            archive.writestr(name, data)
    return Container("keras", config, clean.getvalue())


def open_hdf5(content: bytes) -> Container:
    """Open an .h5 file, as Keras 2 and 3 write it.

    Raises:
        ModelError: it is corrupt, too large, holds weights only, or points outside of itself.
    """
    import h5py

    _check_hdf5(content)
    copy = io.BytesIO(content)
    try:
        with h5py.File(copy, "r+") as file:
            text = file.attrs.get("model_config")
            if text is None:
                raise ModelError(
                    "the .h5 file holds weights only, not the layers that they belong to"
                    if "layer_names" in file.attrs or len(file)
                    else "the .h5 file has no model configuration",
                    hint=_SAVE_WHOLE,
                )
            config = _parse(text.encode() if isinstance(text, str) else bytes(text))
            _mend(config)
            file.attrs["model_config"] = _dump(config)
            if "training_config" in file.attrs:
                del file.attrs["training_config"]
    except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
        raise _corrupt_hdf5(error) from error
    return Container("h5", config, copy.getvalue())


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    names = [member.filename for member in members]
    if "config.json" not in names:
        raise ModelError(
            "the archive has no config.json: it is not a Keras model", hint=_SAVE_WHOLE
        )
    if sorted(names) != sorted(_MEMBERS):
        other = sorted(set(names) - set(_MEMBERS)) or sorted(set(_MEMBERS) - set(names)) or names
        raise ModelError(
            f"the archive should hold {', '.join(_MEMBERS)}, once each",
            why=f"see {other[0][:80]!r}",
            hint=_SAVE_WHOLE,
        )
    for member in members:
        limit = CONTENT_LIMIT if member.filename == _WEIGHTS else _CONFIG_LIMIT
        if member.file_size > limit:
            raise ModelError(
                f"{member.filename} unpacks to {member.file_size} bytes, more than {limit}"
            )


def _parse(text: bytes) -> dict[str, Any]:
    if len(text) > _CONFIG_LIMIT:
        raise ModelError(f"the configuration has {len(text)} bytes, more than {_CONFIG_LIMIT}")
    try:
        config = json.loads(text.decode("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ModelError("the model's configuration is not JSON", why=str(error)[:200]) from error
    if not isinstance(config, dict):
        raise ModelError("the model's configuration is not a table")
    return config


def _dump(config: dict[str, Any]) -> bytes:
    return json.dumps(config).encode()


def _check_hdf5(content: bytes) -> None:
    """Walk all groups: nothing may point to another file, nor claim more than the limit."""
    import h5py

    try:
        with h5py.File(io.BytesIO(content), "r") as file:
            total = count = 0
            groups = [file["/"]]
            while groups:
                group = groups.pop()
                for name in group:
                    count += 1
                    where = f"{group.name}/{name}"[-120:]
                    if count > _MAX_OBJECTS:
                        raise ModelError(f"the file has more than {_MAX_OBJECTS} objects")
                    if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                        raise ModelError(
                            "the weights hold a link, which is not followed", where=where
                        )
                    found = group[name]
                    if isinstance(found, h5py.Group):
                        groups.append(found)
                        continue
                    total += _dataset_size(found, where)
                    if total > CONTENT_LIMIT:
                        raise ModelError(f"the weights claim more than {CONTENT_LIMIT} bytes")
    except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
        raise _corrupt_hdf5(error) from error


def _dataset_size(found: Any, where: str) -> int:
    import h5py

    if not isinstance(found, h5py.Dataset) or found.dtype.kind not in "fiub":
        raise ModelError("the weights hold something that is not numbers", where=where)
    if found.external or found.is_virtual:
        raise ModelError("the weights lie in another file", where=where)
    size: int = prod(found.shape) * found.dtype.itemsize
    return size


def _corrupt_hdf5(error: Exception) -> ModelError:
    return ModelError("the HDF5 file is corrupt or cut off", why=str(error)[:200], hint=_COPY_AGAIN)


def _mend(config: dict[str, Any]) -> None:
    """Change what Keras 2 wrote and Keras 3 refuses.

    That is DepthwiseConv2D's groups, always 1, and where Keras kept its functional models.
    """
    pending: list[Any] = [config]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            inner = value.get("config")
            if value.get("class_name") == "DepthwiseConv2D" and isinstance(inner, dict):
                inner.pop("groups", None)
            if value.get("module") == "keras.src.engine.functional":
                value["module"] = "keras.src.models.functional"
            pending += value.values()
        elif isinstance(value, list):
            pending += value

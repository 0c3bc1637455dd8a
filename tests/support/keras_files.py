"""Keras files for tests: real ones, and the same with something wrong in them."""

from __future__ import annotations

import io
import json
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hargen.importers.keras.backend import load_backend

Config = dict[str, Any]


def small_network(**options: Any) -> Any:
    """A small trained-looking network: 12 samples of 3 axes, 3 classes."""
    keras, _ = load_backend()
    keras.utils.set_random_seed(options.pop("seed", 5))
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((12, 3)),
            layers.Conv1D(4, 3, activation="relu", name="conv"),
            layers.GlobalAveragePooling1D(),
            layers.Dense(3, activation="softmax", name="classes"),
        ],
        **options,
    )


def save(network: Any, path: Path) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras calls .h5 legacy
        network.save(path)
    return path


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def archive(content: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as written:
        for name, data in content.items():
            written.writestr(name, data)
    return file.getvalue()


def edit_archive(path: Path, change: Callable[[Config], None]) -> Path:
    """Change the configuration of a .keras file."""
    content = members(path)
    config = json.loads(content["config.json"])
    change(config)
    content["config.json"] = json.dumps(config).encode()
    path.write_bytes(archive(content))
    return path


def edit_hdf5(path: Path, change: Callable[[Config], None]) -> Path:
    """Change the configuration of an .h5 file."""
    import h5py

    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        change(config)
        file.attrs["model_config"] = json.dumps(config).encode()
    return path

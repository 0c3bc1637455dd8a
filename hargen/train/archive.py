"""A network as a .keras archive whose bytes depend on the network alone.

Keras writes the time of saving into it, and addresses of objects in memory as their names.
"""

from __future__ import annotations

import io
import json
import re
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from hargen.importers.keras.backend import load_backend, quiet


def keras_bytes(network: Any) -> bytes:
    """Return the network, without what only its training needs, as a .keras archive."""
    keras, _ = load_backend()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        with quiet():
            keras.Model(network.inputs, network.outputs, name=network.name).save(path)
        archive = io.BytesIO()
        with zipfile.ZipFile(path) as saved, zipfile.ZipFile(archive, "w") as clean:
            for name in sorted(saved.namelist()):
                data = saved.read(name)
                if name == "metadata.json":
                    metadata = json.loads(data)
                    metadata["date_saved"] = ""
                    data = json.dumps(metadata, sort_keys=True).encode()
                if name == "config.json":
                    data = _number_objects(data.decode()).encode()
                clean.writestr(zipfile.ZipInfo(name), data)
    return archive.getvalue()


def _number_objects(config: str) -> str:
    """Return Keras's config with its shared objects numbered in the order in which they come."""
    numbers: dict[str, str] = {}
    return re.sub(
        r'("shared_object_id": )(\d+)',
        lambda match: match[1] + numbers.setdefault(match[2], str(len(numbers) + 1)),
        config,
    )

"""A model file: what kind it is, by its content, and its graph."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hargen.errors import MissingExtraError, ModelError
from hargen.ir.graph import Graph

Format = Literal["tflite", "onnx", "svm"]

SIZE_LIMIT = 64 * 2**20
"""Bytes; models for a microcontroller are a thousand times smaller."""

HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"
ZIP_SIGNATURE = b"PK\x03\x04"
_TFLITE_IDENTIFIER = b"TFL3"  # at byte 4, as the schema says
_SVM_FIRST_BYTE = b"{"  # JSON
_ONNX_FIRST_BYTE = b"\x08"  # protobuf's key of the first field, ir_version, an integer


@dataclass(frozen=True, eq=False)
class ModelFile:
    """A model as it was read, with the graph that it describes.

    classes: names of the classes, where the file has them.
    """

    path: Path
    content: bytes
    format: Format
    graph: Graph
    classes: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        """SHA-256 of the file's bytes, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


def read(path: Path) -> ModelFile:
    """Read a model file and verify its graph.

    Raises:
        ModelError: the file cannot be read, is of an unknown kind, or is not usable.
    """
    return parse(path, read_bytes(path))


def parse(path: Path, content: bytes) -> ModelFile:
    """Return the model that a file's bytes describe; `path` names it in errors.

    Raises:
        ModelError: the bytes are of an unknown kind, or not usable.
    """
    if content[4:8] == _TFLITE_IDENTIFIER:
        from hargen.importers.tflite.reader import read_graph

        try:
            graph = read_graph(content)
            graph.verify()
        except ModelError as error:
            raise error.at(str(path)) from None
        return ModelFile(path, content, "tflite", graph)
    if content[:1] == _SVM_FIRST_BYTE:
        from hargen.importers.svm.build import read_graph as read_svm

        try:
            graph, classes = read_svm(content)
            graph.verify()
        except ModelError as error:
            raise error.at(str(path)) from None
        return ModelFile(path, content, "svm", graph, classes)
    if content[:1] == _ONNX_FIRST_BYTE or path.suffix == ".onnx":
        from hargen.importers.onnx.reader import read_graph as read_onnx

        try:
            graph, classes = read_onnx(content)
            graph.verify()
        except (ModelError, MissingExtraError) as error:
            raise error.at(str(path)) from None
        return ModelFile(path, content, "onnx", graph, classes)
    raise _unknown_kind(path, content)


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a model file.

    Raises:
        ModelError: it is a folder, too large, or cannot be read.
    """
    try:
        if path.is_dir():
            raise ModelError(
                "this is a folder, not a model file",
                where=str(path),
                hint="give a .tflite, .keras or .h5 file; convert a SavedModel folder first",
            )
        if path.exists() and not path.is_file():  # a pipe or a device would never end
            raise ModelError("this is no regular file", where=str(path))
        size = path.stat().st_size
        if size > SIZE_LIMIT:
            raise ModelError(
                f"the file has {size} bytes, more than any model that fits a microcontroller",
                where=str(path),
            )
        return path.read_bytes()
    except OSError as error:
        raise ModelError(
            "cannot read the model", where=str(path), why=error.strerror or str(error)
        ) from error


def _unknown_kind(path: Path, content: bytes) -> ModelError:
    if not content:
        return ModelError("the file is empty", where=str(path))
    if content.startswith((HDF5_SIGNATURE, ZIP_SIGNATURE)):
        return ModelError(
            "this looks like a Keras model, which has to be converted first",
            where=str(path),
            hint="give --representative DATA: at least 100 windows, of all classes, like those that"
            " it was trained on; or --precision float32 for a network that is not quantized",
        )
    return ModelError(
        "this is not a model that hargen knows",
        where=str(path),
        why="the content is not that of a .tflite file (identifier TFL3 at byte 4)",
        hint="give a .tflite, .keras, .h5, .onnx or .svm file, neither renamed nor cut off",
    )

"""The bytes of an .onnx file as its one graph, as far as it can be checked without looking inside.

The file is not trusted. Nothing outside it is read, whatever it asks for.
"""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

from hargen.errors import MissingExtraError, ModelError

if TYPE_CHECKING:
    from onnx import GraphProto

MAX_NODES = 4096
DOMAINS = {"": "ai.onnx", "ai.onnx": "ai.onnx", "ai.onnx.ml": "ai.onnx.ml"}


def load_graph(content: bytes) -> GraphProto:
    """Return the graph of an .onnx file.

    Raises:
        MissingExtraError: the package `onnx` is not installed.
        ModelError: the bytes are not an .onnx file, or its weights are not in it.
    """
    if importlib.util.find_spec("onnx") is None:
        raise MissingExtraError("onnx", "svc", "reading .onnx files")
    import onnx
    from google.protobuf.message import DecodeError

    try:
        model = onnx.ModelProto.FromString(content)
    except DecodeError as error:
        raise ModelError("this is not an .onnx file, or it is cut off", why=str(error)) from error
    graph = model.graph
    if not model.HasField("graph") or not graph.node:
        raise ModelError("the file has no network", why="its graph has no nodes")
    if len(graph.node) > MAX_NODES:
        raise ModelError(f"the network has {len(graph.node)} nodes, more than {MAX_NODES}")
    if model.functions or graph.sparse_initializer:
        raise ModelError("the file has functions or sparse weights, which are not supported")
    _verify_names(graph)
    for node in graph.node:
        if node.domain not in DOMAINS:
            raise ModelError(
                f"operator {node.op_type} of domain {node.domain!r} is not supported",
                where=node_name(node),
            )
    return graph


def _verify_names(graph: GraphProto) -> None:
    """Check that every name is text: protobuf gives bytes, or raises, where it is not UTF-8."""
    try:
        names = [value.name for value in (*graph.input, *graph.output, *graph.initializer)]
        for node in graph.node:
            names += [node.name, node.op_type, node.domain, *node.input, *node.output]
            names += [attribute.name for attribute in node.attribute]
    except UnicodeDecodeError as error:
        raise ModelError("the file is corrupt", why="a name in it is not text") from error
    if not all(isinstance(name, str) for name in names):
        raise ModelError("the file is corrupt", why="a name in it is not text")


def node_name(node: object) -> str:
    """Return how messages name a node: by its name or, where it has none, its operator."""
    name, op_type = getattr(node, "name", ""), getattr(node, "op_type", "")
    return f"{op_type} {name!r}" if name and name != op_type else str(op_type)

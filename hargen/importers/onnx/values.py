"""Constants and attributes of an .onnx graph as NumPy arrays and Python values, checked."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from hargen.errors import ModelError
from hargen.importers.onnx.load import node_name

if TYPE_CHECKING:
    from onnx import AttributeProto, NodeProto, TensorProto

Floats = npt.NDArray[np.float64]

# Numbers of TensorProto.DataType and AttributeProto.AttributeType: the specification fixes them.
FLOAT = 1
_EXTERNAL = 1
_FIELDS = {
    "f": (1, "a number"),
    "i": (2, "an integer"),
    "s": (3, "a string"),
    "t": (4, "a tensor"),
    "floats": (6, "a list of numbers"),
    "ints": (7, "a list of integers"),
    "strings": (8, "a list of strings"),
}


def tensor_values(tensor: TensorProto) -> Floats:
    """Return the values of a float32 tensor, in float64.

    Raises:
        ModelError: it lies in another file, has another type, the wrong size, or NaN.
    """
    where = f"tensor {tensor.name!r}"
    if tensor.data_location == _EXTERNAL or tensor.external_data:
        raise ModelError(
            "its values lie in another file, which is not read",
            where=where,
            hint="save the model as one file: onnx.save(model, path, save_as_external_data=False)",
        )
    if tensor.data_type != FLOAT:
        raise ModelError(
            f"its type, {tensor.data_type}, is not float32",
            where=where,
            hint="convert with skl2onnx and a FloatTensorType input",
        )
    shape = tuple(tensor.dims)
    raw = tensor.raw_data
    size = len(raw) / 4 if raw else len(tensor.float_data)
    if any(n < 1 for n in shape) or size != math.prod(shape):
        raise ModelError(f"it has {size:g} values for a shape of {shape}", where=where)
    values = np.frombuffer(raw, dtype="<f4") if raw else np.array(tensor.float_data)
    return finite(values.astype(np.float64).reshape(shape), where)


def finite(values: Floats, where: str) -> Floats:
    """Return the values, none of which is NaN or infinite.

    Raises:
        ModelError: one is.
    """
    if not np.isfinite(values).all():
        raise ModelError("there is a value that is not a finite number", where=where)
    return values


class Attributes:
    """The attributes of a node by name. Asking for one of another type is a ModelError."""

    def __init__(self, node: NodeProto) -> None:
        self._where = node_name(node)
        self._by_name: dict[str, AttributeProto] = {}
        for attribute in node.attribute:
            if attribute.name in self._by_name:
                raise ModelError(f"attribute {attribute.name} is there twice", where=self._where)
            self._by_name[attribute.name] = attribute

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def floats(self, name: str, count: int | None = None) -> Floats:
        """Return a list of finite numbers: so many, where the count is known."""
        values = finite(np.array(self._field(name, "floats"), dtype=np.float64), self._place(name))
        if count is not None and len(values) != count:
            raise ModelError(
                f"it has {len(values)} values, and {count} by the other attributes",
                where=self._place(name),
            )
        return values

    def ints(self, name: str) -> list[int]:
        """Return a list of integers."""
        return list(self._field(name, "ints"))

    def texts(self, name: str) -> list[str]:
        """Return a list of strings."""
        return [self._decoded(name, text) for text in self._field(name, "strings")]

    def text(self, name: str, default: str) -> str:
        """Return a string, or the default where the attribute is not there."""
        return self._decoded(name, self._field(name, "s")) if name in self else default

    def integer(self, name: str, default: int) -> int:
        """Return an integer, or the default where the attribute is not there."""
        return int(self._field(name, "i")) if name in self else default

    def number(self, name: str, default: float) -> float:
        """Return a finite number, or the default where the attribute is not there."""
        if name not in self:
            return default
        return float(finite(np.array(self._field(name, "f"), dtype=np.float64), self._place(name)))

    def tensor(self, name: str) -> Floats:
        """Return the values of a tensor."""
        return tensor_values(self._field(name, "t"))

    def _place(self, name: str) -> str:
        return f"{self._where}: attribute {name}"

    def _field(self, name: str, field: str) -> Any:
        attribute = self._by_name.get(name)
        number, words = _FIELDS[field]
        if attribute is None:
            raise ModelError(
                f"attribute {name} is missing",
                where=self._where,
                hint="convert the model anew with skl2onnx",
            )
        if attribute.type != number:
            raise ModelError(f"it is not {words}", where=self._place(name))
        return getattr(attribute, field)

    def _decoded(self, name: str, text: bytes) -> str:
        try:
            return text.decode("utf-8")
        except UnicodeDecodeError as error:
            raise ModelError("it is not text", where=self._place(name), why=str(error)) from error

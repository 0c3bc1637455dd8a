"""One operator of the flatbuffer, with its checked tensor ids and its options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import tflite

from hargen.errors import ModelError
from hargen.ir.operator import Activation, TensorId
from hargen.ir.stencil import Padding, Size2D
from hargen.ir.tensor import Array, Tensor

_NAMES = {
    value: name for name, value in vars(tflite.BuiltinOperator).items() if isinstance(value, int)
}
_ACTIVATIONS = {
    tflite.ActivationFunctionType.NONE: Activation.NONE,
    tflite.ActivationFunctionType.RELU: Activation.RELU,
    tflite.ActivationFunctionType.RELU6: Activation.RELU6,
}
_ABSENT = -1

Options = TypeVar("Options")


def operator_name(code: tflite.OperatorCode) -> str:
    """Return the operator's name in the schema, or what a custom operator calls itself."""
    # Codes above 126 do not fit the older, 8-bit field; both hold the code where it does fit.
    value = max(code.DeprecatedBuiltinCode(), code.BuiltinCode())
    name: str = _NAMES.get(value, f"number {value}")
    if name == "CUSTOM":
        custom: bytes | None = code.CustomCode()
        return f"custom {custom.decode('utf-8', 'replace') if custom else '(unnamed)'}"
    return name


@dataclass(frozen=True)
class Node:
    """Inputs hold None where an optional tensor is absent."""

    operator: tflite.Operator
    where: str
    inputs: tuple[TensorId | None, ...]
    outputs: tuple[TensorId, ...]

    @staticmethod
    def read(operator: tflite.Operator, where: str, tensor_count: int) -> Node:
        """Check and return the operator's tensor ids.

        Raises:
            ModelError: an id is out of range, or there is not exactly one output.
        """
        inputs = [int(i) for i in np.asarray(operator.InputsAsNumpy()).reshape(-1)]
        outputs = [int(i) for i in np.asarray(operator.OutputsAsNumpy()).reshape(-1)]
        if len(outputs) != 1:
            raise ModelError(f"the operator has {len(outputs)} outputs, not one", where=where)
        for index in (*inputs, *outputs):
            if not (_ABSENT if index in inputs else 0) <= index < tensor_count:
                raise ModelError(f"tensor {index} does not exist", where=where)
        return Node(
            operator,
            where,
            tuple(None if i == _ABSENT else i for i in inputs),
            tuple(outputs),
        )

    @property
    def output(self) -> TensorId:
        """The only output."""
        return self.outputs[0]

    def input(self, position: int) -> TensorId:
        """Return a tensor that the operator must have."""
        if position >= len(self.inputs) or self.inputs[position] is None:
            raise ModelError(f"input {position} is missing", where=self.where)
        found = self.inputs[position]
        assert found is not None
        return found

    def optional_input(self, position: int) -> TensorId | None:
        """Return a tensor that the operator may have."""
        return self.inputs[position] if position < len(self.inputs) else None

    def options(self, kind: type[Options]) -> Options:
        """Return the operator's options as the schema's table of that kind."""
        expected = getattr(tflite.BuiltinOptions, kind.__name__)
        table = self.operator.BuiltinOptions()
        if table is None or self.operator.BuiltinOptionsType() != expected:
            raise ModelError(f"the operator has no {kind.__name__}", where=self.where)
        options = kind()
        options.Init(table.Bytes, table.Pos)  # type: ignore[attr-defined]
        return options

    def activation(self, code: int) -> Activation:
        """Return the fused activation of that code."""
        if code not in _ACTIVATIONS:
            raise ModelError(
                f"fused activation number {code} is not supported, only none, ReLU and ReLU6",
                where=self.where,
            )
        return _ACTIVATIONS[code]

    def padding(
        self, code: int, height: int, width: int, extent: Size2D, stride: Size2D
    ) -> Padding:
        """Return the rows and columns that SAME or VALID add around an input of that size."""
        if code == tflite.Padding.VALID:
            return Padding()
        if code != tflite.Padding.SAME or min(stride) < 1:
            raise ModelError(f"padding {code} with stride {stride} is not valid", where=self.where)
        rows = _same_total(height, extent[0], stride[0])
        columns = _same_total(width, extent[1], stride[1])
        # An odd row or column goes after the input.
        return Padding(rows // 2, columns // 2, rows - rows // 2, columns - columns // 2)

    def feature_map(self, tensors: tuple[Tensor, ...], tensor: TensorId) -> Size2D:
        """Return height and width of an NHWC tensor."""
        shape = tensors[tensor].shape
        if len(shape) != 4:
            raise ModelError(f"shape {shape} is not NHWC", where=self.where)
        return shape[1], shape[2]

    def constant(self, tensors: tuple[Tensor, ...], tensor: TensorId) -> Array:
        """Return the values of a tensor that has to be constant."""
        data = tensors[tensor].data
        if data is None:
            raise ModelError(
                f"tensor {tensors[tensor].name!r} has to be constant", where=self.where
            )
        return data


def _same_total(size: int, extent: int, stride: int) -> int:
    positions = -(-size // stride)
    return max((positions - 1) * stride + extent - size, 0)

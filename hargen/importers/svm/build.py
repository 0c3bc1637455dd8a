"""A quantized support vector classifier as a graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hargen.errors import ModelError
from hargen.importers.svm import machine as of
from hargen.importers.svm.machine import Machine, matrix
from hargen.ir.graph import Graph
from hargen.ir.operator import Activation, Operator, TensorId
from hargen.ir.ops.binary import Add, Mul
from hargen.ir.ops.hybrid_fully_connected import HybridFullyConnected
from hargen.ir.ops.svm import SvmPairProbability, SvmProbability, pair_count
from hargen.ir.ops.svm_int8 import SvmDecisionInt8
from hargen.ir.tensor import Array, DType, Tensor


def read_graph(content: bytes) -> tuple[Graph, tuple[str, ...]]:
    """Return the graph of an .svm file and the names of its classes; it is not verified yet.

    Raises:
        ModelError: the file is corrupt.
    """
    found = of.loads(content)
    if len(set(found.classes)) != len(found.classes):
        raise ModelError("two classes have the same name")
    return _Builder(found).build(), tuple(found.classes)


class _Builder:
    """Tensors and operators so far; `last` is the tensor that the next operator reads."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._tensors = [Tensor("input", (1, machine.inputs), DType.FLOAT32)]
        self._operators: list[Operator] = []
        self._last: TensorId = 0
        self._votes: TensorId | None = None

    def build(self) -> Graph:
        for index, layer in enumerate(self._machine.layers):
            name = f"layer {index} ({layer.op})"
            _ADD[type(layer)](self, name, layer)
        votes = self._last if self._votes is None else self._votes
        pairs = pair_count(len(self._machine.classes))
        if self._tensors[votes].size != pairs:
            raise ModelError(
                f"{self._tensors[votes].size} decisions are not those of"
                f" {len(self._machine.classes)} classes"
            )
        return Graph(
            tuple(self._tensors), tuple(self._operators), input=0, output=self._last, votes=votes
        )

    def binary(self, name: str, layer: of.Add | of.Mul) -> None:
        source = self._last
        values = self._constant(f"{name} values", [layer.values], DType.FLOAT32)
        target = self._activation(name, self._tensors[source].size)
        self._operators.append(
            (Add if isinstance(layer, of.Add) else Mul)(
                name=name,
                inputs=(source, values),
                output=target,
                lhs=source,
                rhs=values,
                activation=Activation.NONE,
            )
        )

    def fully_connected(self, name: str, layer: of.FullyConnected) -> None:
        source = self._last
        weights = self._constant(f"{name} weights", matrix(layer.weights, np.int8), DType.INT8)
        scales = self._constant(f"{name} scales", layer.scales, DType.FLOAT32)
        offsets = self._constant(f"{name} offsets", layer.offsets, DType.FLOAT32)
        target = self._activation(name, len(layer.weights))
        self._operators.append(
            HybridFullyConnected(
                name=name,
                inputs=(source, weights, scales, offsets),
                output=target,
                input=source,
                weights=weights,
                scales=scales,
                offsets=offsets,
                steps_in_one=layer.steps_in_one,
                limit=layer.limit,
            )
        )

    def rbf(self, name: str, layer: of.Rbf) -> None:
        source = self._last
        constants = [
            self._constant(f"{name} {what}", values, dtype)
            for what, values, dtype in (
                ("vectors", matrix(layer.vectors, np.int8), DType.INT8),
                ("norms", layer.norms, DType.INT16),
                ("scales", layer.scales, DType.INT16),
                ("coefficients", matrix(layer.coefficients, np.int16), DType.INT16),
                ("bias", layer.bias, DType.INT32),
            )
        ]
        vectors, norms, scales, coefficients, bias = constants
        target = self._activation(name, pair_count(len(layer.vectors_per_class)))
        self._operators.append(
            SvmDecisionInt8(
                name=name,
                inputs=(source, *constants),
                output=target,
                input=source,
                vectors=vectors,
                norms=norms,
                scales=scales,
                coefficients=coefficients,
                bias=bias,
                vectors_per_class=tuple(layer.vectors_per_class),
                steps_in_one=layer.steps_in_one,
                norm_unit=layer.norm_unit,
                fraction_bits=layer.fraction_bits,
                farthest=layer.farthest,
                multiplier=layer.multiplier,
                decision_shift=layer.decision_shift,
                decision_scale=layer.decision_scale,
            )
        )

    def platt(self, name: str, layer: of.Platt) -> None:
        source = self._last
        if self._votes is not None:
            raise ModelError("there are two such layers", where=name)
        self._votes = source
        slopes = self._constant(f"{name} slopes", layer.slopes, DType.FLOAT32)
        offsets = self._constant(f"{name} offsets", layer.offsets, DType.FLOAT32)
        target = self._activation(name, self._tensors[source].size)
        self._operators.append(
            SvmPairProbability(
                name=name,
                inputs=(source, slopes, offsets),
                output=target,
                input=source,
                slopes=slopes,
                offsets=offsets,
            )
        )

    def couple(self, name: str, layer: of.Couple) -> None:
        del layer
        source = self._last
        if self._votes is None:
            raise ModelError("it stands before the probabilities of the pairs", where=name)
        target = self._activation(name, len(self._machine.classes))
        self._operators.append(
            SvmProbability(name=name, inputs=(source,), output=target, input=source)
        )

    def _activation(self, name: str, size: int) -> TensorId:
        self._last = self._add(Tensor(name, (1, size), DType.FLOAT32))
        return self._last

    def _constant(self, name: str, values: Array | Sequence[Any], dtype: DType) -> TensorId:
        data = np.array(values, dtype=dtype.value)
        return self._add(Tensor(name, data.shape, dtype, data=data))

    def _add(self, tensor: Tensor) -> TensorId:
        self._tensors.append(tensor)
        return len(self._tensors) - 1


_ADD: dict[type, Callable[[_Builder, str, Any], None]] = {
    of.Add: _Builder.binary,
    of.Mul: _Builder.binary,
    of.FullyConnected: _Builder.fully_connected,
    of.Rbf: _Builder.rbf,
    of.Platt: _Builder.platt,
    of.Couple: _Builder.couple,
}

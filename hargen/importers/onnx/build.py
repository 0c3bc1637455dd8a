"""Scalers, projections and a classifier as operators of a graph."""

from __future__ import annotations

import numpy as np

from hargen.errors import ModelError
from hargen.importers.onnx.affine import Affine
from hargen.importers.onnx.classifier import Classifier
from hargen.importers.onnx.values import Floats
from hargen.ir.graph import Graph
from hargen.ir.operator import Activation, Operator, TensorId
from hargen.ir.ops.binary import Add, Mul
from hargen.ir.ops.fully_connected import FullyConnected
from hargen.ir.ops.svm import SvmDecision, SvmPairProbability, SvmProbability, pair_count
from hargen.ir.tensor import DType, Tensor

NONE = Activation.NONE


def build_graph(affine: Affine, classifier: Classifier) -> Graph:
    """Return the graph: everything in float32, each constant rounded once."""
    return _Builder(len(affine.center)).build(affine, classifier)


class _Builder:
    """Tensors and operators so far; `last` is the tensor that the next operator reads."""

    def __init__(self, inputs: int) -> None:
        self._tensors = [Tensor("input", (1, inputs), DType.FLOAT32)]
        self._operators: list[Operator] = []
        self._last: TensorId = 0

    def build(self, affine: Affine, classifier: Classifier) -> Graph:
        if classifier.kernel is None:
            self._linear_decisions(affine, classifier)
        else:
            self._affine(affine, "features")
            self._decisions(classifier)
        votes = self._last
        self._probabilities(classifier)
        return Graph(
            tuple(self._tensors), tuple(self._operators), input=0, output=self._last, votes=votes
        )

    def _affine(self, affine: Affine, name: str) -> None:
        if affine.center.any():
            self._binary(Add, "center", -affine.center)
        if affine.matrix is not None:
            self._fully_connected(name, affine.matrix, affine.offset)
            return
        if (affine.scale != 1.0).any():
            self._binary(Mul, "scale", affine.scale)
        if affine.offset.any():
            self._binary(Add, "offset", affine.offset)

    def _linear_decisions(self, affine: Affine, classifier: Classifier) -> None:
        """Decisions that are sums: through a projection only where that is smaller."""
        weights = classifier.linear_weights()
        inputs, (features, pairs) = len(affine.center), weights.shape
        if affine.matrix is not None and (inputs + pairs) * features < inputs * pairs:
            self._affine(affine, "features")
            self._fully_connected("decisions", weights, classifier.bias)
        else:
            self._affine(affine.matmul(weights).plus_behind(classifier.bias), "decisions")

    def _decisions(self, classifier: Classifier) -> None:
        assert classifier.kernel is not None
        source = self._last
        constants = [
            self._constant(f"{classifier.name} {name}", values)
            for name, values in (
                ("support vectors", classifier.vectors),
                ("coefficients", classifier.coefficients),
                ("rho", classifier.bias),
            )
        ]
        target = self._activation("decisions", pair_count(len(classifier.labels)))
        self._operators.append(
            SvmDecision(
                name=classifier.name,
                inputs=(source, *constants),
                output=target,
                input=source,
                vectors=constants[0],
                coefficients=constants[1],
                bias=constants[2],
                vectors_per_class=classifier.vectors_per_class,
                kernel=classifier.kernel,
                gamma=classifier.gamma,
                offset=classifier.offset,
                degree=classifier.degree,
            )
        )

    def _probabilities(self, classifier: Classifier) -> None:
        if classifier.slopes is None or classifier.offsets is None:
            return
        source = self._last
        slopes = self._constant("prob_a", classifier.slopes)
        offsets = self._constant("prob_b", classifier.offsets)
        pairs = self._activation("pair_probabilities", len(classifier.slopes))
        self._operators.append(
            SvmPairProbability(
                name="pair_probabilities",
                inputs=(source, slopes, offsets),
                output=pairs,
                input=source,
                slopes=slopes,
                offsets=offsets,
            )
        )
        target = self._activation("probabilities", len(classifier.labels))
        self._operators.append(
            SvmProbability(name="probabilities", inputs=(pairs,), output=target, input=pairs)
        )

    def _binary(self, kind: type[Add] | type[Mul], name: str, values: Floats) -> None:
        source = self._last
        constant = self._constant(f"{name}_values", values.reshape(1, -1))
        target = self._activation(name, len(values))
        self._operators.append(
            kind(
                name=name,
                inputs=(source, constant),
                output=target,
                lhs=source,
                rhs=constant,
                activation=NONE,
            )
        )

    def _fully_connected(self, name: str, matrix: Floats, offset: Floats) -> None:
        source = self._last
        weights = self._constant(f"{name}_weights", matrix.T)
        bias = self._constant(f"{name}_bias", offset) if offset.any() else None
        target = self._activation(name, matrix.shape[1])
        self._operators.append(
            FullyConnected(
                name=name,
                inputs=(source, weights) if bias is None else (source, weights, bias),
                output=target,
                input=source,
                weights=weights,
                bias=bias,
                activation=NONE,
            )
        )

    def _activation(self, name: str, size: int) -> TensorId:
        self._last = self._add(Tensor(name, (1, size), DType.FLOAT32))
        return self._last

    def _constant(self, name: str, values: Floats) -> TensorId:
        data = np.ascontiguousarray(values, dtype=np.float32)
        if not np.isfinite(data).all():
            raise ModelError("multiplied out, it is not a finite float32", where=name)
        return self._add(Tensor(name, data.shape, DType.FLOAT32, data=data))

    def _add(self, tensor: Tensor) -> TensorId:
        self._tensors.append(tensor)
        return len(self._tensors) - 1

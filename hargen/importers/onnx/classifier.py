"""The attributes of an SVMClassifier, checked against each other.

Source: the ONNX specification, domain ai.onnx.ml, operator SVMClassifier, version 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from hargen.errors import ModelError
from hargen.importers.onnx.load import node_name
from hargen.importers.onnx.values import Attributes, Floats
from hargen.ir.ops.svm import MAX_CLASSES, MAX_DEGREE, SvmKernel, pair_count

if TYPE_CHECKING:
    from onnx import NodeProto

LINEAR = "LINEAR"
_KERNELS = {"RBF": SvmKernel.RBF, "POLY": SvmKernel.POLY}
RETRAIN = "train with SVC(kernel='rbf'), 'poly' or 'linear', and convert with skl2onnx"


@dataclass(frozen=True, eq=False)
class Classifier:
    """One-vs-one classifier; `kernel` is None for the linear one.

    vectors: (vectors, inputs); coefficients: (classes - 1, vectors); bias, slopes, offsets:
    (pairs,), the last two None without probabilities.
    """

    name: str
    labels: tuple[str, ...]
    vectors_per_class: tuple[int, ...]
    vectors: Floats
    coefficients: Floats
    bias: Floats
    slopes: Floats | None
    offsets: Floats | None
    kernel: SvmKernel | None
    gamma: float
    offset: float
    degree: int

    def linear_weights(self) -> Floats:
        """Return the weights (inputs, pairs) of a linear kernel's decisions."""
        ends = np.cumsum([0, *self.vectors_per_class])
        parts = [self.coefficients[:, a:b] @ self.vectors[a:b] for a, b in pairwise(ends)]
        classes = len(self.labels)
        return np.stack(
            [
                parts[low][high - 1] + parts[high][low]
                for low in range(classes)
                for high in range(low + 1, classes)
            ],
            axis=1,
        )


def read_classifier(node: NodeProto, inputs: int) -> Classifier:
    """Return a classifier of so many inputs.

    Raises:
        ModelError: an attribute is missing, does not fit the others, or is not supported.
    """
    try:
        return _read(node, Attributes(node), inputs)
    except ModelError as error:
        raise error if error.where else error.at(node_name(node)) from None


def _read(node: NodeProto, attributes: Attributes, inputs: int) -> Classifier:
    labels = _labels(attributes)
    per_class = _vectors_per_class(attributes, len(labels))
    kernel, gamma, offset, degree = _kernel(attributes)
    transform = attributes.text("post_transform", "NONE")
    if transform != "NONE":
        raise ModelError(f"post_transform {transform} is not supported", hint=RETRAIN)
    total, pairs = sum(per_class), pair_count(len(labels))
    probabilities = "prob_a" in attributes or "prob_b" in attributes
    return Classifier(
        name=node_name(node),
        labels=labels,
        vectors_per_class=per_class,
        vectors=attributes.floats("support_vectors", total * inputs).reshape(total, inputs),
        coefficients=attributes.floats("coefficients", (len(labels) - 1) * total).reshape(
            len(labels) - 1, total
        ),
        bias=attributes.floats("rho", pairs),
        slopes=attributes.floats("prob_a", pairs) if probabilities else None,
        offsets=attributes.floats("prob_b", pairs) if probabilities else None,
        kernel=kernel,
        gamma=gamma,
        offset=offset,
        degree=degree,
    )


def _labels(attributes: Attributes) -> tuple[str, ...]:
    """Return the labels as text; strings go before integers, as in onnxruntime."""
    if "classlabels_strings" in attributes:
        labels = tuple(attributes.texts("classlabels_strings"))
    else:
        labels = tuple(str(label) for label in attributes.ints("classlabels_ints"))
    if len(labels) == 1:
        raise ModelError(
            f"there is only one class, {labels[0]!r}",
            hint="a classifier needs training data of two classes at least",
        )
    if not 2 <= len(labels) <= MAX_CLASSES:
        raise ModelError(f"{len(labels)} classes are not 2 to {MAX_CLASSES}")
    if len(set(labels)) != len(labels):
        raise ModelError("two classes have the same label")
    return labels


def _vectors_per_class(attributes: Attributes, classes: int) -> tuple[int, ...]:
    counts = tuple(attributes.ints("vectors_per_class"))
    if len(counts) != classes or min(counts) < 0 or sum(counts) == 0:
        raise ModelError(f"vectors_per_class {counts} does not fit {classes} classes")
    return counts


def _kernel(attributes: Attributes) -> tuple[SvmKernel | None, float, float, int]:
    """Return the kernel (None: linear) with gamma, offset and degree."""
    name = attributes.text("kernel_type", LINEAR)
    if name == LINEAR:
        return None, 0.0, 0.0, 1
    kernel = _KERNELS.get(name)
    if kernel is None:
        raise ModelError(f"kernel {name} is not supported", hint=RETRAIN)
    gamma, offset, degree = (float(value) for value in attributes.floats("kernel_params", 3))
    if kernel is SvmKernel.RBF:
        return kernel, gamma, 0.0, 1
    if not (degree.is_integer() and 1 <= degree <= MAX_DEGREE):
        raise ModelError(
            f"degree {degree:g} of the polynomial is not a whole number from 1 to {MAX_DEGREE}"
        )
    return kernel, gamma, offset, int(degree)

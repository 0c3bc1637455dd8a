"""How far two float32 computations of a network may lie apart, by the theory of rounding errors.

A value is a sum of products of inputs and weights. Every rounding on the way multiplies a term by
1 + d with |d| <= u = 2^-24, so that two computations with r roundings between them differ by at
most r * u * (the sum of the terms' absolute values), to first order. That sum is what the network
with absolute weights gives for absolute inputs; maxima, rectifiers and the functions of one value
pass on no more than they are given, apart from roundings of their own.
Source: Higham, Accuracy and Stability of Numerical Algorithms, 2002, chapter 3.
"""

from __future__ import annotations

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from support.random_networks import writing
from support.random_networks.sketch import Node, Sketch

UNIT = 2.0**-24
SOFTMAX_LIMIT = 1e-5
# Both computations of exp, quotient and sum together, in units of 2^-24
_FUNCTION = 16


def tolerances(sketch: Sketch, windows: np.ndarray) -> dict[int, np.ndarray]:
    """Return for every computed tensor, (windows, elements), the largest allowed difference."""
    interpreter = Interpreter(
        model_content=writing.magnitude_model(sketch),
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
        experimental_preserve_all_tensors=True,
    )
    interpreter.allocate_tensors()
    found: dict[int, list[np.ndarray]] = {n.output: [] for n in sketch.nodes}
    for window in windows:
        interpreter.set_tensor(0, np.abs(window).reshape(sketch.values[0].shape))
        interpreter.invoke()
        for tensor, rows in found.items():
            rows.append(interpreter.get_tensor(tensor).reshape(-1))
    counts = _roundings(sketch)
    limits = {tensor: counts[tensor] * UNIT * np.stack(rows) for tensor, rows in found.items()}
    for node in sketch.nodes:
        if node.kind == "SOFTMAX":
            # It depends on every logit, by half of what that changes at most.
            widest = limits[node.output].max(axis=1, keepdims=True)
            limits[node.output] = np.minimum(widest + 0 * limits[node.output], SOFTMAX_LIMIT)
    return limits


def _roundings(sketch: Sketch) -> dict[int, int]:
    counts = {0: 0}
    for node in sketch.nodes:
        before = [counts.get(i, 0) for i in node.inputs]
        through = sum(before) if node.kind == "MUL" else max(before)
        counts[node.output] = through + _own_roundings(sketch, node)
    return counts


def _own_roundings(sketch: Sketch, node: Node) -> int:
    """Roundings of a term in both computations: the reference's 2 a tap, ours one, and the edges.

    Two more are there for weights into which a product or a sum was folded.
    """
    source = sketch.values[node.inputs[0]].shape
    if node.kind in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"):
        weights = sketch.values[node.inputs[1]].shape
        taps = int(np.prod(weights[1:3] if node.kind.startswith("DEPTH") else weights[1:]))
        return 3 * taps + 4
    if node.kind == "AVERAGE_POOL_2D":
        return 2 * node.options["FilterHeight"] * node.options["FilterWidth"] + 2
    if node.kind == "MEAN":
        return 2 * int(np.prod(source)) + 2
    if node.kind in ("ADD", "MUL", "LEAKY_RELU"):
        return 4
    if node.kind in ("LOGISTIC", "TANH"):
        return _FUNCTION
    return _FUNCTION + 2 * source[-1] if node.kind == "SOFTMAX" else 0

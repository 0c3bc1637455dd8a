"""The vote, by every pattern of decisions: for, against and zero."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper
from support.svm import c_answers, onnxruntime_answers


def decisions_as_inputs(classes: int) -> bytes:
    """Return a linear classifier whose decisions are its inputs: for each pair one unit vector."""
    pairs = [(a, b) for a in range(classes) for b in range(a + 1, classes)]
    coefficients = np.zeros((classes - 1, len(pairs)))
    for vector, (_, high) in enumerate(pairs):
        coefficients[high - 1, vector] = 1.0
    node = helper.make_node(
        "SVMClassifier",
        ["X"],
        ["label", "scores"],
        domain="ai.onnx.ml",
        classlabels_ints=list(range(classes)),
        coefficients=coefficients.reshape(-1).tolist(),
        kernel_params=[0.0, 0.0, 3.0],
        kernel_type="LINEAR",
        rho=[0.0] * len(pairs),
        support_vectors=np.eye(len(pairs)).reshape(-1).tolist(),
        vectors_per_class=[classes - 1 - own for own in range(classes)],
    )
    graph = helper.make_graph(
        [node],
        "vote",
        [helper.make_tensor_value_info("X", onnx.TensorProto.FLOAT, [None, len(pairs)])],
        [
            helper.make_tensor_value_info("label", onnx.TensorProto.INT64, [None]),
            helper.make_tensor_value_info("scores", onnx.TensorProto.FLOAT, None),
        ],
    )
    opsets = [helper.make_opsetid("", 13), helper.make_opsetid("ai.onnx.ml", 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=7)
    return bytes(model.SerializeToString())


@pytest.mark.parametrize("classes", [2, 3, 4])
def test_every_pattern_has_onnxruntimes_winner(classes: int, tmp_path: Path) -> None:
    content = decisions_as_inputs(classes)
    pairs = classes * (classes - 1) // 2
    patterns = np.array(list(product([-1.0, 0.0, 1.0], repeat=pairs)), dtype=np.float32)
    found = c_answers(content, patterns, tmp_path)
    assert np.array_equal(found.scores, patterns)
    expected = onnxruntime_answers(content, patterns)
    assert found.classes.tolist() == expected.classes.tolist()
    assert set(found.classes.tolist()) == set(range(classes))

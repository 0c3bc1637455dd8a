"""What is wrong with an .onnx file is told by name, in one error; nothing else ever comes out."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import helper, numpy_helper

from hargen.errors import MissingExtraError, ModelError
from hargen.importers.model_file import parse
from hargen.importers.onnx.front import MAX_WEIGHTS
from hargen.optimize.passes import optimize
from hargen.plan.planner import make_plan

PATH = Path("svm.onnx")
FLOAT = onnx.TensorProto.FLOAT
INPUTS, FEATURES, VECTORS_PER_CLASS = 4, 2, [2, 1, 2]


def classifier_attributes() -> dict[str, object]:
    rng = np.random.default_rng(0)
    vectors = sum(VECTORS_PER_CLASS)
    return {
        "classlabels_ints": [0, 1, 2],
        "coefficients": rng.normal(size=2 * vectors).tolist(),
        "kernel_params": [0.5, 0.0, 3.0],
        "kernel_type": "RBF",
        "post_transform": "NONE",
        "prob_a": [-1.0, -2.0, -1.5],
        "prob_b": [0.1, 0.2, 0.3],
        "rho": [0.5, -0.5, 1.0],
        "support_vectors": rng.normal(size=FEATURES * vectors).tolist(),
        "vectors_per_class": VECTORS_PER_CLASS,
    }


def small_model() -> onnx.ModelProto:
    """Return a projection with a classifier of three classes behind it, as skl2onnx writes them."""
    matrix = np.arange(INPUTS * FEATURES, dtype=np.float32).reshape(INPUTS, FEATURES)
    nodes = [
        helper.make_node("Scaler", ["X"], ["s"], domain="ai.onnx.ml", offset=[1.0], scale=[2.0]),
        helper.make_node("MatMul", ["s", "matrix"], ["features"]),
        helper.make_node(
            "SVMClassifier",
            ["features"],
            ["label", "scores"],
            domain="ai.onnx.ml",
            **classifier_attributes(),
        ),
        helper.make_node("Cast", ["scores"], ["probabilities"], to=FLOAT),
    ]
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("X", FLOAT, [None, INPUTS])],
        [
            helper.make_tensor_value_info("label", onnx.TensorProto.INT64, [None]),
            helper.make_tensor_value_info("probabilities", FLOAT, [None, 3]),
        ],
        [numpy_helper.from_array(matrix, "matrix")],
    )
    opsets = [helper.make_opsetid("", 13), helper.make_opsetid("ai.onnx.ml", 1)]
    return helper.make_model(graph, opset_imports=opsets)


def classifier(model: onnx.ModelProto) -> onnx.NodeProto:
    return model.graph.node[2]


def attribute(node: onnx.NodeProto, name: str) -> onnx.AttributeProto:
    return next(a for a in node.attribute if a.name == name)


def replace(model: onnx.ModelProto, **values: object) -> None:
    """Give the classifier other attributes; None takes one away."""
    node = classifier(model)
    kept = [a for a in node.attribute if a.name not in values]
    del node.attribute[:]
    node.attribute.extend(kept)
    new = [helper.make_attribute(k, v) for k, v in values.items() if v is not None]
    node.attribute.extend(new)


def plan_of(model: onnx.ModelProto) -> None:
    make_plan(optimize(parse(PATH, model.SerializeToString()).graph))


def test_the_small_model_is_fine() -> None:
    plan_of(small_model())


def without(name: str) -> Callable[[onnx.ModelProto], None]:
    return lambda model: replace(model, **{name: None})


def with_(**values: object) -> Callable[[onnx.ModelProto], None]:
    return lambda model: replace(model, **values)


def rename(old: str, new: str, domain: str = "") -> Callable[[onnx.ModelProto], None]:
    def change(model: onnx.ModelProto) -> None:
        node = next(n for n in model.graph.node if n.op_type == old)
        node.op_type, node.domain = new, domain

    return change


def external_data(model: onnx.ModelProto) -> None:
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../etc/passwd")


def nan_in_matrix(model: onnx.ModelProto) -> None:
    matrix = numpy_helper.to_array(model.graph.initializer[0]).copy()
    matrix[0, 0] = np.nan
    model.graph.initializer[0].CopyFrom(numpy_helper.from_array(matrix, "matrix"))


def cut_matrix(model: onnx.ModelProto) -> None:
    tensor = model.graph.initializer[0]
    tensor.raw_data = tensor.raw_data[:-3]


def wide_matrix(model: onnx.ModelProto) -> None:
    model.graph.initializer[0].dims[1] = 2**40


def double_matrix(model: onnx.ModelProto) -> None:
    values = np.zeros((INPUTS, FEATURES))
    model.graph.initializer[0].CopyFrom(numpy_helper.from_array(values, "matrix"))


def one_class(model: onnx.ModelProto) -> None:
    replace(model, classlabels_ints=[0], vectors_per_class=[5])


def two_inputs(model: onnx.ModelProto) -> None:
    model.graph.input.append(helper.make_tensor_value_info("Y", FLOAT, [None, 1]))


def input_shape(*shape: int | None) -> Callable[[onnx.ModelProto], None]:
    def change(model: onnx.ModelProto) -> None:
        model.graph.input[0].CopyFrom(helper.make_tensor_value_info("X", FLOAT, shape))

    return change


def double_input(model: onnx.ModelProto) -> None:
    model.graph.input[0].type.tensor_type.elem_type = onnx.TensorProto.DOUBLE


def two_classifiers(model: onnx.ModelProto) -> None:
    second = model.graph.node.add()
    second.CopyFrom(classifier(model))
    second.output[:] = ["label 2", "scores 2"]


def loop(model: onnx.ModelProto) -> None:
    model.graph.node[0].input[0] = "features"


def written_twice(model: onnx.ModelProto) -> None:
    model.graph.node[0].output[0] = "features"


def computed_by_nothing(model: onnx.ModelProto) -> None:
    model.graph.node[0].input[0] = "Z"


def no_label(model: onnx.ModelProto) -> None:
    del model.graph.output[0]


def behind(op_type: str) -> Callable[[onnx.ModelProto], None]:
    def change(model: onnx.ModelProto) -> None:
        model.graph.node[3].op_type = op_type

    return change


def attribute_twice(model: onnx.ModelProto) -> None:
    node = classifier(model)
    node.attribute.append(attribute(node, "rho"))


def no_nodes(model: onnx.ModelProto) -> None:
    del model.graph.node[:]


def zero_divisor(model: onnx.ModelProto) -> None:
    model.graph.initializer.append(numpy_helper.from_array(np.zeros(INPUTS, np.float32), "zero"))
    node = model.graph.node[0]
    node.CopyFrom(helper.make_node("Div", ["X", "zero"], ["s"]))


def huge_scale(model: onnx.ModelProto) -> None:
    attribute(model.graph.node[0], "scale").floats[:] = [3e38]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (rename("Scaler", "Normalizer", "ai.onnx.ml"), "operator Normalizer in front"),
        (rename("MatMul", "Tanh"), "operator Tanh in front"),
        (rename("SVMClassifier", "SVMRegressor", "ai.onnx.ml"), "regressor or a one-class"),
        (rename("SVMClassifier", "LinearClassifier", "ai.onnx.ml"), "LinearSVC"),
        (rename("SVMClassifier", "TreeEnsembleClassifier", "ai.onnx.ml"), "a forest"),
        (rename("SVMClassifier", "Softmax"), "no SVMClassifier: its operators are"),
        (rename("Scaler", "Scaler", "com.example"), "domain 'com.example'"),
        (behind("Softmax"), "operator Softmax behind"),
        (external_data, "another file, which is not read"),
        (nan_in_matrix, "not a finite number"),
        (cut_matrix, "it has 7.25 values for a shape of (4, 2)"),
        (wide_matrix, "8 values for a shape of"),
        (double_matrix, "is not float32"),
        (huge_scale, "not a finite float32"),
        (
            with_(kernel_type="LINEAR", coefficients=[3e38] * 10, support_vectors=[3e38] * 10),
            "multiplied out, it is not a finite float32",
        ),
        (zero_divisor, "divides by zero"),
        *((without(name), f"attribute {name} is missing") for name in ("rho", "coefficients")),
        *((without(name), f"attribute {name} is missing") for name in ("prob_a", "prob_b")),
        (without("support_vectors"), "attribute support_vectors is missing"),
        (without("vectors_per_class"), "attribute vectors_per_class is missing"),
        (without("kernel_params"), "attribute kernel_params is missing"),
        (without("classlabels_ints"), "attribute classlabels_ints is missing"),
        (with_(rho=[0.5, float("nan"), 1.0]), "attribute rho: there is a value that is not"),
        (with_(rho=[0.5]), "1 values, and 3 by the other attributes"),
        (with_(coefficients=[1.0] * 9), "9 values, and 10"),
        (with_(support_vectors=[1.0] * 11), "11 values, and 10"),
        (with_(prob_a=[1.0]), "1 values, and 3"),
        (with_(vectors_per_class=[2, 1]), "does not fit 3 classes"),
        (with_(vectors_per_class=[6, -2, 1]), "does not fit 3 classes"),
        (with_(vectors_per_class=[0, 0, 0]), "does not fit 3 classes"),
        (with_(vectors_per_class=[2**62, 2**62, 2**62]), "and 276701161105643274"),
        (with_(classlabels_ints=[0, 1, 1]), "same label"),
        (with_(classlabels_ints=list(range(40))), "40 classes are not 2 to 32"),
        (with_(classlabels_strings=[b"a", b"\xff", b"c"]), "it is not text"),
        (with_(kernel_type="SIGMOID"), "kernel SIGMOID is not supported"),
        (with_(kernel_type="POLY", kernel_params=[1.0, 0.0, 2.5]), "degree 2.5"),
        (with_(kernel_type="POLY", kernel_params=[1.0, 0.0, 99.0]), "degree 99"),
        (with_(kernel_params=[-1.0, 0.0, 3.0]), "gamma -1 is negative"),
        (with_(post_transform="SOFTMAX"), "post_transform SOFTMAX"),
        (with_(rho="no"), "it is not a list of numbers"),
        (attribute_twice, "attribute rho is there twice"),
        (one_class, "there is only one class, '0'"),
        (two_inputs, "has 2 inputs"),
        (input_shape(None, None), "its shape (free, free)"),
        (input_shape(INPUTS), "its shape (4)"),
        (input_shape(5, INPUTS), "its batch is fixed to 5"),
        (input_shape(None, 2**62), "is not (batch, values)"),
        (input_shape(None, INPUTS + 1), "a matrix of shape (4, 2) does not fit 5 values"),
        (double_input, "is not float32"),
        (two_classifiers, "2 support vector classifiers"),
        (loop, "loop"),
        (written_twice, "is written twice"),
        (computed_by_nothing, "nothing computes tensor 'Z'"),
        (no_label, "label is not an output"),
        (no_nodes, "no nodes"),
    ],
)
def test_one_error_says_what_is_wrong(
    change: Callable[[onnx.ModelProto], None], words: str
) -> None:
    model = small_model()
    change(model)
    with pytest.raises(ModelError) as caught:
        plan_of(model)
    assert words in str(caught.value)
    assert str(caught.value).startswith("svm.onnx: ")


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(MissingExtraError) as caught:
        plan_of(small_model())
    assert caught.value.hint == "pip install 'hargen[svc]'"
    assert caught.value.exit_code == 4


def test_small_matrices_cannot_make_a_large_one() -> None:
    """A column times a row of 64 KiB each would take 32 GiB."""
    model = small_model()
    size = 2**14
    assert size * size > MAX_WEIGHTS
    column, row = np.ones((INPUTS, size), np.float32), np.ones((size, 1), np.float32)
    model.graph.initializer[0].CopyFrom(numpy_helper.from_array(row.T.copy(), "matrix"))
    model.graph.initializer.append(numpy_helper.from_array(row, "column"))
    del column
    model.graph.input[0].CopyFrom(helper.make_tensor_value_info("X", FLOAT, [None, size]))
    node = model.graph.node[0]
    node.CopyFrom(helper.make_node("MatMul", ["X", "column"], ["s"]))
    with pytest.raises(ModelError, match="too large for a microcontroller"):
        plan_of(model)


def usable_or_refused(content: bytes) -> None:
    """Whatever the bytes are: a plan or a ModelError."""
    with suppress(ModelError):
        make_plan(optimize(parse(PATH, content).graph))


CONTENT = small_model().SerializeToString()


@given(st.data())
def test_mutated_bytes_give_a_plan_or_one_error(data: st.DataObject) -> None:
    content = bytearray(CONTENT)
    for _ in range(data.draw(st.integers(1, 8))):
        position = data.draw(st.integers(0, len(content) - 1))
        kind = data.draw(st.sampled_from(["set", "cut", "insert"]))
        if kind == "set":
            content[position] = data.draw(st.integers(0, 255))
        elif kind == "insert":
            content[position:position] = data.draw(st.binary(min_size=1, max_size=9))
        elif position:
            del content[position : position + data.draw(st.integers(1, 9))]
        if not content:
            content = bytearray(b"\x08")
    usable_or_refused(bytes(content))


NUMBERS = st.sampled_from([0, 1, -1, 2, 3, 7, 2**31, -(2**31), 2**62, -(2**63)])
FLOATS = st.floats(width=32)


def mutate_attribute(data: st.DataObject, found: onnx.AttributeProto) -> None:
    kind = data.draw(st.sampled_from(["type", "floats", "ints", "strings", "one", "name"]))
    if kind == "type":
        found.type = data.draw(st.integers(0, 14))
    elif kind == "name":
        found.name = data.draw(st.sampled_from(["rho", "prob_a", "", "classlabels_strings", "to"]))
    elif kind == "one":
        found.f, found.i = data.draw(FLOATS), data.draw(NUMBERS)
        found.s = data.draw(st.binary(max_size=4))
    elif kind == "floats":
        found.floats[:] = data.draw(st.lists(FLOATS, max_size=12))
    elif kind == "ints":
        found.ints[:] = data.draw(st.lists(NUMBERS, max_size=4))
    else:
        found.strings[:] = data.draw(st.lists(st.binary(max_size=3), max_size=4))


NAMES = st.sampled_from(
    ["X", "s", "matrix", "features", "label", "scores", "probabilities", "", "?"]
)
OPERATORS = st.sampled_from(
    [
        *("Add", "Cast", "Constant", "Div", "Gemm", "Identity", "Loop", "MatMul", "Mul", "Scaler"),
        *("Slice", "Sqrt", "Sub", "SVMClassifier", "SVMRegressor", "ZipMap"),
    ]
)


def mutate_node(data: st.DataObject, node: onnx.NodeProto) -> None:
    kind = data.draw(st.sampled_from(["operator", "inputs", "outputs", "attribute", "forget"]))
    if kind == "operator":
        node.op_type = data.draw(OPERATORS)
    elif kind == "inputs":
        node.input[:] = data.draw(st.lists(NAMES, max_size=4))
    elif kind == "outputs":
        node.output[:] = data.draw(st.lists(NAMES, max_size=3))
    elif node.attribute:
        position = data.draw(st.integers(0, len(node.attribute) - 1))
        if kind == "forget":
            del node.attribute[position]
        else:
            mutate_attribute(data, node.attribute[position])


def mutate_graph(data: st.DataObject, graph: onnx.GraphProto) -> None:
    kind = data.draw(st.sampled_from(["node", "node", "node", "tensor", "input", "output"]))
    if kind == "node":
        mutate_node(data, graph.node[data.draw(st.integers(0, len(graph.node) - 1))])
    elif kind == "tensor":
        tensor = graph.initializer[0]
        tensor.dims[:] = data.draw(st.lists(NUMBERS, max_size=4))
        tensor.data_type = data.draw(st.integers(0, 20))
        tensor.float_data[:] = data.draw(st.lists(FLOATS, max_size=9))
        if data.draw(st.booleans()):
            tensor.raw_data = data.draw(st.binary(max_size=33))
    elif kind == "input":
        shape = data.draw(st.lists(st.none() | NUMBERS, max_size=3))
        graph.input[0].CopyFrom(helper.make_tensor_value_info(data.draw(NAMES), FLOAT, shape))
    else:
        graph.output[0].name = data.draw(NAMES)


@given(st.data())
def test_mutated_fields_give_a_plan_or_one_error(data: st.DataObject) -> None:
    model = onnx.ModelProto.FromString(CONTENT)
    for _ in range(data.draw(st.integers(1, 4))):
        mutate_graph(data, model.graph)
    usable_or_refused(model.SerializeToString())

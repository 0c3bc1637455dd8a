"""A .svm file that is not what it should be: one error that says so, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.quantized_svm import draw_machine

from hargen.errors import ModelError
from hargen.importers.model_file import parse
from hargen.optimize.passes import optimize
from hargen.plan.planner import make_plan
from hargen.validate import svm_reference

PATH = Path("x.svm")
LAYER = {
    "op": "rbf",
    "vectors_per_class": [2, 1],
    "steps_in_one": 10.0,
    "vectors": [[1, 2], [-127, 127], [0, 5]],
    "norms": [0, 16383, 7],
    "scales": [1, 255, 30],
    "coefficients": [[100, -32768, 7]],
    "bias": [-12],
    "norm_unit": 20,
    "fraction_bits": 14,
    "farthest": 10000000,
    "multiplier": 4000000000,
    "decision_shift": 16,
    "decision_scale": 1e-4,
}
PLATT = {"op": "platt", "slopes": [-1.5], "offsets": [0.25]}


def table() -> dict[str, Any]:
    return json.loads(
        json.dumps(
            {
                "format": "hargen svm",
                "version": 2,
                "source": {"file": "x.onnx", "sha256": "0" * 64},
                "classes": ["a", "b"],
                "inputs": 2,
                "layers": [LAYER, PLATT, {"op": "couple"}],
            }
        )
    )


def content(found: dict[str, Any]) -> bytes:
    return json.dumps(found).encode()


def layer(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda found: found["layers"][0].update(changes)


def fields(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda found: found.update(changes)


def test_what_is_right_is_read() -> None:
    model = parse(PATH, content(table()))
    assert (model.format, model.classes) == ("svm", ("a", "b"))
    make_plan(optimize(model.graph))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (fields(format="other"), '"format"'),
        (fields(version=3), "version 3"),
        (fields(version=1), "version 1"),
        (fields(version="2"), "corrupt"),
        (fields(extra=1), "extra"),
        (fields(classes=["a"]), "corrupt"),
        (fields(classes=["a", "a"]), "same name"),
        (fields(classes=["a", "b", "c"]), "3 classes"),
        (fields(inputs=3), "3 values"),
        (fields(inputs=0), "inputs"),
        (fields(layers=[]), "layers"),
        (fields(layers=[{"op": "sigmoid"}]), "sigmoid"),
        (fields(layers=[LAYER, {"op": "couple"}]), "before the probabilities"),
        (fields(layers=[LAYER, PLATT, PLATT, {"op": "couple"}]), "two such layers"),
        (fields(layers=[{"op": "add", "values": [1.0, 2.0, 3.0]}, LAYER]), "broadcast"),
        (fields(layers=[{"op": "mul", "values": []}, LAYER]), "broadcast"),
        (layer(vectors=[[1, 2], [3], [4, 5]]), "differ in length"),
        (layer(vectors=[]), "differ in length"),
        (layer(vectors=[[1, 2], [3, 128], [4, 5]]), "vectors"),
        (layer(vectors=[[1, 2], [3, 1.5], [4, 5]]), "vectors"),
        (layer(vectors=[[1, 2], [3, True], [4, 5]]), "vectors"),
        (layer(vectors_per_class=[2, 2]), "of all classes"),
        (layer(vectors=[[1, 2], [-128, 127], [4, 5]]), "vectors are not -127 to 127"),
        (layer(norms=[0, 16384, 1]), "norms are not 0 to 16383"),
        (layer(norms=[0, -1, 1]), "norms are not 0 to 16383"),
        (layer(norms=[0, 1]), "norms"),
        (layer(scales=[0, 1, 2]), "scales are not 1 to 255"),
        (layer(scales=[256, 1, 2]), "scales are not 1 to 255"),
        (layer(norm_unit=0), "out of range"),
        (layer(norm_unit=256), "out of range"),
        (layer(norm_unit=255, norms=[0, 16383, 1], farthest=10**9), "distance could overflow"),
        (layer(fraction_bits=3), "out of range"),
        (layer(fraction_bits=21), "out of range"),
        (layer(farthest=32767**2), "out of range"),
        (layer(coefficients=[[0, 0, 0]]), "all coefficients are zero"),
        (layer(coefficients=[[1, 2, 40000]]), "coefficients"),
        (layer(coefficients=[[1, 2, 3], [1, 2, 3]]), "coefficients"),
        (layer(bias=[2**31 - 1]), "could overflow"),
        (layer(bias=[1, 2]), "bias"),
        (layer(decision_shift=1, bias=[2**31 - 2**29]), "could overflow"),
        (layer(decision_shift=0), "out of range"),
        (layer(decision_shift=63), "out of range"),
        (layer(multiplier=2**32), "multiplier"),
        (layer(steps_in_one=0.0), "not above zero"),
        (layer(steps_in_one=1e39), "steps_in_one"),
        (layer(steps_in_one=10**400), "steps_in_one"),
        (layer(decision_scale=-1.0), "not above zero"),
        (layer(decision_scale=1e-60), "not above zero"),
        (layer(decision_scale=None), "decision_scale"),
    ],
)
def test_what_is_wrong_is_told_by_name(
    change: Callable[[dict[str, Any]], None], words: str
) -> None:
    found = table()
    change(found)
    with pytest.raises(ModelError) as caught:
        parse(PATH, content(found))
    assert words in str(caught.value)
    assert str(PATH) in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [b"{", b"{}", b"{" * 100_000, b'{"format": NaN}', b"{\xff}", b'{"a": ' + b"9" * 5000 + b"}"],
    ids=["cut off", "empty", "deep", "nan", "no text", "a long number"],
)
def test_what_is_no_such_file_is_an_error(text: bytes) -> None:
    with pytest.raises(ModelError):
        parse(PATH, text)


def test_values_that_are_no_numbers_are_refused() -> None:
    for word in (b"NaN", b"Infinity", b"1e999"):
        text = content(table()).replace(b'"steps_in_one": 10.0', b'"steps_in_one": ' + word)
        with pytest.raises(ModelError, match="steps_in_one"):
            parse(PATH, text)


def test_windows_that_do_not_fit_are_refused() -> None:
    machine, windows = draw_machine(0)
    with pytest.raises(ModelError, match="do not fit"):
        svm_reference.run(machine, windows[:, 1:])
    assert svm_reference.run(machine, windows[:0]).outputs.shape[0] == 0


@given(st.data())
def test_changed_bytes_are_read_or_refused(data: st.DataObject) -> None:
    text = bytearray(content(table()))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(text) - 1))
        text[place] = data.draw(st.sampled_from(b'0123456789-.e[]{},:"abc'))
    with suppress(ModelError):
        make_plan(optimize(parse(PATH, bytes(text)).graph))

"""What becomes of a validation's report: equality, status, and the words of an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from hargen.errors import ModelError
from hargen.validate.report import Report
from hargen.zoo import measure
from hargen.zoo.artifacts import Artifact
from hargen.zoo.catalogue import Entry
from hargen.zoo.original import Original
from hargen.zoo.published import Published
from hargen.zoo.task import Task, failed

GOOD = {
    "windows": 10,
    "lost": 0,
    "data": "made by hand",
    "precision": "float32",
    "reference": "LiteRT",
    "reference_version": "1.0",
    "labels_equal": 10,
    "largest_difference": 4e-6,
    "exact_with": "the same C",
    "bit_exact": 10,
    "violations": [],
}


def task(name: str = "a.h5") -> Task:
    path = Path("/models/AST") / name
    artifact = Artifact(path, f"AST/{name}", "AST", "a", None, "a", "float32")
    entry = Entry(1, "a", "float32", artifact, Published())
    return Task(entry, Path("/data"), Path("/tmp/projects/01_AST_a"))


def verdict(changes: dict[str, object], name: str = "a.h5") -> str:
    report = Report.model_construct(**GOOD | changes)
    return measure._verdict(task(name), report, measure._equality(report, None))


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, "passed"),
        ({"violations": ["no clock", "x"]}, "failed: real silicon would not serve this: no clock"),
        ({"windows": 8, "lost": 2}, "failed: 2 of 10 windows have no answer"),
        ({"windows": 0}, "failed: 0 of 0 windows have no answer"),
        ({"labels_equal": 9}, "failed: 9 of 10 windows have the class of LiteRT 1.0"),
        ({"bit_exact": 9}, "failed: 9 of 10 windows have every bit of the same C"),
        ({"bit_exact": None}, "failed: None of 10 windows have every bit of the same C"),
        ({"largest_difference": 2e-5}, "failed: an output is 2e-05 from that of LiteRT 1.0"),
        (
            {"largest_difference": float("nan")},
            "failed: an output is nan from that of LiteRT 1.0",
        ),
        ({"largest_difference": 0.5, "precision": "int8"}, "passed"),
    ],
)
def test_a_row_passes_only_where_every_window_is_right(
    changes: dict[str, object], status: str
) -> None:
    assert verdict(changes) == status


def test_probabilities_of_a_classifier_may_differ_more() -> None:
    assert verdict({"largest_difference": 9e-5}, "a.onnx") == "passed"
    assert verdict({"largest_difference": 2e-4}, "a.onnx").startswith("failed: an output is")


def test_the_judge_of_a_keras_model_is_keras() -> None:
    keras = Original("Keras 3", labels_equal=9, largest_difference=3e-6, accuracy=0.75)
    found = measure._equality(Report.model_construct(**GOOD), keras)
    assert (found["reference"], found["labels_equal"], found["bit_exact"]) == ("Keras 3", 9, 10)
    assert found["largest_difference"] == pytest.approx(7e-6)
    # where the board has not LiteRT's class, Keras's agreement with LiteRT says nothing of it
    report = Report.model_construct(**GOOD | {"labels_equal": 8})
    found = measure._equality(report, keras)
    assert (found["reference"], found["labels_equal"]) == ("LiteRT 1.0", 8)


def test_errors_name_files_alike_on_every_machine() -> None:
    error = ModelError("no good", where="/models/AST/a.h5", why="see /tmp/projects/01_AST_a/build")
    assert measure._text(error, task()) == "AST/a.h5: no good: see 01_AST_a/build"
    assert failed("one\n two \n\nthree") == "failed: one / two / three"

"""The report's JSON is what docs/ says, and limits are kept."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from hargen.errors import DeviceError, LimitError, UsageError
from hargen.validate import limits
from hargen.validate.limits import Limits
from hargen.validate.report import Report, json_schema

DOCS = Path(__file__).parents[2] / "docs"

SPREAD = {"min": 1, "median": 2, "p99": 3, "max": 4}
FIELDS: dict[str, Any] = {
    "schema": 1,
    "name": "har",
    "model": "a.tflite",
    "hashes": {"model": "00", "preprocessing": "11", "elf": None, "build_id": "22"},
    "preprocessing": "st-zoo",
    "board": "B-U585I-IOT02A",
    "virtual": True,
    "port": "/dev/pts/1",
    "baud": 921600,
    "precision": "int8",
    "stage": "window",
    "data": "made by hand",
    "synthetic": False,
    "notes": [],
    "reference": "ai-edge-litert BUILTIN_REF",
    "reference_version": "2.3.0",
    "tool_versions": {"hargen": "0"},
    "windows": 10,
    "left_out": 0,
    "left_out_classes": {},
    "judged": 10,
    "correct": 9,
    "accuracy": 0.9,
    "accuracy_interval": (0.6, 0.98),
    "per_recording": [],
    "reference_accuracy": 0.9,
    "agreement": 1.0,
    "labels_equal": 10,
    "largest_difference": 0.0,
    "exact_with": "ai-edge-litert BUILTIN_REF 2.3.0",
    "bit_exact": 10,
    "twin": "gcc 12.2.0",
    "twin_exact": 10,
    "preprocessing_distance": None,
    "unsettled": None,
    "clipped": None,
    "smoothing": None,
    "smoothed_accuracy": None,
    "mismatches": [],
    "classes": ["a", "b"],
    "confusion": [[5, 1], [0, 4]],
    "per_class": [
        {"name": "a", "windows": 6, "recall": 0.83, "f1": 0.91},
        {"name": "b", "windows": 4, "recall": 1.0, "f1": 0.89},
    ],
    "macro_f1": 0.9,
    "instructions": SPREAD,
    "cycles_preprocess": None,
    "cycles": SPREAD,
    "clock_hz": 160_000_000,
    "latency_ms": {"min": 0.1, "median": 0.2, "p99": 0.3, "max": 0.4},
    "estimated": True,
    "choice": {
        "level": "-O2",
        "layers": [{"layer": "operator 1", "kernel": "hg_conv_2d_s8", "for_size": True}],
    },
    "tuning": None,
    "footprint": None,
    "retries": 0,
    "resets": 0,
    "lost": 0,
    "violations": [],
    "seconds": 1.0,
}


def report(**changes: Any) -> Report:
    return Report.model_validate(FIELDS | changes)


def test_the_schema_in_the_docs_is_the_codes() -> None:
    written = json.loads((DOCS / "report.schema.json").read_text(encoding="utf-8"))
    assert written == json_schema(), "write it anew: hargen.validate.report.write_json_schema"


def test_every_field_is_in_the_schema_and_in_words() -> None:
    fields = set(json_schema()["properties"])
    assert fields == set(FIELDS) == set(json.loads(report().to_json()))
    words = set(re.findall(r"`(\w+)`", (DOCS / "report-schema.md").read_text(encoding="utf-8")))
    assert fields <= words


def test_the_fields_that_were_promised_are_there() -> None:
    promised = {
        *("model", "hashes", "board", "port", "reference", "tool_versions", "windows", "correct"),
        *("accuracy", "per_recording", "reference_accuracy", "agreement", "bit_exact"),
        *("mismatches", "confusion", "macro_f1", "instructions", "cycles", "latency_ms"),
        *("estimated", "footprint", "retries", "lost"),
    }
    assert promised <= set(json.loads(report().to_json()))


@pytest.mark.parametrize(
    ("asked", "changes"),
    [
        (Limits(), {"accuracy": None, "bit_exact": 0}),
        (Limits(min_accuracy=0.9), {}),
        (Limits(bit_exact=True), {}),
        (Limits(min_accuracy=0.0), {"accuracy": 0.0}),
    ],
)
def test_a_result_within_the_limits(asked: Limits, changes: dict[str, Any]) -> None:
    limits.check(asked, report(**changes))


@pytest.mark.parametrize(
    ("asked", "changes", "text"),
    [
        (Limits(min_accuracy=0.901), {}, "accuracy is 0.9000, asked for was 0.901"),
        (Limits(min_accuracy=0.1), {"accuracy": None}, "accuracy is unknown"),
        (Limits(bit_exact=True), {"bit_exact": 9}, "9 of 10 windows are bit-exact"),
        (Limits(bit_exact=True), {"lost": 1}, "10 of 11 windows are bit-exact"),
        (Limits(bit_exact=True), {"bit_exact": None}, "nothing was compared"),
        (Limits(bit_exact=True), {"windows": 0, "bit_exact": 0}, "0 of 0 windows"),
        (Limits(1.0, True), {"bit_exact": 1}, r"asked for was 1; 1 of 10"),
    ],
)
def test_a_result_outside_of_them(asked: Limits, changes: dict[str, Any], text: str) -> None:
    with pytest.raises(LimitError, match=text):
        limits.check(asked, report(**changes))


def test_a_run_that_silicon_would_not_serve_proves_nothing() -> None:
    with pytest.raises(DeviceError, match="clock-off: GPIOA"):
        limits.check(Limits(), report(violations=["clock-off: GPIOA"]))


@pytest.mark.parametrize("value", [-0.1, 1.01, 91.7, float("nan")])
def test_an_accuracy_is_a_share(value: float) -> None:
    with pytest.raises(UsageError, match="not between 0 and 1"):
        Limits(min_accuracy=value)


def test_bit_exact_needs_a_reference() -> None:
    with pytest.raises(UsageError, match="exclude each other"):
        Limits(bit_exact=True, reference=False)

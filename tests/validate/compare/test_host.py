"""Reference against the C on this machine: what is planted is named, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from hargen import models
from hargen.errors import DataError, LimitError, UsageError
from hargen.validate.compare import comparison
from hargen.validate.compare.report import CompareReport, Place

from ..conftest import export
from .conftest import Edit, Run

WINDOWS = 40


def places(report: CompareReport) -> dict[str, Place]:
    return {place.name: place for place in report.places}


def equal_before(report: CompareReport, place: str) -> bool:
    """Whether every place in front of one was compared and found right."""
    before = [found.reference for found in report.places]
    before = before[: [found.name for found in report.places].index(place)]
    return bool(before) and all(match is not None and not match.values_differ for match in before)


def test_a_clean_project_has_nothing_to_show(demo: Path, run: Run) -> None:
    report = run(demo, synthetic=WINDOWS)
    assert not report.differs
    comparison.judge(report)
    assert report.stage == "raw"
    assert [place.name for place in report.places] == [
        *("unit", "filter", "rotation", "window", "input"),
        *("layer 0", "layer 1", "layer 2", "layer 3", "output", "class"),
    ]
    for place in report.places:
        assert place.board is None
        assert place.reference is not None
        assert (place.reference.windows, place.reference.windows_differ) == (WINDOWS, 0)
    found = places(report)
    # float32 is not float64, and is said to be that far from it
    assert found["filter"].reference is not None and found["filter"].reference.limit is not None
    assert 0 < found["filter"].reference.largest < found["filter"].reference.limit < 1e-3
    assert found["window"].from_float64 is not None
    assert 0 < found["window"].from_float64.rms < found["window"].from_float64.max < 1e-4
    assert (report.inputs, report.inputs_differ, report.classes_differ) == (72 * WINDOWS, 0, 0)
    # and comes back out of its own JSON
    assert CompareReport.model_validate(json.loads(report.to_json())) == report


@pytest.mark.parametrize(
    ("right", "wrong", "place"),
    [
        # a digit of a coefficient, the fifth: a hundredth of what the sensor can count
        (".b = {0.8813012f,", ".b = {0.8813412f,", "filter"),
        (".a = {0.08024162f,", ".a = {0.08034162f,", "filter"),
        (".source = {0, 1, 2}", ".source = {1, 0, 2}", "unit"),
        (".scale = {0.0011964113f,", ".scale = {-0.0011964113f,", "unit"),
        (".scale = {0.0011964113f,", ".scale = {0.0011964123f,", "unit"),
        (
            "hg_rotate_gravity_f32(sample, dynamic, sample);",
            "hg_rotate_gravity_f32(dynamic, sample, sample);",
            "rotation",
        ),
        (".settled = {-0.8813012f,", ".settled = {-0.8812012f,", "filter"),
        ("return HG_READY;", "stream->samples[6] += 1e-6f; return HG_READY;", "window"),
    ],
)
def test_a_wrong_step_of_the_preprocessing(
    edited: Edit, run: Run, right: str, wrong: str, place: str
) -> None:
    report = run(edited("Model/har_stream.c", right, wrong), synthetic=WINDOWS)
    first = report.reference_first
    assert first is not None
    assert (first.place, first.shape) == (place, [24, 3])
    assert first.window < 4  # a recursion moves only where the sensor does
    assert equal_before(report, place) or place == "unit"
    # the network is right about what it saw
    assert report.board_first is None
    assert places(report)["class"].reference is not None
    assert not places(report)["class"].reference.values_differ  # type: ignore[union-attr]
    sample, axis = first.element
    assert isinstance(first.ours, float) and isinstance(first.theirs, float)
    assert first.difference == pytest.approx(abs(first.ours - first.theirs))
    assert first.limit is not None and first.difference > first.limit
    assert first.steps[place][axis] == first.ours
    assert first.counts is not None and len(first.counts) == 24
    assert first.window_values[3 * sample : 3 * sample + 3] == first.steps["window"]
    with pytest.raises(LimitError, match="differs from the reference") as caught:
        comparison.judge(report)
    assert f"first at {place}" in str(caught.value)


def test_the_value_named_is_the_wrong_one(edited: Edit, run: Run) -> None:
    """The third sample's x, and no other, is changed behind the last step."""
    folder = edited(
        *("Model/har_stream.c", "return HG_READY;"),
        "stream->samples[6] += 1e-6f; return HG_READY;",
    )
    report = run(folder, synthetic=WINDOWS)
    first = report.reference_first
    assert first is not None
    assert first.element == [2, 0]
    match = places(report)["window"].reference
    assert match is not None
    assert (match.values_differ, match.windows_differ) == (WINDOWS, WINDOWS)
    assert first.samples == (0, 23)
    assert first.recording == "synthetic-stationary-0000"


# A wrong rounding in one kernel of the runtime, and the layers that have it
ROUNDINGS = {
    "convolution": (
        "return hg_add_high_half(base + (value >> 31), 2 * value, multiplier) >> shift;",
        "const int32_t half = (int32_t)1 << (shift - 1);"
        " return hg_add_high_half(base - half, 2 * value, multiplier) >> shift;",
        "layer 0",
    ),
    "fully connected": (
        "return hg_add_high_floor(base, value, multiplier) >> (shift - 32);",
        "const int32_t half = (int32_t)1 << (shift - 33);"
        " return hg_add_high_floor(base - half, value, multiplier) >> (shift - 32);",
        "layer 2",
    ),
}


@pytest.mark.parametrize("kernel", ROUNDINGS)
@pytest.mark.parametrize("stage", ["raw", "window", "int8"])
def test_a_wrong_rounding_in_one_kernel(edited: Edit, run: Run, kernel: str, stage: str) -> None:
    right, wrong, place = ROUNDINGS[kernel]
    report = run(edited("Runtime/hg_requantize.h", right, wrong), synthetic=WINDOWS, stage=stage)
    first = report.reference_first
    assert first is not None
    assert first.place == place
    assert stage == "int8" or equal_before(report, place)
    assert first.difference == 1
    assert first.limit == 0
    assert first.detail.startswith("operator ")
    assert len(first.element) == len(first.shape)
    assert len(first.window_values) == 72
    assert (first.counts is None) == (stage != "raw")


def test_a_wrong_quantization(edited: Edit, run: Run) -> None:
    product = ("Runtime/hg_quantize_product_s8.h", "x * rest,", "x * rest + 0.01f,")
    folder = edited(*product)
    report = run(folder, synthetic=WINDOWS)
    first = report.reference_first
    assert first is not None
    assert (first.place, first.shape, first.difference) == ("input", [24, 3, 1], 1)
    assert equal_before(report, "input")


def test_windows_cut_in_the_wrong_places(edited: Edit, run: Run) -> None:
    report = run(edited("Model/har.h", "#define HAR_HOP 24", "#define HAR_HOP 12"), synthetic=4)
    first = report.reference_first
    assert first is not None
    assert (first.place, first.window, first.ours, first.theirs) == ("window", 1, 35, 47)
    assert first.note == "the values are the number of the window's last sample"


def test_windows_that_never_come(edited: Edit, run: Run) -> None:
    folder = edited("Model/har_stream.c", "return HG_READY;", "return HG_MORE;")
    first = run(folder, synthetic=6).reference_first
    assert first is not None
    assert (first.place, first.window, first.ours, first.theirs) == ("window", 0, None, 23)


def test_classes_in_another_order(edited: Edit, run: Run) -> None:
    folder = edited("Model/har_data.c", '"walking",', '"running",')
    report = run(folder, synthetic=6)
    first = report.reference_first
    assert first is not None
    assert (first.place, first.element) == ("class names", [1])
    assert (first.ours, first.theirs) == ("running", "walking")


def test_the_earliest_window_and_in_it_the_earliest_place(edited: Edit, run: Run) -> None:
    """Two mistakes: a kernel of layer 2, and the unit of every sample."""
    folder = edited("Runtime/hg_requantize.h", *ROUNDINGS["fully connected"][:2])
    stream = folder / "Model/har_stream.c"
    text = stream.read_text().replace(".source = {0, 1, 2}", ".source = {0, 2, 1}")
    stream.write_text(text)
    report = run(folder, synthetic=WINDOWS)
    first = report.reference_first
    assert first is not None
    assert (first.place, first.window) == ("unit", 0)
    assert places(report)["layer 2"].reference.values_differ  # type: ignore[union-attr]


def test_an_earlier_window_comes_before_an_earlier_place(edited: Edit, run: Run) -> None:
    folder = edited("Runtime/hg_requantize.h", *ROUNDINGS["fully connected"][:2])
    stream = folder / "Model/har_stream.c"
    late = "stream->samples[6] += stream->position.windows < 3u ? 0.0f : 1e-6f; return HG_READY;"
    stream.write_text(stream.read_text().replace("return HG_READY;", late))
    report = run(folder, synthetic=WINDOWS)
    first = report.reference_first
    assert first is not None
    assert first.place == "layer 2"
    assert first.window < 3
    match = places(report)["window"].reference
    assert match is not None
    assert 0 < match.windows_differ < WINDOWS


# --- what is put in, and where


def test_ready_windows_have_no_counts(demo: Path, run: Run, tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(0, 3, (9, 24, 3)).astype(np.float32)
    np.savez(tmp_path / "windows.npz", x=x, y=np.zeros(9, np.int64))
    report = run(demo, data=tmp_path / "windows.npz")
    assert (report.stage, report.windows, report.differs) == ("window", 9, False)
    with pytest.raises(DataError, match="not samples as the sensor gives them"):
        run(demo, data=tmp_path / "windows.npz", stage="raw")


def test_a_model_without_preprocessing(run: Run, tmp_path: Path) -> None:
    folder = export(tmp_path / "har", models.default().tflite, preprocessing="none")
    report = run(folder, synthetic=9)
    assert (report.stage, report.differs) == ("window", False)
    with pytest.raises(UsageError, match="takes windows only"):
        run(folder, synthetic=9, stage="raw")


def test_the_first_windows_only(demo: Path, run: Run) -> None:
    assert run(demo, synthetic=60, limit=7).windows == 7


@pytest.mark.parametrize(
    ("fields", "error", "text"),
    [
        ({"synthetic": 3, "virtual": True, "port": "x"}, UsageError, "exclude each other"),
        ({}, UsageError, "give one of --data and --synthetic"),
        ({"synthetic": 3, "limit": 0}, UsageError, "--limit 0"),
        ({"synthetic": 0}, DataError, "0 synthetic windows"),
    ],
)
def test_requests_that_cannot_be_met(
    demo: Path, run: Run, fields: dict[str, object], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        run(demo, **fields)


def test_the_c_of_another_network_is_refused(edited: Edit, run: Run) -> None:
    folder = edited("Model/har.h", "#define HAR_LAYER_COUNT 4", "#define HAR_LAYER_COUNT 3")
    with pytest.raises(DataError, match="not what this version of hargen makes") as caught:
        run(folder, synthetic=3)
    assert "--force" in caught.value.hint

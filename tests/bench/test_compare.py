"""What is a rise, and what cannot be compared."""

from __future__ import annotations

from typing import Any

import pytest

from hargen.bench.compare import with_earlier
from hargen.bench.report import Layer, Model, Report, Spread


def same(value: int) -> Spread:
    return Spread(mean=value, min=value, max=value)


def layer(instructions: int = 10_000, summary: str = "CONV_2D: 24x3 -> 20x8") -> Layer:
    return Layer(
        index=0,
        summary=summary,
        kernel="hg_conv_2d_s8",
        input_channels=3,
        maccs=5000,
        instructions=same(instructions),
        cycles=instructions,
    )


def report(*, compiler: str = "12.2.1", optimize: str = "speed", **changes: Any) -> Report:
    figures: dict[str, Any] = {
        "model": "a.tflite",
        "sha256": "12ab",
        "status": "measured",
        "windows": 10,
        "windows_from": "synthetic",
        "maccs": 5000,
        "instructions": same(12_000),
        "flash_bytes": 8000,
        "layers": (layer(),),
    }
    return Report(
        hargen="0",
        board="B",
        clock_hz=1,
        optimize=optimize,
        compiler=compiler,
        models=(Model(**figures | changes),),
    )


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"instructions": same(12_120)},
        {"instructions": same(9000), "flash_bytes": 100},
        {"flash_bytes": 8064},
        {"layers": (layer(10_100),)},
        {"layers": (layer(20_000, "another layer"),)},
        {"layers": (layer(), layer())},
    ],
)
def test_so_much_may_be(changes: dict[str, Any]) -> None:
    found = with_earlier(report(**changes), report())
    assert (found.rises, found.notes) == ((), ())


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"instructions": same(12_121)}, "a.tflite: instructions 12121, was 12000, +1.0 %"),
        ({"flash_bytes": 8065}, "a.tflite: flash 8065 B, was 8000 B"),
        (
            {"layers": (layer(10_101),)},
            "a.tflite: layer 0, CONV_2D: 24x3 -> 20x8: instructions 10101, was 10000, +1.0 %",
        ),
    ],
)
def test_a_rise_is_told(changes: dict[str, Any], told: str) -> None:
    found = with_earlier(report(**changes), report())
    assert found.rises == (told,)
    assert found.notes == ()


def test_a_small_layer_may_rise_by_some_instructions() -> None:
    small = report(layers=(layer(100),))
    assert with_earlier(report(layers=(layer(132),)), small).rises == ()
    assert with_earlier(report(layers=(layer(133),)), small).rises != ()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"compiler": "13.2.1"}, "compiler 13.2.1 now, 12.2.1 then"),
        ({"optimize": "size"}, "optimize size now, speed then"),
        ({"sha256": "34cd"}, "another file"),
        ({"windows": 11}, "other windows"),
        ({"windows_from": "noise"}, "other windows then, synthetic"),
        ({"model": "b.tflite"}, "no figures of then"),
    ],
)
def test_what_is_not_the_same_is_not_compared(changes: dict[str, Any], why: str) -> None:
    found = with_earlier(report(instructions=same(99_999), **changes), report())
    assert found.rises == ()
    assert why in " ".join(found.notes)


def test_a_model_is_found_in_another_folder_unless_two_have_its_name() -> None:
    now = report(model="here/a.tflite", flash_bytes=9000)
    assert with_earlier(now, report(model="there/a.tflite")).rises != ()
    once = report(model="there/a.tflite")
    twice = once.model_copy(update={"models": (*once.models, *report(model="b/a.tflite").models)})
    assert "no figures of then" in " ".join(with_earlier(now, twice).notes)
    exact = report(model="b/a.tflite", flash_bytes=9000)
    assert with_earlier(exact, twice).rises != ()


def test_a_model_that_failed_is_neither_more_nor_less() -> None:
    failed = report(status="failed: why", exit_code=3)
    assert with_earlier(failed, report()) == with_earlier(report(), report())
    assert "no figures of then" in " ".join(with_earlier(report(), failed).notes)

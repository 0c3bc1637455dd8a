"""tools/targets.py: its file of goals, and its marks."""

from __future__ import annotations

import importlib.util
import sys
import tomllib
from types import ModuleType
from typing import Any

import pytest
from bench.figures import HERE, ZOO

from hargen.bench.report import Model, Spread
from hargen.zoo.published import Measured

TOOLS = HERE.parents[1] / "tools"


@pytest.fixture(scope="module")
def targets() -> ModuleType:
    spec = importlib.util.spec_from_file_location("targets", TOOLS / "targets.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # for its dataclasses
    spec.loader.exec_module(module)
    return module


def rows() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads((TOOLS / "targets.toml").read_text())["model"]
    return found


def test_every_model_with_a_goal_is_guarded_too(targets: ModuleType) -> None:
    found = [targets.Target(**row) for row in rows()]
    assert {target.file for target in found} == set(ZOO)
    names = {target.name for target in found}
    assert len(names) == len(found)
    assert {target.flash_share_of for target in found} <= names | {""}
    assert all(target.stretch is None or target.stretch < target.speed for target in found)


def measured(instructions: float, flash: int) -> Model:
    return Model(
        model="a.tflite",
        status="measured",
        maccs=13_008,
        instructions=Spread(mean=instructions, min=1, max=99_999),
        cycles=Spread(mean=1000, min=1, max=2000),
        weights_flash_bytes=1024,
        flash_bytes=flash,
        activation_ram_bytes=256,
        stack_bytes=1000,
    )


def test_what_is_not_reached_is_marked(
    targets: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    target = targets.Target(**rows()[0])
    reached = targets.Reached(
        target,
        measured(target.speed + 1, 8 * 1024),
        measured(1, 5 * 1024 + 513),
        Measured(inference_ms=0.5, clock_mhz=160.0, total_flash_kib=36.5),
    )
    targets.failures.clear()
    targets.print_zoo([reached])
    row = capsys.readouterr().out.splitlines()[-1]
    assert f"| {target.speed + 1:,} ! | {target.speed:,} |" in row
    assert "| 1,000, 80,000 |" in row
    assert "| 8.00, 8.00 | 5.50 !, 5.50 | 36.50 |" in row
    assert [text.split(":")[1] for text in targets.failures] == [" instructions", " flash for size"]


def test_flash_beside_the_weights_and_as_a_share(targets: ModuleType) -> None:
    classifier = next(row for row in rows() if row.get("flash_beside_weights_kib"))
    beside = targets.Reached(
        targets.Target(**classifier), measured(1, 5121), measured(1, 5120), Measured()
    )
    assert list(targets.cells(beside, {}))[8:10] == ["5.00 !, 5.00", "5.00, 5.00"]

    quantized = next(row for row in rows() if row.get("flash_share"))
    share = targets.Reached(
        targets.Target(**quantized), measured(1, 3585), measured(1, 3584), Measured()
    )
    flash = {quantized["flash_share_of"]: 10_240}
    assert list(targets.cells(share, flash))[8:10] == ["3.50 !, 3.50", "3.50, 3.50"]

"""tools/raw_stage.py: its marks, and a few windows of hargen's own model."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from bench.figures import HERE

ROOT = HERE.parents[1]
TOOL = ROOT / "tools/raw_stage.py"


@pytest.fixture
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("raw_stage", TOOL)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # for its dataclasses
    spec.loader.exec_module(module)
    return module


def report(**changes: Any) -> SimpleNamespace:
    distance = {"max": 2e-5, "inputs": 72000, "inputs_differ": 36, "classes_differ": 1}
    fields = {"windows": 1000, "lost": 0, "twin_exact": 1000, "violations": [], "judged": 900}
    distance |= {name: changes.pop(name) for name in tuple(changes) if name in distance}
    return SimpleNamespace(**fields | changes, preprocessing_distance=SimpleNamespace(**distance))


@pytest.mark.parametrize(
    ("changes", "filtered", "right", "cost", "missed"),
    [
        ({}, 1e-3, (800, 801), ((168, 200), 512), ""),
        ({"twin_exact": 999}, 1e-3, (800, 800), ((168, 200), 512), "not the twin"),
        ({"lost": 1}, 1e-3, (800, 800), ((168, 200), 512), "not the twin"),
        ({"violations": ["a rule"]}, 1e-3, (800, 800), ((168, 200), 512), "not the twin"),
        ({}, 1.1e-3, (800, 800), ((168, 200), 512), "m/s2 of the filter"),
        ({"inputs_differ": 37}, 1e-3, (800, 800), ((168, 200), 512), "int8 inputs"),
        ({"classes_differ": 2}, 1e-3, (800, 800), ((168, 200), 512), "classes that differ"),
        ({}, 1e-3, (802, 800), ((168, 200), 512), "windows right"),
        ({}, 1e-3, (800, 800), ((168, 201), 512), "instructions of a sample"),
        ({}, 1e-3, (800, 800), ((168, 200), 513), "bytes of context"),
    ],
)
def test_a_missed_goal_is_marked(
    tool: ModuleType,
    changes: dict[str, Any],
    filtered: float,
    right: tuple[int, int],
    cost: tuple[tuple[int, int], int],
    missed: str,
) -> None:
    subject = tool.Subject("1", "a.tflite", Path("a.tflite"), None)
    found = tool.Result(report(**changes), filtered, right)
    line = tool.line(subject, "data", found, tool.Cost(*cost))
    assert line.count("|") == len(tool.HEADINGS) + 1
    assert line.count("!") == len(tool.failures) == (missed != "")
    assert missed in " ".join(tool.failures)


def test_a_float_network_has_no_int8_inputs(tool: ModuleType) -> None:
    subject = tool.Subject("1", "a.h5", Path("a.h5"), None)
    found = tool.Result(report(inputs_differ=None), 1e-6, (1, 1))
    assert " | - | " in tool.line(subject, "data", found, tool.Cost((168, 168), 80))


@pytest.mark.long
def test_the_first_windows_of_the_model_that_hargen_ships(shared: Path) -> None:
    pytest.importorskip("unicorn", reason="the virtual board needs unicorn")
    done = subprocess.run(
        [sys.executable, str(TOOL), "--shared", str(shared), "--rows", "0", "--windows", "12"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    _, _, *rows = done.stdout.splitlines()
    assert [row.split(" | ")[2:5] for row in rows] == [
        ["mobility_v1/test.pkl", "12", "12"],
        ["st_har_26hz", "12", "12"],
    ]

"""hargen doctor: what is here, what is not, and how to get it."""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path

import pytest

from hargen.cli import checks
from hargen.cli.checks import Check

REQUIREMENTS = [
    "numpy>=2.0",
    "no-such-package>=1",
    "tensorflow>=2.18",
    "unicorn>=2.1.1; extra == 'virtual'",
    'no-such-extra; extra == "virtual"',
    "rich>=13.7",
    "onnx>=1.16; extra == 'svc'",
    "hargen[virtual,svc]; extra == 'all'",
    "no-such-tool; extra == 'dev'",
]


def test_packages_are_judged_by_hargens_own_metadata(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = {"numpy": "2.4.6", "tensorflow-cpu": "2.21.0", "unicorn": "2.1.4"}
    installed |= {"rich": "13.10.1", "onnx": "1.9"}

    def version(name: str) -> str:
        if name in installed:
            return installed[name]
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", lambda _: REQUIREMENTS)
    monkeypatch.setattr(metadata, "version", version)
    found = {check.name: check for check in checks._packages()}
    assert {name: check.status for name, check in found.items()} == {
        "numpy": "ok",
        "no-such-package": "missing",
        "tensorflow-cpu": "ok",
        "unicorn": "ok",
        "no-such-extra": "absent",
        "rich": "ok",
        "onnx": "absent",
    }
    assert found["no-such-package"].hint == "pip install 'no-such-package>=1'"
    assert found["onnx"].detail == "1.9 is older than 1.16"
    assert found["no-such-extra"].hint == "pip install 'hargen[virtual]'"


def test_a_missing_tool_is_exit_code_4(hargen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        checks,
        "all_checks",
        lambda: [
            Check("python", "ok", "3.11"),
            Check("cmake", "missing", "not installed", "pip install cmake"),
            Check("serial ports", "absent", "none"),
        ],
    )
    found = hargen("doctor", "--json", "-")
    assert found.code == 4
    assert [one["status"] for one in json.loads(found.out)["checks"]] == ["ok", "missing", "absent"]
    assert "pip install cmake" in found.err
    assert found.err.endswith("error: missing: cmake\n")


def test_an_extra_or_a_port_that_is_absent_is_fine(hargen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "all_checks", lambda: [Check("onnx", "absent", "not installed")])
    assert hargen("doctor").code == 0


def test_without_a_compiler_doctor_says_so(
    hargen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("hargen.build.toolchain._BUNDLED_BELOW_ROOT", ())
    monkeypatch.setattr("hargen.build.toolchain._BUNDLED_BELOW_HOME", ())
    found = hargen("doctor")
    assert found.code == 4
    assert "MISSING arm-none-eabi-gcc" in found.out
    assert "apt install gcc-arm-none-eabi" in found.out


def test_everything_here_is_named(hargen) -> None:
    found = hargen("doctor")
    for name in ("hargen: ", "python: ", "arm-none-eabi-gcc: ", "cmake: ", "ninja: ", "port"):
        assert name in found.out

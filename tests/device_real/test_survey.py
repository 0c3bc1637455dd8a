"""What doctor says of real boards."""

from __future__ import annotations

import grp
import os
from pathlib import Path

import pytest

from hargen.board import Board
from hargen.device.real import survey
from hargen.device.real.mass_storage import MassStorage
from hargen.device.real.volumes import Places


@pytest.fixture
def drives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """Return the files that tell of drives; there are none yet."""
    places = Places(*(tmp_path / name for name in ("mounts", "by-label", "block", "Volumes")))
    monkeypatch.setattr(survey, "MASS_STORAGE", MassStorage(places=places))
    return places


def test_tools_with_their_versions(tools) -> None:
    tools("STM32_Programmer_CLI", "print('STM32CubeProgrammer version: 2.17.0')")
    tools("openocd", "print('Open On-Chip Debugger 0.12.0', file=sys.stderr)")
    found = {name: (status, detail, hint) for name, status, detail, hint in survey.tools()}
    assert found["STM32_Programmer_CLI"][0] == "ok"
    assert found["STM32_Programmer_CLI"][1].startswith("2.17.0 (")
    assert found["OpenOCD"][1].startswith("0.12.0 (")
    assert found["pyOCD"][:2] == ("absent", "not installed")
    assert "pip install pyocd" in found["pyOCD"][2]


def test_an_openocd_without_the_boards_target(tools) -> None:
    tools("openocd", "print('Open On-Chip Debugger 0.11.0')")
    found = {name: (status, detail, hint) for name, status, detail, hint in survey.tools()}
    assert found["OpenOCD"][0] == "absent"
    assert found["OpenOCD"][1].startswith("0.11.0 (")
    assert "0.12 or newer" in found["OpenOCD"][2]


def test_pyocd_and_its_pack(target: Board, tools) -> None:
    assert list(survey.packs(target)) == []
    # as pyOCD 0.46 answers; without the pack it prints the head of its table alone
    head = "print('  Name   Vendor   Part Number   Families   Source  ')"
    notes = tools("pyocd", head)
    ((_, status, detail, hint),) = survey.packs(target)
    assert (status, detail) == ("absent", "stm32u585aiixq is not installed")
    assert "pyocd pack install stm32u585aiixq" in hint
    asked = "['list', '--targets', '--name', 'stm32u585aiixq']\n"
    assert notes.read_text(encoding="utf-8") == asked
    tools(
        "pyocd", f"{head}\nprint('  stm32u585aiixq   STMicroelectronics   STM32U585AIIxQ   pack')"
    )
    ((_, status, detail, _),) = survey.packs(target)
    assert (status, detail) == ("ok", "stm32u585aiixq")


def test_a_tool_that_does_not_start_is_absent(tools, tmp_path: Path) -> None:
    tools("openocd", "")
    (tmp_path / "bin/openocd").write_text("no program", encoding="utf-8")
    found = {name: (status, detail) for name, status, detail, _ in survey.tools()}
    assert found["OpenOCD"][0] == "absent"
    assert "cannot be started" in found["OpenOCD"][1]


def test_probes_and_who_holds_them(
    target: Board, plug, drives: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    plug()
    ((_, status, detail, hint),) = survey.probes(target)
    assert (status, detail) == ("absent", "none is plugged in")
    assert "--virtual" in hint
    plug(("/dev/ttyACM0", "AB12", 0x0483, 0x374E))
    monkeypatch.setattr("hargen.device.real.causes.holders", list)
    assert [found[1:3] for found in survey.probes(target)] == [
        ("ok", "AB12 on /dev/ttyACM0"),
        ("absent", "there is no DIS_U585AI or NOD_U585AI"),
    ]
    monkeypatch.setattr("hargen.device.real.causes.holders", lambda: ["openocd (pid 7)"])
    drives.by_label.mkdir()
    (drives.by_label / "DIS_U585AI").touch()
    found = list(survey.probes(target))
    assert [detail for _, _, detail, _ in found] == [
        "AB12 on /dev/ttyACM0",
        "openocd (pid 7) may hold the probe",
        "plugged in, but not mounted",
    ]
    assert "udisksctl mount" in found[2][3]
    (drives.volumes / "DIS_U585AI").mkdir(parents=True)
    assert list(survey.probes(target))[2][1:3] == ("ok", str(drives.volumes / "DIS_U585AI"))


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ('ATTRS{idVendor}=="0483", ATTRS{idProduct}=="374e", MODE="660"\n', "ok"),
        ('ATTRS{idVendor}=="0483", ATTRS{idProduct}=="374[bdef]"\n', "ok"),
        ('ATTRS{idVendor}=="0483", ATTRS{idProduct}=="374E"\n', "ok"),
        ('# ATTRS{idVendor}=="0483", ATTRS{idProduct}=="374e"\n', "absent"),
        ('ATTRS{idVendor}=="0483", ATTRS{idProduct}=="5740"\n', "absent"),
        ('ATTRS{idVendor}=="1366", ATTRS{idProduct}=="374e"\n', "absent"),
        ("", "absent"),
    ],
)
def test_udev_rules(target: Board, tmp_path: Path, text: str, status: str) -> None:
    (tmp_path / "60-some.rules").write_text(text, encoding="utf-8")
    found = survey.udev_rules([tmp_path, tmp_path / "none"], [target])
    assert found[1] == status
    assert (found[2] == "60-some.rules") == (status == "ok")


def test_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    class Group:
        gr_gid = 20

    def known(name: str) -> Group:
        if name == "dialout":
            return Group()
        raise KeyError(name)

    monkeypatch.setattr(grp, "getgrnam", known)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(os, "getegid", lambda: 1000)
    monkeypatch.setattr(os, "getgroups", lambda: [1000, 20])
    assert [found[:2] for found in survey.groups()] == [("group dialout", "ok")]
    monkeypatch.setattr(os, "getgroups", lambda: [1000])
    ((name, status, _, hint),) = survey.groups()
    assert (name, status) == ("group dialout", "absent")
    assert "usermod -aG dialout" in hint

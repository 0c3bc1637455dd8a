"""hargen build, flash, validate-serial and board run: what they do with a project, and refuse."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from hargen import board, models
from hargen.emit import project as exporting
from hargen.validate import reference

BOARD = "B-U585I-IOT02A"


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project of the embedded model that no test changes."""
    folder = tmp_path_factory.mktemp("exported") / "project"
    target = board.load(BOARD)
    exporting.export(models.default().tflite, folder, board=target, reference=reference.run)
    return folder


@pytest.fixture(scope="module")
def built(exported: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the same, compiled."""
    from hargen.build import compile as compiling

    folder = tmp_path_factory.mktemp("built") / "project"
    shutil.copytree(exported, folder)
    compiling.build(folder)
    return folder


@pytest.mark.parametrize(
    "command",
    [
        ["build"],
        ["flash", "--virtual"],
        ["validate-serial", "--virtual", "--synthetic", "3"],
        ["compare", "--synthetic", "3"],
        ["board", "run"],
    ],
)
@pytest.mark.parametrize("content", [None, "not TOML {", "schema = 99\n"])
def test_a_folder_that_is_no_project(
    hargen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str], content: str | None
) -> None:
    if content is not None:
        (tmp_path / "hargen.toml").write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for found in (hargen(*command), hargen(*command, tmp_path)):
        assert found.code == (2 if content is None else 3)
        assert found.err.count("error: ") == found.err.count("hint: ") == 1


def test_build_tells_the_footprint_of_the_elf(hargen, built: Path) -> None:
    found = hargen("build", built, "--json", "-")
    assert found.code == 0
    table = json.loads(found.out)
    size = table["footprint"]
    assert Path(table["elf"]).is_file()
    # definitions: the image is the sum of its parts, and lies in flash as the binary has it
    assert size["image"] == sum(size[k] for k in ("weights", "tables", "code", "other_flash"))
    assert size["image"] == Path(table["elf"]).with_suffix(".bin").stat().st_size
    assert f"{size['weights']} B flash" in found.err


def test_build_in_the_current_folder(hargen, built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(built)
    assert hargen("build").code == 0


def test_code_that_does_not_compile_is_one_error(hargen, built: Path, tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(built, folder, ignore=shutil.ignore_patterns("build"))
    with (folder / "Model/har.c").open("a", encoding="utf-8") as file:
        file.write("int broken(\n")
    found = hargen("build", folder)
    assert found.code == 4
    assert "har.c" in found.err


def test_a_missing_compiler_is_named(
    hargen, exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "project"
    shutil.copytree(exported, folder)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("hargen.build.toolchain._BUNDLED_BELOW_ROOT", ())
    monkeypatch.setattr("hargen.build.toolchain._BUNDLED_BELOW_HOME", ())
    found = hargen("build", folder)
    assert found.code == 4
    assert "arm-none-eabi-gcc is not installed" in found.err
    assert "apt install gcc-arm-none-eabi" in found.err


def test_a_real_board_without_a_way_to_it_is_told_the_ways(hargen, built: Path) -> None:
    found = hargen("flash", built, "--board", BOARD, "--tool", "mass-storage")
    assert found.code == 4
    assert "DIS_U585AI" in found.err
    assert str(built / "build/release/har.bin") in found.err
    assert "--virtual" in found.err


@pytest.mark.parametrize(
    ("options", "code", "text"),
    [
        (["--virtual", "--probe", "AB"], 2, "--virtual excludes"),
        (["--tool", "st-flash"], 2, "no tool 'st-flash'"),
        (["--probe", "AB", "--serial-number", "CD"], 2, "one of --probe and --serial-number"),
        (["--serial-number", "a b"], 2, "no serial number"),
        (["--probe", "no-such-probe"], 5, "no probe 'no-such-probe'"),
        (["--timeout", "nan"], 2, "is no time"),
    ],
)
def test_a_flash_that_cannot_be(
    hargen, built: Path, options: list[str], code: int, text: str
) -> None:
    found = hargen("flash", built, *options)
    assert (found.code, found.out) == (code, "")
    assert text in found.err


def test_another_board_than_the_projects(hargen, built: Path) -> None:
    found = hargen("flash", built, "--board", "NUCLEO", "--virtual")
    assert found.code == 2
    assert "unknown board 'NUCLEO'" in found.err


@pytest.mark.parametrize(
    ("options", "code", "text"),
    [
        (["--virtual"], 2, "give one of --data and --synthetic"),
        (["--synthetic", "5"], 2, "give one of --virtual and --port"),
        (["--virtual", "--port", "/dev/x", "--synthetic", "5"], 2, "one of --virtual and --port"),
        (["--virtual", "--synthetic", "5", "--min-accuracy", "91"], 2, "not between 0 and 1"),
        (["--virtual", "--synthetic", "0"], 3, "cannot make 0 synthetic windows"),
        (["--virtual", "--synthetic", "-1"], 3, "cannot make -1 synthetic windows"),
        (["--virtual", "--data", "/nowhere.npz"], 3, "no such file or folder"),
        (["--port", "/dev/nowhere", "--synthetic", "5"], 5, "there is no such port"),
        (["--port", "socket://127.0.0.1:1", "--synthetic", "5"], 5, "cannot connect"),
        (["--port", "socket://x", "--synthetic", "5"], 5, "not a socket's address"),
        (["--virtual", "--synthetic", "5"], 5, "flash"),
        (["--virtual", "--synthetic", "5", "--json", "/nowhere/a.json"], 2, "no folder /nowhere"),
        (
            ["--virtual", "--synthetic", "5", "--require-bit-exact", "--no-reference"],
            *(2, "exclude each other"),
        ),
    ],
)
def test_a_validation_that_cannot_be(
    hargen, exported: Path, options: list[str], code: int, text: str
) -> None:
    found = hargen("validate-serial", exported, *options)
    assert found.code == code, found
    assert text in found.err
    assert found.out == ""


@pytest.mark.parametrize(
    "options",
    [
        *(["validate-serial", "--baud", baud] for baud in ("-7", "0", "4294967296")),
        *(["validate-serial", "--timeout", seconds] for seconds in ("0", "-1", "nan", "inf")),
        ["validate-serial", "--seed", "-1"],
        *(["selftest", "--windows", count] for count in ("0", "-1")),
        *(["selftest", "--timeout", seconds] for seconds in ("0", "nan", "inf")),
    ],
    ids=" ".join,
)
def test_a_number_that_makes_no_sense(hargen, exported: Path, options: list[str]) -> None:
    command, option, value = options
    source = ["--synthetic", "5"] if command == "validate-serial" else []
    found = hargen(command, exported, "--virtual", *source, option, value)
    assert (found.code, found.out) == (2, "")
    assert option in found.err


def test_the_next_command_can_be_pasted(hargen, tmp_path: Path) -> None:
    folder = tmp_path / "mein Gerät & mehr"
    found = hargen("export", "default", "-o", folder, "--board", BOARD)
    *_, last = found.out.splitlines()
    assert shlex.split(last) == ["next:", "hargen", "build", str(folder)]


@pytest.mark.parametrize(
    "command", [["validate-serial", "--virtual", "--synthetic", "5"], ["board", "run"]]
)
def test_a_missing_extra_is_named_with_its_pip_line(
    hargen, exported: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setitem(sys.modules, "unicorn", None)  # as if it were not installed
    found = hargen(*command, exported)
    assert found.code == 4
    assert "pip install 'hargen[virtual]'" in found.err


def test_json_to_stdout_leaves_nothing_else_there(hargen, exported: Path) -> None:
    found = hargen("validate-serial", exported, "--virtual", "--json", "-")
    assert (found.code, found.out) == (2, "")

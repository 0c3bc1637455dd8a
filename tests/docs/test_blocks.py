"""Every fenced block of every page: commands run, outputs are compared, the rest is checked.

CONTRIBUTING.md says how such blocks are written.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import tomllib
from pathlib import Path

import pytest
from support import transcript
from support.docs_world import BOARD, World
from support.markdown import PAGES, ROOT, Block, blocks

from hargen import board
from hargen.device.real import detect

TAKEN_FOR_GRANTED = {
    "README.md": ("model.tflite", "test.pkl"),
    "docs/adding-a-board.md": ("har",),
    "docs/monitor.md": ("har",),
    "docs/quantize.md": ("model.keras", "windows.npz", "classifier.onnx"),
    "docs/real-boards.md": ("har",),
    "docs/troubleshooting.md": ("har", "test.pkl"),
    "docs/using-the-c.md": ("model.tflite",),
    "docs/virtual-board.md": ("har",),
}
"""Files of the reader's own, by page; har is a project that was built and flashed before."""

COMMANDS = ("sh", "console")
CHECKED = ("c", "python", "toml")  # Python by tests/svm/test_docs.py
SHOWN = ("text",)
"""Pictures of folders and of bytes, nothing that anybody could run."""

INSTALLABLE = {"cmake", "ninja-build", "openocd", "pyocd", "tensorflow"}
"""What pages may have installed beside hargen and what .ci/install-tools knows."""


REAL_BOARD = "docs/real-boards.md"
"""The page whose commands would find a real probe and ask its board, were there one."""


def with_commands(page: str) -> bool:
    return any(block.language in COMMANDS for block in blocks(page))


@pytest.mark.parametrize("page", PAGES)
def test_every_fence_has_a_known_language(page: str) -> None:
    for block in blocks(page):
        assert block.language in (*COMMANDS, *CHECKED, *SHOWN), f"{block.where}: no test knows it"


def test_nothing_is_taken_for_granted_by_a_page_that_is_not_there() -> None:
    assert set(TAKEN_FOR_GRANTED) <= {page for page in PAGES if with_commands(page)}


@pytest.mark.parametrize("page", [page for page in PAGES if with_commands(page)])
def test_commands(page: str, world) -> None:
    if page == REAL_BOARD and detect.find(board.load(BOARD)):
        pytest.skip("a real probe is plugged in: its board does not run what the page flashes")
    place: World = world(*TAKEN_FOR_GRANTED.get(page, ()))
    for block in blocks(page):
        place.begin()
        if block.language == "sh":
            code, printed = place.script(block.text)
            assert code == 0, f"{block.where}: exit code {code}\n{printed}"
        elif block.language == "console":
            run_console(place, block)
    for line in place.recorded:
        check_installable(line, page)


def run_console(place: World, block: Block) -> None:
    steps = transcript.steps(block.text, block.where)
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        wrong = place.step(step)
        assert not wrong, f"{block.where}: {step.command}\n{wrong}"
        asked = following is not None and following.command == "echo $?"
        assert asked or place.code == 0, f"{block.where}: {step.command}: exit code {place.code}"


def check_installable(line: str, page: str) -> None:
    """Fail unless what a stand-in was asked for exists."""
    name, *words = shlex.split(line)
    if name == "sudo":
        name, *words = words
    options = {word for word in words if word.startswith("-")}
    words = [word for word in words if word not in options]
    if name == "make":
        targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        assert words and set(words) <= set(targets), f"{page}: {line}"
    elif name in ("apt", "apt-get"):
        script = (ROOT / ".ci/install-tools").read_text()
        assert words[0] in ("install", "update"), f"{page}: {line}"
        assert set(words[1:]) <= {*re.findall(r"[\w+-]+", script), *INSTALLABLE}, f"{page}: {line}"
    elif name == "pip":
        assert words[0] == "install", f"{page}: {line}"
        for wanted in words[1:]:
            check_requirement(wanted, f"{page}: {line}")
    elif name == "pytest":
        assert all((ROOT / word).exists() for word in words if "/" in word), f"{page}: {line}"
    else:
        assert name in ("STM32_Programmer_CLI", "pyocd", "usermod"), f"{page}: {line}"


def check_requirement(wanted: str, where: str) -> None:
    found = re.fullmatch(r"([\w.-]+?)(?:\[(.*)\])?", wanted)
    assert found, where
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert found[1] in ("hargen", ".", *INSTALLABLE), where
    assert set(filter(None, (found[2] or "").split(","))) <= set(extras["optional-dependencies"])


TABLES = [block for page in PAGES for block in blocks(page) if block.language == "toml"]
SOURCES = [block for page in PAGES for block in blocks(page) if block.language == "c"]


@pytest.mark.parametrize("block", TABLES, ids=lambda block: block.where)
def test_toml_is_toml(block: Block) -> None:
    assert tomllib.loads(block.text)


@pytest.mark.parametrize("block", SOURCES, ids=lambda block: block.where)
def test_c_compiles_beside_the_generated_header(block: Block, world, tmp_path: Path) -> None:
    place: World = world()
    assert place.script("hargen export default -o c --format c")[0] == 0
    source = tmp_path / "block.c"
    source.write_text('#include "har.h"\n' + block.text, encoding="utf-8")
    folders = [f"-I{place.folder / 'c' / name}" for name in ("Model", "Runtime")]
    flags = ["-std=c11", "-fsyntax-only", "-Wall", "-Wextra", "-Werror"]
    done = subprocess.run(
        ["cc", *flags, *folders, str(source)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{block.where}\n{done.stderr}"

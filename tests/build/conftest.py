"""The tiny model's project, built once for the board."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support import firmware

from hargen.build.compile import Config, Image, build
from hargen.build.toolchain import find_gcc
from hargen.errors import ToolError


@pytest.fixture(scope="session")
def cross_gcc() -> Path:
    """Return the cross compiler."""
    try:
        return find_gcc().path
    except ToolError as error:
        pytest.skip(f"needs arm-none-eabi-gcc: {error}")


@pytest.fixture(scope="session")
def project(cross_gcc: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project whose warnings are errors, built both ways."""
    assert cross_gcc
    folder = firmware.assemble_project(tmp_path_factory.mktemp("project"))
    for config in ("release", "debug"):
        build_config(folder, config)
    return folder


@pytest.fixture(scope="session")
def workshop(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a built copy of the project, for tests that change a file and build what follows."""
    folder = tmp_path_factory.mktemp("workshop") / "project"
    shutil.copytree(project, folder, ignore=shutil.ignore_patterns("build"))
    build(folder, jobs=2)
    return folder


@pytest.fixture
def edit(workshop: Path) -> Iterator[Callable[[str, str, str], None]]:
    """Yield a function that replaces text in a file of the workshop until the test ends."""
    before: dict[Path, str] = {}

    def replace(name: str, old: str, new: str) -> None:
        path = workshop / name
        text = path.read_text(encoding="utf-8")
        before.setdefault(path, text)
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), encoding="utf-8")

    yield replace
    for path, text in before.items():
        path.write_text(text, encoding="utf-8")


def build_config(folder: Path, config: Config) -> Image:
    return build(folder, config, jobs=2, werror=True)

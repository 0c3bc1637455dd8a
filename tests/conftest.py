"""Fixtures and options that several folders of tests share."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes depends on the machine: no property has to do with that.
settings.register_profile("hargen", deadline=None)
settings.load_profile("hargen")

# A shell starts what it runs in the background with SIGINT ignored, and children inherit that: the
# tests of Ctrl-C would wait for ever.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run what is marked long too")
    parser.addoption("--port", help="serial port of a real board, for what is marked hil")
    parser.addoption(
        "--networks", type=int, default=200, help="random networks to compare (default 200)"
    )
    parser.addoption(
        "--accept-golden", action="store_true", help="take today's generated files as the golden"
    )
    parser.addoption("--project", help="the project that the board was flashed from already")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("long") and not config.getoption("--long"):
            item.add_marker(pytest.mark.skip(reason="long: make test-long"))
        if item.get_closest_marker("hil") and not config.getoption("--port"):
            item.add_marker(pytest.mark.skip(reason="needs a real board: --port /dev/ttyACM0"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of models and recordings that live beside the checkout."""
    path = Path(os.environ.get("HARGEN_SHARED", Path(__file__).parents[2] / "shared"))
    if not (path / "zoo").is_dir():
        pytest.skip(f"needs the shared folder at {path} or $HARGEN_SHARED")
    return path

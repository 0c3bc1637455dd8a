"""Fixtures that several folders of tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of models and recordings that live beside the checkout."""
    path = Path(os.environ.get("HARGEN_SHARED", Path(__file__).parents[2] / "shared"))
    if not (path / "zoo").is_dir():
        pytest.skip(f"needs the shared folder at {path} or $HARGEN_SHARED")
    return path


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a longer run draw more random networks."""
    parser.addoption(
        "--networks", type=int, default=200, help="random networks to compare (default 200)"
    )
    parser.addoption(
        "--accept-golden", action="store_true", help="take today's generated files as the golden"
    )

"""One test for every pipeline that the run asks for."""

from __future__ import annotations

import pytest


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "pipeline_seed" in metafunc.fixturenames:
        metafunc.parametrize("pipeline_seed", range(metafunc.config.getoption("--networks") // 10))

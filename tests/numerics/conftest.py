"""One test for every random network that the run asks for."""

from __future__ import annotations

import pytest


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "network_seed" in metafunc.fixturenames:
        metafunc.parametrize("network_seed", range(metafunc.config.getoption("--networks")))
    if "float_seed" in metafunc.fixturenames:
        metafunc.parametrize("float_seed", range(metafunc.config.getoption("--networks") // 2))

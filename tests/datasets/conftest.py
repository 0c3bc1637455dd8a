"""What tests of data sets share."""

from __future__ import annotations

import pytest

from hargen.preprocessing import Preprocessing, preset


@pytest.fixture(scope="session")
def zoo24() -> Preprocessing:
    return preset("st-zoo", window=24)


@pytest.fixture(scope="session")
def default24() -> Preprocessing:
    return preset("default", window=24)

"""Data that the tests of a session share; nobody writes to them."""

from __future__ import annotations

from pathlib import Path

import pytest

from scmlang.evaluate.truth import Units
from tests.evaluate.support import small_data, small_units


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_data(tmp_path_factory.mktemp("evaluate") / "data")


@pytest.fixture(scope="session")
def units(data: Path) -> Units:
    return small_units(data)

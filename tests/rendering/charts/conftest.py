"""One engine for all tests that only draw."""

from collections.abc import Iterator

import pytest

from utilities.rendering.charts.engine import ChartEngine


@pytest.fixture(scope="session")
def engine() -> Iterator[ChartEngine]:
    engine = ChartEngine()
    yield engine
    engine.discard_context()

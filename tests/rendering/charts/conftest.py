"""One engine for all tests that only draw."""

from collections.abc import Iterator

import pytest

from utilities.rendering.charts.engine import Engine


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    engine = Engine()
    yield engine
    engine.thread.submit(engine.throw_away).result()
    engine.thread.shutdown()

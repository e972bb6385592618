"""A simulated internet for each test, and the real Google client pointed at it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from demo.internet import Internet
from tests.demo.client import Client
from tests.noon import start_noon_clock


@pytest.fixture
async def internet(tmp_path: Path) -> AsyncIterator[Internet]:
    async with Internet(tmp_path, clock=start_noon_clock()) as found:
        yield found


@pytest.fixture
def client(internet: Internet) -> Iterator[Client]:
    found = Client(internet.environment)
    yield found
    found.pool.shutdown()

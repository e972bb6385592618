"""A pretend internet for each test, and the real Google client pointed at it."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from demo.internet import Internet
from tests.demo.client import Client

Ask = Callable[..., Any]


@pytest.fixture
async def internet(tmp_path: Path) -> AsyncIterator[Internet]:
    async with Internet(tmp_path) as found:
        yield found


@pytest.fixture
def client(internet: Internet) -> Client:
    return Client(internet.environment)

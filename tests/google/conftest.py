"""A pretend Google, and sources that ask it."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.google.pretend import Pretend, Watch
from utilities.config.settings import Settings
from utilities.sources.ga4 import Ga4Source
from utilities.sources.search_console import SearchConsoleSource


@pytest.fixture
async def google(tmp_path: Path) -> AsyncIterator[Pretend]:
    async with Pretend(tmp_path) as pretend:
        yield pretend


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
async def ga4(google: Pretend, watch: Watch, settings: Callable[..., Settings]) -> AsyncIterator[Ga4Source]:
    source = Ga4Source(settings(**google.settings), watch)
    yield source
    await source.close()


@pytest.fixture
async def searches(
    google: Pretend, watch: Watch, settings: Callable[..., Settings]
) -> AsyncIterator[SearchConsoleSource]:
    source = SearchConsoleSource(settings(**google.settings), watch)
    yield source
    await source.close()

"""A fake Google, and sources that query it."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.google.fake_google import FakeGoogle, ManualClock
from utilities.config.settings import Settings
from utilities.sources.ga4 import Ga4Source
from utilities.sources.search_console import SearchConsoleSource


@pytest.fixture
async def google(tmp_path: Path) -> AsyncIterator[FakeGoogle]:
    async with FakeGoogle(tmp_path) as pretend:
        yield pretend


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def ga4(google: FakeGoogle, clock: ManualClock, settings: Callable[..., Settings]) -> AsyncIterator[Ga4Source]:
    source = Ga4Source(settings(**google.settings), clock)
    yield source
    await source.close()


@pytest.fixture
async def searches(
    google: FakeGoogle, clock: ManualClock, settings: Callable[..., Settings]
) -> AsyncIterator[SearchConsoleSource]:
    source = SearchConsoleSource(settings(**google.settings), clock)
    yield source
    await source.close()

"""A page-view store of each engine: a DuckDB file, and ClickHouse's own engine in this process."""

import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from utilities.config.settings import Settings
from utilities.model.clock import utc_now
from utilities.pageviews.storage.interface import PageViewStore
from utilities.pageviews.storage.open import open_page_view_store

Reopen = Callable[[], Awaitable[PageViewStore]]


@pytest.fixture(autouse=True)
def new_york_time_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Sets the machine's time zone to New York, so that no result is right by chance."""
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(params=["duckdb", pytest.param("clickhouse", marks=pytest.mark.slow)])
def store_settings(request: pytest.FixtureRequest, settings: Callable[..., Settings], tmp_path: Path) -> Settings:
    """Settings of an empty store."""
    if request.param == "duckdb":
        return settings()
    return settings(clickhouse_url=request.getfixturevalue("clickhouse"))


@pytest.fixture
async def reopen(store_settings: Settings) -> AsyncIterator[Reopen]:
    """`await reopen()` closes the store and opens it again."""
    opened: list[Any] = []

    async def reopen_store() -> PageViewStore:
        while opened:
            await opened.pop().close()
        opened.append(await open_page_view_store(store_settings, utc_now))
        return opened[-1]

    yield reopen_store
    while opened:
        await opened.pop().close()
    shutil.rmtree(store_settings.data_dir, ignore_errors=True)


@pytest.fixture
async def views(reopen: Reopen) -> PageViewStore:
    return await reopen()

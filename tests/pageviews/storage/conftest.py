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
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine stands in New York, so that nothing is right by chance."""
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(params=["duckdb", "clickhouse"])
def kept_in(request: pytest.FixtureRequest, settings: Callable[..., Settings], tmp_path: Path) -> Settings:
    """Settings whose store is empty."""
    if request.param == "duckdb":
        return settings()
    return settings(clickhouse_url=request.getfixturevalue("clickhouse"))


@pytest.fixture
async def reopen(kept_in: Settings) -> AsyncIterator[Reopen]:
    """`await reopen()`: the store, closed and opened once more."""
    opened: list[Any] = []

    async def again() -> PageViewStore:
        while opened:
            await opened.pop().close()
        opened.append(await open_page_view_store(kept_in, utc_now))
        return opened[-1]

    yield again
    while opened:
        await opened.pop().close()
    shutil.rmtree(kept_in.data_dir, ignore_errors=True)


@pytest.fixture
async def views(reopen: Reopen) -> PageViewStore:
    return await reopen()

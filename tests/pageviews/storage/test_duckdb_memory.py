"""The memory of DuckDB does not grow with what was done."""

from collections.abc import Callable

import pytest

from tests.pageviews.storage.views import numbered
from utilities.config.settings import Settings
from utilities.model.clock import utc_now
from utilities.pageviews.storage import duckdb_engine
from utilities.pageviews.storage.duckdb_engine import DuckDBPageViewStore, open_duckdb_store
from utilities.pageviews.storage.interface import DeleteRequest

QUEUED_SQL = "SELECT sum(approximate_size) FROM duckdb_eviction_queues()"
LIMIT_SQL = "SELECT current_setting('memory_limit')"


async def queued_blocks(store: DuckDBPageViewStore) -> int:
    """Returns how many blocks DuckDB has noted, most of which are gone."""
    return int((await store.query(QUEUED_SQL, {}))[0][0])


@pytest.mark.parametrize("kind", ["journal", "night"])
async def test_blocks_that_are_gone_are_forgotten(
    settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch, kind: str
):
    """After many loads of the journal, and at night. No row is lost, and the limit of memory stays."""
    monkeypatch.setattr(duckdb_engine, "STATEMENTS_PER_RELEASE", 10_000)
    store = await open_duckdb_store(settings().data_dir / "pageviews.duckdb", utc_now)
    limit = await store.query(LIMIT_SQL, {})
    for number in range(20):
        await store.add_views([numbered(number)])
        await store.query("SELECT count(*) FROM page_views", {})
    before = await queued_blocks(store)
    if kind == "night":
        await store.delete_rows(DeleteRequest(site="none", path="/"))
    else:
        monkeypatch.setattr(duckdb_engine, "STATEMENTS_PER_RELEASE", 10)
        await store.add_views([numbered(20)])
        await store.flusher.catch_up()
    assert await queued_blocks(store) < before / 2
    assert await store.query(LIMIT_SQL, {}) == limit
    assert await store.query("SELECT count(DISTINCT path) FROM page_views", {}) == [(20 + (kind == "journal"),)]
    await store.close()

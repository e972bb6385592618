"""Commands use the store of the running server through its socket."""

import asyncio
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tests.pageviews.storage.views import NOON, numbered, view
from utilities.config.settings import Settings
from utilities.model.clock import utc_now
from utilities.model.errors import BadAnswer, StoreDown
from utilities.pageviews.storage.duckdb_engine import DuckDBPageViewStore
from utilities.pageviews.storage.interface import DeleteRequest, ExportFormat
from utilities.pageviews.storage.local_socket import LocalStoreClient
from utilities.pageviews.storage.open import STORE_SOCKET, connect_or_open_store, open_page_view_store


async def test_client_has_all_methods_of_the_store(settings: Callable[..., Settings], tmp_path: Path):
    settings_ = settings()
    owner = await open_page_view_store(settings_, utc_now)
    client = await connect_or_open_store(settings_, utc_now)
    assert isinstance(client, LocalStoreClient)
    await client.add_views([numbered(1), view(path="/$day", title="ü\n")])
    values = {"day": date(2026, 3, 10), "moment": NOON, "paths": ["/1", "/$day"]}
    sql = (
        "SELECT day, moment, path FROM page_views WHERE day = $day AND moment >= $moment AND path IN $paths ORDER BY 3"
    )
    rows = await client.query(sql, values)
    assert rows == await owner.query(sql, values)
    assert [row[2] for row in rows] == ["/$day", "/1"]
    with pytest.raises(BadAnswer, match="nonsense"):
        await client.query("SELECT nonsense", {})
    with pytest.raises(ValueError, match="does not fit"):
        await client.add_views([view(screen=2**40)])
    assert await client.export_rows(tmp_path / "all.csv", ExportFormat.CSV) == 2
    assert await client.delete_rows(DeleteRequest(before=date(2026, 3, 11), path="/1")) == 1
    assert (await owner.query("SELECT count(*) FROM page_views", {})) == [(1,)]
    assert (settings_.data_dir / STORE_SOCKET).stat().st_mode & 0o77 == 0
    await client.close()
    await owner.close()


async def test_client_raises_store_down_when_the_owner_ends(settings: Callable[..., Settings]):
    settings_ = settings()
    owner = await open_page_view_store(settings_, utc_now)
    client = await connect_or_open_store(settings_, utc_now)
    await client.add_views([numbered(0)])
    await owner.close()
    with pytest.raises(StoreDown):
        await client.add_views([numbered(1)])
    await client.close()
    store = await connect_or_open_store(settings_, utc_now)
    assert isinstance(store, DuckDBPageViewStore)
    await store.close()


async def test_socket_works_in_a_folder_with_a_long_name(settings: Callable[..., Settings], tmp_path: Path):
    settings_ = settings(data_dir=tmp_path / ("long" * 30))
    owner = await open_page_view_store(settings_, utc_now)
    client = await connect_or_open_store(settings_, utc_now)
    assert isinstance(client, LocalStoreClient)
    await asyncio.gather(*(client.add_views([numbered(number)]) for number in range(20)))
    await client.close()
    await owner.close()


async def test_invalid_requests_get_no_answer(settings: Callable[..., Settings]):
    settings_ = settings()
    owner = await open_page_view_store(settings_, utc_now)
    for nonsense in (b"GET / HTTP/1.1\r\n\r\n", b'{"method": "fly"}\n', b'{"method": "add_views"}\n', b"[]\n"):
        reader, writer = await asyncio.open_unix_connection(str(settings_.data_dir / STORE_SOCKET))
        writer.write(nonsense)
        writer.write_eof()
        assert b'"answer"' not in await reader.read()
        writer.close()
    await owner.add_views([numbered(1)])
    await owner.close()

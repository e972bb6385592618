"""Migrations run step by step, and a newer store is not opened."""

import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.pageviews.storage.conftest import Reopen
from tests.pageviews.storage.views import numbered
from utilities.model.clock import utc_now
from utilities.model.errors import SettingsError
from utilities.pageviews.storage import clickhouse_schema as click_schema
from utilities.pageviews.storage import duckdb_schema as duck_schema
from utilities.pageviews.storage.dropped_hits import DroppedHits
from utilities.pageviews.storage.duckdb_engine import open_duckdb_store
from utilities.pageviews.storage.interface import PageViewStore

NEXT = {4: ("ALTER TABLE page_views ADD COLUMN shoes INTEGER DEFAULT 42", "ALTER TABLE page_views DROP COLUMN shoes")}


async def test_store_of_a_newer_version_is_not_opened(views: PageViewStore, reopen: Reopen):
    await views.add_views([numbered(1)])
    client = getattr(views, "client", None)
    if client is None:
        (sql,) = ["INSERT INTO about VALUES (99)"]
        await views.query(sql, {})
    else:
        client.insert("about", [(99,)], column_names=["version"])
    with pytest.raises(SettingsError, match=r"A newer Foyer wrote the page views \(version 99\)"):
        await reopen()


async def test_older_table_is_migrated_once_and_keeps_its_rows(tmp_path: Path):
    file = tmp_path / "pageviews.duckdb"
    views = await open_duckdb_store(file, utc_now)
    await views.add_views([numbered(1)])
    await views.close()
    with duckdb.connect(str(file)) as connection:
        for _ in range(2):
            duck_schema.migrate_duckdb(connection, {**duck_schema.DUCKDB_MIGRATIONS, **NEXT})
        assert connection.execute("SELECT list(version ORDER BY version) FROM about").fetchall() == [([1, 2, 3, 4],)]
        assert connection.execute("SELECT path FROM page_views").fetchall() == [("/1",)]


async def test_counts_of_dropped_hits_stay_when_their_table_loses_its_key(tmp_path: Path):
    """Also when the process is killed at once, so that the migration is only in the write-ahead log."""
    file, copy = tmp_path / "pageviews.duckdb", tmp_path / "copy.duckdb"
    steps = duck_schema.DUCKDB_MIGRATIONS
    with duckdb.connect(str(file)) as connection:
        duck_schema.migrate_duckdb(connection, {version: steps[version] for version in (1, 2)})
        connection.execute("INSERT INTO dropped VALUES ('blog', '2026-03-09', 'bot', 7)")
        connection.execute("CHECKPOINT")
        duck_schema.migrate_duckdb(connection)
        for name in ("", ".wal"):
            shutil.copyfile(f"{file}{name}", f"{copy}{name}")
    for stored in (file, copy):
        views = await open_duckdb_store(stored, utc_now)
        await views.add_dropped_hits([DroppedHits("blog", date(2026, 3, 9), "bot", 2)] * 2)
        assert await views.query("SELECT hits FROM dropped ORDER BY hits", {}) == [(2,), (2,), (7,)]
        await views.close()


def test_failed_migration_leaves_the_table_unchanged(tmp_path: Path):
    with duckdb.connect(str(tmp_path / "pageviews.duckdb")) as connection:
        bad = {4: (NEXT[4][0], "this is no SQL")}
        with pytest.raises(duckdb.Error):
            duck_schema.migrate_duckdb(connection, {**duck_schema.DUCKDB_MIGRATIONS, **bad})
        connection.rollback()
        assert connection.execute("SELECT max(version) FROM about").fetchall() == [(3,)]
        assert "shoes" not in [name for name, *_ in connection.execute("DESCRIBE page_views").fetchall()]


def test_both_engines_have_the_same_versions():
    assert list(duck_schema.DUCKDB_MIGRATIONS) == list(click_schema.CLICKHOUSE_MIGRATIONS)

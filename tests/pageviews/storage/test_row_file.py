"""Imports load row files, in both engines."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from tests.pageviews.storage.views import NOON, numbered, view
from utilities.pageviews.sql.columns import COLUMN_NAMES
from utilities.pageviews.storage import clickhouse_engine
from utilities.pageviews.storage.interface import PageViewStore
from utilities.pageviews.storage.row_file import RowFile

ALL = f"SELECT {', '.join(COLUMN_NAMES)} FROM page_views ORDER BY moment"


async def test_rows_of_a_row_file_are_stored_once_and_unchanged(views: PageViewStore, tmp_path: Path):
    odd = view(at=NOON + timedelta(days=1), title=" \r\n\x1d\x1e\x1f\t'", path='/"', referrer="")
    pages = [numbered(1), numbered(2), odd, numbered(2)]
    with RowFile(tmp_path / "it's.rows") as lot:
        for page in pages:
            lot.write_view(page)
        assert await views.load_row_file(lot.flush_rows()) == 3
        stored = await views.query(ALL, {})
        lot.clear_rows()
        for page in [*pages, numbered(3)]:
            lot.write_view(page)
        assert await views.load_row_file(lot.flush_rows()) == 1
    await views.add_views(pages)
    again = await views.query(ALL, {})
    assert [row for row in again if row in stored] == stored
    assert len(again) == 4
    assert (again[-1][COLUMN_NAMES.index("title")], again[-1][COLUMN_NAMES.index("path")]) == (odd.title, odd.path)


async def test_new_rows_of_a_row_file_are_its_own_while_others_are_stored(
    views: PageViewStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(clickhouse_engine, "MAX_COMMIT_ROWS", 2)
    await views.add_views([numbered(1)])
    with RowFile(tmp_path / "log.rows") as file:
        for number in (1, 2, 3, 3):
            file.write_view(numbered(number))
        new, _ = await asyncio.gather(
            views.load_row_file(file.flush_rows()),
            views.add_views([numbered(number) for number in range(10, 30)]),
        )
    assert new == 2
    assert await views.query("SELECT count(*) FROM page_views", {}) == [(23,)]

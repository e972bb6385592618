"""Imports load row files, in both engines."""

from datetime import timedelta
from pathlib import Path

from tests.pageviews.storage.views import NOON, numbered, view
from utilities.pageviews.sql.columns import COLUMN_NAMES
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

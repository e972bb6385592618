"""Deletes, retention and exports in both engines."""

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.pageviews.storage.conftest import Reopen
from tests.pageviews.storage.views import NOON, numbered, view
from utilities.config.settings import Settings
from utilities.model.clock import utc_now
from utilities.pageviews.sql.columns import COLUMN_NAMES
from utilities.pageviews.storage.interface import DeleteRequest, ExportFormat, PageViewStore
from utilities.pageviews.storage.open import DUCKDB_FILE, open_page_view_store
from utilities.pageviews.storage.retention import DEFAULT_RETENTION_MONTHS, delete_expired_views, months_before

OLD = datetime(2024, 2, 1, 12, tzinfo=UTC)


@pytest.fixture
async def five(views: PageViewStore) -> PageViewStore:
    await views.add_views(
        [
            view(path="/a", visitor=1),
            view(path="/a/b", visitor=2),
            view(path="/c", visitor=1, at=OLD),
            view(path="/a", visitor=3, site="other"),
            view(path="/%", visitor=4, at=OLD, site="other"),
        ]
    )
    return views


@pytest.mark.parametrize(
    ("request_", "left"),
    [
        (DeleteRequest(visitor=1), ["/%", "/a", "/a/b"]),
        (DeleteRequest(visitor=1, path="/a"), ["/%", "/a", "/a/b", "/c"]),
        (DeleteRequest(path="/a"), ["/%", "/a/b", "/c"]),
        (DeleteRequest(path="/a*"), ["/%", "/c"]),
        (DeleteRequest(path="/%*"), ["/a", "/a", "/a/b", "/c"]),
        (DeleteRequest(path="/a", site="main"), ["/%", "/a", "/a/b", "/c"]),
        (DeleteRequest(before=date(2026, 3, 10)), ["/a", "/a", "/a/b"]),
        (DeleteRequest(before=date(2026, 3, 10), site="main"), ["/%", "/a", "/a", "/a/b"]),
        (DeleteRequest(visitor=99), ["/%", "/a", "/a", "/a/b", "/c"]),
    ],
)
async def test_only_matching_rows_are_deleted(
    five: PageViewStore, reopen: Reopen, request_: DeleteRequest, left: list[str]
):
    assert await five.delete_rows(request_) == 5 - len(left)
    five = await reopen()
    assert [path for (path,) in await five.query("SELECT path FROM page_views ORDER BY path", {})] == left
    assert five.health()["rows"] == len(left)


async def test_delete_request_without_conditions_is_an_error(five: PageViewStore):
    for request in (DeleteRequest(), DeleteRequest(site="main"), DeleteRequest(path="*")):
        with pytest.raises(ValueError, match="say what to delete"):
            await five.delete_rows(request)


async def test_each_site_has_its_own_retention(five: PageViewStore):
    await five.add_views([view(site="unknown", at=OLD), view(site="unknown", at=OLD + timedelta(days=30))])
    months = {"main": 25, "other": 26}
    assert (
        await delete_expired_views(five, lambda site: months.get(site, DEFAULT_RETENTION_MONTHS), date(2026, 3, 15))
        == 2
    )
    rows = await five.query("SELECT site, count(*) FROM page_views GROUP BY site ORDER BY site", {})
    assert rows == [("main", 2), ("other", 2), ("unknown", 1)]


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(2026, 3, 15), 25, date(2024, 2, 15)),
        (date(2026, 3, 15), 1200, date(1926, 3, 15)),
        (date(90, 1, 1), 1200, date.min),
    ],
)
def test_months_before_follows_the_calendar(day: date, months: int, before: date):
    assert months_before(day, months) == before


async def test_export_is_complete_and_in_order(views: PageViewStore, tmp_path: Path, subtests: pytest.Subtests):
    odd = view(title='a "title", with\nlines', props='{"a": 1}', path="/é", at=NOON - timedelta(days=1), site="other")
    await views.add_views([numbered(2), numbered(1), odd])
    for form in ExportFormat:
        with subtests.test(form=form):
            file = tmp_path / f"it's all.{form}"
            assert await views.export_rows(file, form) == 3
            read = duckdb.read_csv(str(file)) if form is ExportFormat.CSV else duckdb.read_parquet(str(file))
            assert tuple(read.columns) == COLUMN_NAMES
            assert read.project("path, title, day, hour").fetchall()[0] == ("/é", odd.title, date(2026, 3, 9), 13)
            assert [row[0] for row in read.project("path").fetchall()] == ["/é", "/1", "/2"]
            assert await views.export_rows(file, form, "main") == 2


async def test_files_of_a_store_are_readable_by_their_owner_only(settings: Callable[..., Settings]):
    settings_ = settings()
    views = await open_page_view_store(settings_, utc_now)
    await views.add_views([numbered(1)])
    modes = {path.name: path.stat().st_mode & 0o77 for path in settings_.data_dir.iterdir()}
    await views.close()
    assert modes.pop(f"{DUCKDB_FILE}.wal", 0) in (0, 0o44)  # DuckDB makes it as it likes
    assert set(modes.values()) == {0}


async def test_csv_for_spreadsheets_never_begins_a_formula(views: PageViewStore, tmp_path: Path):
    titles = ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "  =1", "＝1", "\t=1", "plain - text", "'quoted", ""]
    await views.add_views([view(title=title, at=NOON + timedelta(minutes=n)) for n, title in enumerate(titles)])
    for raw in (False, True):
        file = tmp_path / f"{raw}.csv"
        assert await views.export_rows(file, ExportFormat.CSV, raw=raw) == len(titles)
        with file.open(encoding="utf-8", newline="") as lines:
            stored = [row["title"] for row in csv.DictReader(lines)]
        assert stored == [f"'{title}" if number < 7 and not raw else title for number, title in enumerate(titles)]

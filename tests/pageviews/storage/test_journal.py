"""The journal and its flusher: recovery, import of old journals, room for hits, thread priorities."""

import io
import os
import threading
from datetime import date
from pathlib import Path

import pytest

from tests.pageviews.storage.views import numbered, view
from utilities.model.clock import utc_now
from utilities.pageviews.sql.columns import to_stored_row
from utilities.pageviews.storage.duckdb_engine import DuckDBPageViewStore, open_duckdb_store
from utilities.pageviews.storage.journal import Journal, encode_row, valid_length
from utilities.pageviews.storage.query_pool import QUERY_NICENESS
from utilities.runtime.worker_pool import CancelHandle


@pytest.mark.slow
async def test_import_leaves_room_for_hits(tmp_path: Path):
    views = await open_duckdb_store(tmp_path / "pageviews.duckdb", utc_now)
    most = 0
    for lot in range(30):
        await views.add_views([numbered(1000 * lot + number) for number in range(1000)])
        most = max(most, views.flusher.unflushed_rows())
    assert most <= views.commit.capacity // 4 + 1000
    assert await views.query("SELECT count(*) FROM page_views", {}) == [(30_000,)]
    await views.close()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="only Linux knows the niceness of threads")
async def test_query_threads_have_low_priority_and_the_writer_does_not(tmp_path: Path):
    views = await open_duckdb_store(tmp_path / "pageviews.duckdb", utc_now)
    await views.add_views([numbered(1)])
    usual = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    def niceness(cancel: CancelHandle) -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) - usual

    assert await views.query_pool.run(niceness) == QUERY_NICENESS - usual
    assert priority_of(views.commit.thread) == priority_of(views.flusher.thread) == usual
    await views.close()


def priority_of(thread: threading.Thread) -> int:
    assert thread.native_id
    return os.getpriority(os.PRIO_PROCESS, thread.native_id)


async def test_store_can_be_closed_twice(tmp_path: Path):
    views: DuckDBPageViewStore = await open_duckdb_store(tmp_path / "pageviews.duckdb", utc_now)
    await views.close()
    await views.close()


def test_only_complete_lines_are_valid():
    lines = [encode_row(to_stored_row(view(title=title))) for title in ("one", "a\nb\n\nc", "three")]
    length = sum(map(len, lines))
    assert valid_length(io.BytesIO(b"".join(lines))) == length
    last = lines[-1]
    for broken in (last[:-1], last[:-5] + b"\n", b"\n", last.replace(b"three", b"trees"), b"\0" * 50 + b"\n"):
        assert valid_length(io.BytesIO(b"".join([*lines, broken, *lines]))) == length


async def test_lines_before_a_broken_one_are_recovered(tmp_path: Path):
    journal = Journal(tmp_path / "pageviews.journal")
    journal.append_lines([encode_row(to_stored_row(numbered(number % 3))) for number in range(5)])
    journal.append_lines([encode_row(to_stored_row(numbered(3)))[:40], b"\n" * 5000])
    journal.close()
    views = await open_duckdb_store(tmp_path / "pageviews.duckdb", utc_now)
    assert await views.query("SELECT path FROM page_views ORDER BY path", {}) == [("/0",), ("/1",), ("/2",)]
    await views.close()


async def test_only_the_line_that_the_engine_cannot_read_is_skipped(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    journal = Journal(tmp_path / "pageviews.journal")
    rows = [to_stored_row(numbered(number)) for number in range(3)]
    rows[1] = tuple("no day" if type(each) is date else each for each in rows[1])
    journal.append_lines([encode_row(row) for row in rows])
    journal.close()
    views = await open_duckdb_store(tmp_path / "pageviews.duckdb", utc_now)
    assert await views.query("SELECT path FROM page_views ORDER BY path", {}) == [("/0",), ("/2",)]
    assert "A page view cannot be stored" in caplog.text
    await views.close()

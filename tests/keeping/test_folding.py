"""Between the journal and the table: an import leaves room to others, and the writer stands before the askers."""

import os
import threading
from pathlib import Path

import pytest

from tests.keeping.views import numbered
from utilities.clock import utc_now
from utilities.pageviews.asking import Stop
from utilities.pageviews.columns import row_of
from utilities.pageviews.duck import DuckPageViews, open_duck
from utilities.pageviews.journal import Journal, line_of, row_in


async def test_import_leaves_room_to_those_who_look_at_a_page_just_now(tmp_path: Path):
    views = await open_duck(tmp_path / "pageviews.duckdb", utc_now)
    most = 0
    for lot in range(30):
        await views.add([numbered(1000 * lot + number) for number in range(1000)])
        most = max(most, views.folding.behind())
    assert most <= views.commit.room // 4 + 1000
    assert await views.ask("SELECT count(*) FROM page_views", {}) == [(30_000,)]
    await views.close()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="only Linux knows the niceness of threads")
async def test_askers_stand_back_and_the_writer_does_not(tmp_path: Path):
    views = await open_duck(tmp_path / "pageviews.duckdb", utc_now)
    await views.add([numbered(1)])
    usual = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    def niceness(stop: Stop) -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) - usual

    assert await views.questions.run(niceness) == 10
    assert priority_of(views.commit.thread) == priority_of(views.folding.thread) == usual
    await views.close()


def priority_of(thread: threading.Thread) -> int:
    assert thread.native_id
    return os.getpriority(os.PRIO_PROCESS, thread.native_id)


async def test_store_can_be_closed_twice(tmp_path: Path):
    views: DuckPageViews = await open_duck(tmp_path / "pageviews.duckdb", utc_now)
    await views.close()
    await views.close()


def test_line_of_the_journal_gives_back_its_row_and_nothing_else_does():
    row = row_of(numbered(7))
    line = line_of(row)
    assert row_in(line) == row
    for broken in (line[:-1], line[:-5] + b"\n", b"\n", b"", line.replace(b"/7", b"/8"), b"\0" * 50 + b"\n"):
        assert row_in(broken) is None


def test_journal_keeps_what_is_before_a_broken_line(tmp_path: Path):
    journal = Journal(tmp_path / "journal")
    rows = [row_of(numbered(number)) for number in range(3)]
    journal.write(rows)
    with (tmp_path / "journal").open("ab") as file:
        file.write(line_of(rows[0])[:40])
    assert journal.rows() == rows
    journal.shorten()
    assert journal.rows() == []
    journal.close()

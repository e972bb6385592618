"""Logs of one command are one log in order of time, whatever the order of their lines."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from tests.pageviews.log_import.conftest import ImportFiles, line
from tests.pageviews.log_import.test_importing import ROWS
from utilities.pageviews.storage.interface import PageViewStore

pytestmark = pytest.mark.slow

Write = Callable[..., Path]


async def test_logs_of_one_command_are_ordered_by_time(import_files: ImportFiles, write: Write, views: PageViewStore):
    first = write([line(at=f"17/May/2015:{hour}:00:00 +0000") for hour in ("08", "20")], "web1.log")
    second = write([line(at=f"17/May/2015:{hour}:10:00 +0000") for hour in ("08", "20")], "web2.log")
    await import_files(first, second)
    sql = "SELECT count(*), date_diff('minute', min(moment), max(moment)) FROM page_views GROUP BY visit"
    assert await views.query(sql, {}) == [(2, 10), (2, 10)]


async def test_copies_in_one_command_count_once_and_two_servers_twice(
    import_files: ImportFiles, write: Write, views: PageViewStore
):
    one, copy = write([line(address="87.150.1.1")] * 2), write([line(address="87.150.1.1")] * 2, "copy.log")
    other = write([line(address="87.150.1.2")], "web2.log")
    summaries = await import_files(one, copy, other)
    assert [summary.new for summary in summaries] == [2, 0, 1]
    assert len({row[1] for row in await views.query(ROWS, {})}) == 2
    assert [summary.new for summary in await import_files(other, copy)] == [0, 0]


@pytest.fixture
def shuffled(recorded: Path, tmp_path: Path) -> Path:
    lines = recorded.read_bytes().splitlines(keepends=True)
    Random(7).shuffle(lines)
    (tmp_path / "shuffled.log").write_bytes(b"".join(lines))
    return tmp_path / "shuffled.log"


async def test_shuffled_log_has_the_visits_of_the_sorted_one(
    import_files: ImportFiles, shuffled: Path, views: PageViewStore
):
    await import_files(shuffled, site="semicomplete.com")
    lengths = "SELECT date_diff('second', min(moment), max(moment)) AS seconds FROM page_views GROUP BY visit"
    [(visits, mean)] = await views.query(f"SELECT count(*), avg(seconds) FROM ({lengths}) AS visits", {})
    assert (visits, round(mean, 1)) == (1_056, 6.0)

"""Group commit: one write for many adds, answered after the write, and Overloaded when there is no room."""

import asyncio
import threading
from collections.abc import Sequence

import pytest

from tests.pageviews.storage.views import numbered
from tests.waiting import wait_until
from utilities.model.clock import utc_now
from utilities.model.errors import Overloaded, StoreDown
from utilities.pageviews.sql.columns import StoredRow, to_stored_row
from utilities.pageviews.storage.group_commit import MAX_COMMIT_ROWS, GroupCommit

ROWS = [to_stored_row(numbered(number)) for number in range(MAX_COMMIT_ROWS + 10)]


class Disk:
    """Writes only while `free` is set, and records the size of each batch."""

    def __init__(self) -> None:
        self.free = threading.Event()
        self.free.set()
        self.batches: list[int] = []
        self.writes_started = 0
        self.full = False

    def write(self, rows: Sequence[StoredRow]) -> None:
        self.writes_started += 1
        assert self.free.wait(10)
        if self.full:
            raise StoreDown("The disk is full.")
        if ROWS[1] in rows:
            raise ValueError("not this one")
        self.batches.append(len(rows))


async def test_rows_added_during_a_write_share_the_next_one():
    disk = Disk()
    commit = GroupCommit(disk.write, utc_now)
    disk.free.clear()
    first = asyncio.create_task(commit.add_rows(ROWS[:1]))
    await wait_until(lambda: disk.writes_started == 1)
    others = [asyncio.create_task(commit.add_rows([row])) for row in ROWS[10:60]]
    await wait_until(lambda: len(commit.queue) == 50)
    assert not first.done()
    assert not any(other.done() for other in others)
    disk.free.set()
    await asyncio.gather(first, *others)
    assert disk.batches == [1, 50]
    await commit.close()


async def test_overloaded_is_raised_until_there_is_room_again():
    disk = Disk()
    acknowledged = 0
    commit = GroupCommit(disk.write, utc_now, unflushed_rows=lambda: acknowledged, capacity=10)
    disk.free.clear()
    waiting = [asyncio.create_task(commit.add_rows([row])) for row in ROWS[10:18]]
    await wait_until(lambda: commit.pending_rows == 8)
    with pytest.raises(Overloaded):
        await commit.add_rows(ROWS[20:23])
    acknowledged = 2
    with pytest.raises(Overloaded):
        await commit.add_rows(ROWS[20:21])
    assert commit.health()["waiting"] == 10
    disk.free.set()
    await asyncio.gather(*waiting)
    await commit.add_rows(ROWS[20:28])
    await commit.close()


async def test_large_batches_do_not_delay_small_ones():
    disk = Disk()
    commit = GroupCommit(disk.write, utc_now)
    await asyncio.gather(*(commit.add_rows(rows) for rows in (ROWS[10:11], ROWS[10:], ROWS[10:12])))
    assert disk.batches == [1, MAX_COMMIT_ROWS, 2]
    await commit.close()


async def test_full_disk_fails_every_add_and_health_reports_it():
    disk = Disk()
    commit = GroupCommit(disk.write, utc_now)
    disk.full = True
    ends = await asyncio.gather(*(commit.add_rows([row]) for row in ROWS[10:13]), return_exceptions=True)
    assert {type(end) for end in ends} == {StoreDown}
    assert commit.health()["answers"] is False
    disk.full = False
    await commit.add_rows(ROWS[10:11])
    assert commit.health()["answers"] is True
    assert commit.pending_rows == 0
    await commit.close()


async def test_invalid_row_fails_only_its_own_add():
    disk = Disk()
    commit = GroupCommit(disk.write, utc_now)
    ends = await asyncio.gather(*(commit.add_rows([row]) for row in ROWS[:5]), return_exceptions=True)
    assert [type(end) for end in ends] == [type(None), ValueError, *[type(None)] * 3]
    await commit.close()


async def test_cancelled_add_does_not_affect_the_others():
    disk = Disk()
    commit = GroupCommit(disk.write, utc_now)
    disk.free.clear()
    leaver, stayer = (asyncio.create_task(commit.add_rows([row])) for row in ROWS[10:12])
    await wait_until(lambda: commit.pending_rows == 2)
    leaver.cancel()
    disk.free.set()
    await stayer
    assert sum(disk.batches) == 2
    assert commit.pending_rows == 0
    await commit.close()

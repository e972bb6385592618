"""Dropped hits are reported by day and reason, in both engines, also after a restart."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.handlers.collect.test_limits import FailingStore
from tests.pageviews.classify.conftest import CHROME
from tests.pageviews.queries.conftest import MakeSource
from tests.pageviews.queries.week import NOW
from utilities.config.settings import Settings
from utilities.model.errors import StoreDown
from utilities.pageviews import DropReason
from utilities.pageviews.classify.dropped_counter import UNDECIDED_SECONDS, DroppedCounter
from utilities.pageviews.classify.dropped_files import DroppedFiles
from utilities.pageviews.collect.beacon import BeaconPayload
from utilities.pageviews.collection import Collection, open_collection
from utilities.pageviews.storage.dropped_hits import DroppedHits
from utilities.pageviews.storage.interface import DeleteRequest, PageViewStore
from utilities.pageviews.storage.open import open_page_view_store
from utilities.pageviews.storage.retention import delete_expired_views
from utilities.sources.pageviews import PageViewQuery

MONDAY, TUESDAY = date(2026, 3, 9), date(2026, 3, 10)
TWO_DAYS = PageViewQuery("dropped", first="2026-03-09", last="now")


async def test_counts_add_up_by_day_and_reason_and_are_deleted_with_their_day(
    make_source: MakeSource, page_view_store: PageViewStore
):
    source = await make_source()
    await page_view_store.add_dropped_hits(
        [DroppedHits("blog", MONDAY, "bot", 2), DroppedHits("blog", TUESDAY, "spam", 1)]
    )
    await page_view_store.add_dropped_hits(
        [DroppedHits("blog", TUESDAY, "spam", 3), DroppedHits("blog", TUESDAY, "bot", 1)]
    )
    await page_view_store.add_dropped_hits(
        [DroppedHits("shop", TUESDAY, "bot", 5), DroppedHits("blog", date(2026, 3, 8), "bot", 7)]
    )
    frame = await source.fetch_frame(TWO_DAYS)
    keys = [column.key for column in frame.columns]
    assert keys == ["day", "dropped", *(reason.value for reason in DropReason)]
    others = (0,) * (len(DropReason) - 3)
    assert frame.rows == (("2026-03-09", 2, 2, 0, 0, *others), ("2026-03-10", 5, 1, 0, 4, *others))
    await page_view_store.delete_rows(DeleteRequest(path="/", site="blog"))
    await page_view_store.delete_rows(DeleteRequest(before=TUESDAY, site="blog"))
    assert (await source.fetch_frame(TWO_DAYS)).column_values("dropped") == (None, 5)  # there is no view
    await delete_expired_views(page_view_store, lambda site: 1, date(2026, 6, 1))
    assert (await source.fetch_frame(TWO_DAYS)).column_values("dropped") == (None, None)


async def test_counts_are_merged_at_night_and_none_is_lost_meanwhile(settings: Callable[..., Settings]):
    """DuckDB never frees some of the memory of an UPDATE, so counts are appended. A deletion of one path merges too."""
    views = await open_page_view_store(settings(), lambda: NOW)
    hits = [DroppedHits("blog", MONDAY, "bot", 1), DroppedHits("shop", TUESDAY, "spam", 2)]
    for _ in range(3):
        await views.add_dropped_hits(hits)
    nightly = [delete_expired_views(views, lambda site: 25, TUESDAY) for _ in range(3)]
    deletion = views.delete_rows(DeleteRequest(path="/", site="blog"))
    await asyncio.gather(*nightly, deletion, *(views.add_dropped_hits(hits) for _ in range(30)))
    await views.delete_rows(DeleteRequest(path="/", site="blog"))
    assert await views.query("FROM dropped ORDER BY ALL", {}) == [
        ("blog", MONDAY, "bot", 33),
        ("shop", TUESDAY, "spam", 66),
    ]
    await views.close()


async def test_counts_survive_the_end_of_the_process(settings: Callable[..., Settings]):
    conf = settings()
    for _ in range(2):
        async with open_collection(conf, lambda: NOW) as own:
            own.classifier.dropped.add_hits("blog", MONDAY, DropReason.BOT)
    views = await open_page_view_store(conf, lambda: NOW)
    assert await views.query("SELECT site, day, why, sum(hits) FROM dropped GROUP BY ALL", {}) == [
        ("blog", MONDAY, "bot", 2)
    ]
    await views.close()


class Full:
    """A store whose disk is full until there is room."""

    def __init__(self) -> None:
        self.room = False
        self.stored: list[DroppedHits] = []

    async def add_dropped_hits(self, dropped: Sequence[DroppedHits]) -> None:
        if not self.room:
            raise StoreDown("no disk")
        self.stored += dropped


async def test_counts_wait_for_a_store_that_does_not_take_them():
    tally, store = DroppedCounter(), Full()
    tally.add_hits("blog", MONDAY, DropReason.BOT)
    with pytest.raises(StoreDown):
        await tally.flush_to(store)
    tally.add_hits("blog", MONDAY, DropReason.BOT)
    store.room = True
    await tally.flush_to(store)
    await tally.flush_to(store)
    assert store.stored == [("blog", MONDAY, "bot", 2)]
    assert tally.totals_since_start() == {DropReason.BOT: 2}


class Slow(Full):
    """A store that takes counts as soon as there is room."""

    def __init__(self) -> None:
        super().__init__()
        self.has_begun, self.has_room = asyncio.Event(), asyncio.Event()

    async def add_dropped_hits(self, dropped: Sequence[DroppedHits]) -> None:
        self.has_begun.set()
        await self.has_room.wait()
        self.stored += dropped


async def test_counts_whose_write_is_cut_off_at_the_end_are_stored_once():
    tally, store = DroppedCounter(), Slow()
    tally.add_hits("blog", MONDAY, DropReason.BOT)
    loop = asyncio.create_task(tally.flush_to(store))
    await store.has_begun.wait()
    loop.cancel()
    await asyncio.wait({loop})
    tally.add_hits("blog", MONDAY, DropReason.SPAM)
    last = asyncio.create_task(tally.flush_to(store))
    store.has_room.set()
    await last
    assert store.stored == [("blog", MONDAY, "bot", 1), ("blog", MONDAY, "spam", 1)]


async def test_hits_that_met_a_restart_are_counted_or_dropped_once(settings: Callable[..., Settings], tmp_path: Path):
    """What may come again waits for the next process; counts of a store that was down do too."""
    (tmp_path / "sites.yaml").write_text("sites: [{name: blog, domains: [blog.example]}]")
    conf, noon = settings(boards_dir=tmp_path), NOW

    def hit(hit_id: str) -> BeaconPayload:
        return BeaconPayload(url="https://blog.example/", host="blog.example", id=hit_id, is_retry=True)

    async def send(own: Collection, hit_id: str) -> None:
        await own.collector.collect_hit(hit(hit_id), "192.0.2.1", CHROME, {})

    async with open_collection(conf, lambda: noon) as own:
        own.collector.views = FailingStore(StoreDown("full"))
        for hit_id in ("stored later", "stored elsewhere", "refused twice", "refused once"):
            with pytest.raises(StoreDown):
                await send(own, hit_id)
        undecided = dict(own.classifier.dropped.undecided)
    async with open_collection(conf, lambda: noon) as own:
        await send(own, "stored elsewhere")
        own.classifier.dropped.restore_undecided(undecided)  # of a process that had its store for itself
        own.classifier.dropped.add_hits("blog", MONDAY, DropReason.BOT)
        DroppedFiles(conf.data_dir / "dropped").save(own.classifier.dropped)
    async with open_collection(conf, lambda: noon) as own:
        await send(own, "stored later")
        own.collector.views = FailingStore(StoreDown("full"))
        with pytest.raises(StoreDown):
            await send(own, "refused twice")
    noon += timedelta(seconds=2 * UNDECIDED_SECONDS)
    async with open_collection(conf, lambda: noon) as own:
        assert not own.classifier.dropped.totals_since_start()
    views = await open_page_view_store(conf, lambda: noon)
    assert await views.query("SELECT why, sum(hits) FROM dropped GROUP BY ALL ORDER BY ALL", {}) == [
        ("bot", 1),
        ("unstored", 2),
    ]
    assert await views.query("SELECT count(*) FROM page_views", {}) == [(2,)]
    assert not list((conf.data_dir / "dropped").iterdir())
    await views.close()

"""Reports of this moment are asked again when page views come, and no oftener than is good for the store."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from utilities.config.settings import Settings
from utilities.model.clock import utc_now
from utilities.model.errors import Unavailable
from utilities.model.frames import Column, Frame, Reading, ValueKind
from utilities.refresh.refresher import PAGE_VIEW_DEBOUNCE_SECONDS, Refresher
from utilities.reports import Report
from utilities.sources import Sources
from utilities.store import Store, open_store


class Counting:
    """Answers how many page views had come when it was asked, after `slow` seconds."""

    def __init__(self) -> None:
        self.views = 0
        self.asked = 0
        self.slow = 0.0
        self.trouble = False

    async def fetch_frame(self, ask: Any) -> Frame:
        self.asked += 1
        seen = self.views
        await asyncio.sleep(self.slow)
        if self.trouble:
            raise Unavailable("not now")
        return Frame((Column("views", "Views", ValueKind.INTEGER),), ((seen,),))

    async def check(self) -> str:
        return ""

    def slowdown(self) -> float:
        return 1.0

    def health(self) -> Mapping[str, object]:
        return {}

    async def close(self) -> None: ...


class Moment:
    """A refresher with one report of this moment and one that is not."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.source = Counting()
        day = timedelta(days=1)
        self.reports = {
            name: Report(name, name, ("ours",), ask=name, refresh_every=day, stale_after=day, live=name == "now")
            for name in ("now", "yesterday")
        }
        self.refresher = Refresher(store, Sources([], {"ours": self.source}), self.reports, utc_now)

    def hit(self) -> None:
        self.source.views += 1
        self.refresher.notify_page_view()

    def reading(self) -> Reading:
        return self.store.latest("now") or Reading("now")

    async def shows(self, views: int, within: float = 1.0) -> None:
        await until(lambda: (frame := self.reading().frame) is not None and frame.rows == ((views,),), within)


async def until(true: Callable[[], bool], within: float = 2.0) -> None:
    async with asyncio.timeout(within):
        while not true():  # noqa: ASYNC110 (a reading has no event for tests)
            await asyncio.sleep(0.005)


@pytest.fixture
async def moment(settings: Callable[..., Settings]) -> AsyncIterator[Moment]:
    store = await open_store(settings(), utc_now)
    made = Moment(store)
    made.refresher.set_active(list(made.reports))
    await made.refresher.start()
    await until(lambda: all(store.latest(name) for name in made.reports))
    yield made
    await made.refresher.stop()
    await store.close()


async def test_hit_is_shown_within_a_second_and_other_reports_keep_their_pace(moment: Moment):
    before = moment.source.asked
    moment.hit()
    await moment.shows(1)
    assert moment.source.asked == before + 1


async def test_flood_of_hits_costs_three_questions_a_second(moment: Moment):
    before = moment.source.asked
    for _ in range(1000):
        moment.hit()
        await asyncio.sleep(0.001)
    await moment.shows(1000)
    assert moment.source.asked - before <= 2 + 4 / PAGE_VIEW_DEBOUNCE_SECONDS


async def test_hit_that_comes_while_the_store_is_asked_is_not_forgotten(moment: Moment):
    moment.source.slow = PAGE_VIEW_DEBOUNCE_SECONDS
    moment.hit()
    await asyncio.sleep(PAGE_VIEW_DEBOUNCE_SECONDS * 1.5)  # the question is under way now
    moment.hit()
    await moment.shows(2, within=3.0)


async def test_source_in_trouble_is_left_alone_whoever_comes(moment: Moment):
    moment.source.trouble = True
    moment.hit()
    await until(lambda: moment.reading().last_error is not None)
    before = moment.source.asked
    for _ in range(5):
        moment.hit()
        await asyncio.sleep(PAGE_VIEW_DEBOUNCE_SECONDS / 2)
    assert moment.source.asked == before


async def test_pulse_before_the_start_and_after_the_end_is_nothing(moment: Moment):
    await moment.refresher.stop()
    moment.hit()
    assert moment.refresher.page_view_timer is None or moment.refresher.page_view_timer.cancelled()

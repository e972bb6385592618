"""Reports of the present moment are queried again after a page view, at most once in each debounce interval."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from tests.waiting import wait_until
from utilities.config.settings import Settings
from utilities.model.clock import utc_now
from utilities.model.errors import Unavailable
from utilities.model.frames import Column, Frame, Reading, ValueKind
from utilities.refresh.refresher import PAGE_VIEW_DEBOUNCE_SECONDS, Refresher
from utilities.reports import Report
from utilities.sources import Sources
from utilities.store import Store, open_store


class Counting:
    """Returns the number of page views at the time of the query, once `may_answer` is set."""

    def __init__(self) -> None:
        self.views = 0
        self.query_report = 0
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.trouble = False

    async def fetch_frame(self, ask: Any) -> Frame:
        self.query_report += 1
        views_before = self.views
        await self.may_answer.wait()
        if self.trouble:
            raise Unavailable("not now")
        return Frame((Column("views", "Views", ValueKind.INTEGER),), ((views_before,),))

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
            name: Report(name, name, ("ours",), query=name, refresh_every=day, stale_after=day, live=name == "now")
            for name in ("now", "yesterday")
        }
        self.refresher = Refresher(store, Sources([], {"ours": self.source}), self.reports, utc_now)

    def hit(self) -> None:
        self.source.views += 1
        self.refresher.notify_page_view()

    def reading(self) -> Reading:
        return self.store.latest("now") or Reading("now")

    async def shows(self, views: int) -> None:
        await wait_until(lambda: (frame := self.reading().frame) is not None and frame.rows == ((views,),))


@pytest.fixture
async def moment(settings: Callable[..., Settings]) -> AsyncIterator[Moment]:
    store = await open_store(settings(), utc_now)
    made = Moment(store)
    made.refresher.set_active(list(made.reports))
    await made.refresher.start()
    await wait_until(lambda: all(store.latest(name) for name in made.reports))
    yield made
    await made.refresher.stop()
    await store.close()


async def test_hit_is_shown_and_other_reports_keep_their_interval(moment: Moment):
    before = moment.source.query_report
    moment.hit()
    await moment.shows(1)
    assert moment.source.query_report == before + 1


async def test_hits_within_a_debounce_interval_cost_one_query(moment: Moment):
    before, began = moment.source.query_report, asyncio.get_running_loop().time()
    moment.hit()
    timer = moment.refresher.page_view_timer
    assert timer is not None
    assert timer.when() >= began + PAGE_VIEW_DEBOUNCE_SECONDS
    for _ in range(999):
        moment.hit()
        assert moment.refresher.page_view_timer is timer
    await moment.shows(1000)
    assert moment.source.query_report == before + 1


async def test_hit_during_a_query_causes_another_query(moment: Moment):
    before = moment.source.query_report
    moment.source.may_answer.clear()
    moment.hit()
    await wait_until(lambda: moment.source.query_report == before + 1)
    moment.hit()
    moment.source.may_answer.set()
    await moment.shows(2)


async def test_failing_source_is_not_queried_after_a_hit(moment: Moment):
    moment.source.trouble = True
    moment.hit()
    await wait_until(lambda: moment.reading().last_error is not None)
    before = moment.source.query_report
    task = moment.refresher.refresh_tasks["now"]
    for _ in range(2):
        moment.hit()
        await wait_until(lambda: moment.refresher.page_view_timer is None and not task.wake_event.is_set())
    assert task.has_new_rows
    assert moment.source.query_report == before


async def test_hits_before_the_start_and_after_the_stop_are_ignored(moment: Moment):
    await moment.refresher.stop()
    moment.hit()
    assert moment.refresher.page_view_timer is None or moment.refresher.page_view_timer.cancelled()

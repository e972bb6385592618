"""The refresher of one process, with a store in memory and a fake source."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.refresh.fake_source import (
    FakeClock,
    FakeSource,
    by_name,
    figure_of,
    make_report,
    make_sources,
    one_figure,
    running_refresher,
    settle,
)
from tests.waiting import wait_until
from utilities.model.clock import utc_now
from utilities.model.errors import Unavailable
from utilities.model.frames import DateRange, Reading, ReadingState
from utilities.refresh.refresher import Refresher
from utilities.store import open_store, unfenced_lease

MARKER = make_report("marker")
"""Starts after the report under test: once it has figures, the other one has decided whether to query."""


async def test_first_figures_are_there_at_once(store):
    async with running_refresher(store, FakeSource(), *(make_report(f"r{n}") for n in range(20))):
        await wait_until(lambda: all(store.latest(f"r{n}") for n in range(20)))


async def test_a_fresh_reading_is_not_queried_again(store):
    source = FakeSource()
    await store.write(Reading("users", one_figure(7), utc_now()), unfenced_lease("users"))
    async with running_refresher(store, source, make_report(), MARKER, start_jitter=0):
        await wait_until(lambda: store.latest("marker"))
    assert (source.query_count, figure_of(store.latest("users"))) == (1, 7)


async def test_a_healthy_report_never_ages(store):
    source, users, clock = FakeSource(), make_report(pace=3.0), FakeClock()
    async with running_refresher(store, source, users, clock=clock) as refresher:
        await wait_until(lambda: store.latest("users"))
        started = clock()
        for _ in range(105):
            await settle(refresher)
            clock.advance(0.1, refresher)
            assert store.latest("users").state_at(clock(), users.refresh_every, users.stale_after) is ReadingState.LIVE
    periods = (clock() - started) / users.refresh_every
    assert periods <= source.query_count <= 2 + periods / 0.85


async def test_a_slow_report_is_queried_early_enough(store):
    users, clock, states = make_report(pace=3.2), FakeClock(), []

    def take_time() -> None:
        clock.advance(0.4)
        if reading := store.latest("users"):
            states.append(reading.state_at(clock(), users.refresh_every, users.stale_after))

    source = FakeSource(on_query=take_time)
    async with running_refresher(store, source, users, clock=clock) as refresher:
        while source.query_count < 5:
            await settle(refresher)
            clock.advance(0.05, refresher)
    assert states == [ReadingState.LIVE] * 4


async def test_a_source_short_of_quota_is_queried_less_often(store):
    source, clock = FakeSource(slowdown_factor=10.0), FakeClock()
    async with running_refresher(store, source, make_report(pace=0.3), clock=clock) as refresher:
        await wait_until(lambda: store.latest("users"))
        clock.advance(1.2, refresher)
        await settle(refresher)
        assert source.query_count == 1
        clock.advance(1.8, refresher)
        await wait_until(lambda: source.query_count == 2)


@pytest.mark.parametrize("query_seconds", [0.0, 20.0])
async def test_report_of_today_is_queried_at_midnight_also_where_a_query_lasts_over_it(store, query_seconds):
    clock = FakeClock(datetime(2026, 11, 27, 22, 59, 50, tzinfo=UTC))  # ten seconds before midnight in Berlin
    source, days = FakeSource(), []

    async def compose(sources) -> AsyncIterator:
        day = clock().astimezone(ZoneInfo("Europe/Berlin")).date()
        days.append(day.day)
        if len(days) == 1:
            clock.advance(query_seconds)
        covered = DateRange(day, day, "Europe/Berlin", has_ended=False)
        yield replace(await sources.fetch_frame("fake", None), date_range=covered)

    async with running_refresher(store, source, make_report(pace=3600, build=compose), clock=clock) as refresher:
        await wait_until(lambda: figure_of(store.latest("users")))
        if not query_seconds:
            await settle(refresher)
            assert days == [27]
            clock.advance(10.0, refresher)
        await wait_until(lambda: figure_of(store.latest("users")) == 2)
        await settle(refresher)
    assert days == [27, 28]


async def test_one_hanging_report_does_not_delay_another(store):
    hanging, healthy = FakeSource(gate=asyncio.Event()), FakeSource()
    both = by_name(make_report("bad", source="hanging"), make_report("good", source="healthy"))
    refresher = Refresher(store, make_sources(hanging=hanging, healthy=healthy), both, utc_now)
    refresher.set_active(both)
    await refresher.start()
    await wait_until(lambda: figure_of(store.latest("good")))
    await refresher.stop()


async def test_frames_are_shown_as_they_arrive_and_the_last_is_complete(store):
    second_frame = asyncio.Event()

    async def compose(sources) -> AsyncIterator:
        yield await sources.fetch_frame("fake", None)
        await second_frame.wait()
        yield one_figure(99)

    async with running_refresher(store, FakeSource(), make_report(build=compose)):
        await wait_until(lambda: store.latest("users"))
        partial = store.latest("users")
        second_frame.set()
        await wait_until(lambda: figure_of(store.latest("users")) == 99 and store.latest("users").complete)
    assert (figure_of(partial), partial.complete) == (1, False)


async def test_a_partial_frame_does_not_replace_complete_figures_that_are_live(store):
    async def compose(sources) -> AsyncIterator:
        yield one_figure(-1)
        yield await sources.fetch_frame("fake", None)

    figures, clock = [], FakeClock()
    async with running_refresher(store, FakeSource(), make_report(pace=1.0, build=compose), clock=clock) as refresher:
        await wait_until(lambda: figure_of(store.latest("users")) == 1 and store.latest("users").complete)
        names = store.listen()
        for expected in (2, 3):
            await settle(refresher)
            clock.advance(0.95, refresher)
            while figure_of(store.latest("users")) != expected:
                await anext(names)
                figures.append(figure_of(store.latest("users")))
    assert figures == [2, 3]


@pytest.mark.parametrize("hours", [1, -1])
async def test_a_wall_clock_that_jumps_neither_stops_nor_floods_the_queries(store, hours):
    source, clock = FakeSource(), FakeClock()
    async with running_refresher(store, source, make_report(pace=0.4), clock=clock) as refresher:
        await wait_until(lambda: store.latest("users"))
        clock.now += timedelta(hours=hours)
        for _ in range(20):
            clock.advance(0.1, refresher)
            await settle(refresher)
        assert abs(store.latest("users").age_at(clock()).total_seconds()) < 1
        assert 4 <= source.query_count <= 9


async def test_stop_cancels_a_running_query(store):
    source = FakeSource(gate=asyncio.Event())
    async with running_refresher(store, source, make_report()) as refresher:
        await wait_until(lambda: source.running == 1)
        await asyncio.wait_for(refresher.stop(), 30.0)
        assert source.running == 0
    assert await store.acquire_lease("users", 1.0) is not None


@pytest.mark.slow
async def test_it_starts_while_everything_is_down_and_recovers(redis_server, settings):
    redis_server.freeze()
    store = await open_store(settings(redis_url=redis_server.url), utc_now)
    source = FakeSource(error=Unavailable("everything is down"))
    async with running_refresher(store, source, make_report(pace=0.5)):
        await wait_until(lambda: store.latest("users"))
        assert store.latest("users").last_error.message == "everything is down"
        source.error = None
        await wait_until(lambda: figure_of(store.latest("users")))
        redis_server.thaw()
        await wait_until(lambda: store.health()["answers"] and store.health()["writes"])
    await store.close()

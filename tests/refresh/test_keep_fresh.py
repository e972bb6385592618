"""Reports on no board, and boards that change."""

import asyncio

from tests.refresh.fake_source import (
    FakeClock,
    FakeSource,
    by_name,
    figure_of,
    make_report,
    make_sources,
    running_refresher,
    settle,
)
from tests.waiting import wait_until
from utilities.model.clock import utc_now
from utilities.refresh.refresher import Refresher


async def test_many_requests_for_a_report_on_no_board_cost_one_query(store):
    source = FakeSource()
    refresher = Refresher(store, make_sources(fake=source), by_name(make_report()), utc_now)
    await refresher.start()
    for _ in range(100):
        refresher.keep_fresh("users")
    await wait_until(lambda: figure_of(store.latest("users")))
    for _ in range(100):
        refresher.keep_fresh("users")
    await settle(refresher)
    await refresher.stop()
    assert (source.query_count, source.max_running) == (1, 1)


async def test_a_report_that_nobody_requests_any_longer_expires(store):
    source, clock = FakeSource(), FakeClock()
    refresher = Refresher(
        store,
        make_sources(fake=source),
        by_name(make_report(pace=0.1)),
        clock,
        keep_seconds=1.5,
        monotonic=clock.monotonic,
    )
    await refresher.start()
    refresher.keep_fresh("users")
    await settle(refresher)
    clock.advance(0.1, refresher)
    await settle(refresher)
    clock.advance(1.5, refresher)
    await wait_until(lambda: not refresher.refresh_tasks)
    assert (source.query_count, refresher.running) == (2, {})
    refresher.keep_fresh("users")
    await wait_until(lambda: source.query_count > 2)
    await refresher.stop()


async def test_a_report_that_leaves_its_board_is_kept_for_a_while_and_then_expires(store):
    clock = FakeClock()
    async with running_refresher(
        store, FakeSource(), make_report(pace=0.1), clock=clock, keep_seconds=0.3
    ) as refresher:
        await wait_until(lambda: store.latest("users"))
        refresher.set_active([])
        assert refresher.running
        clock.advance(0.3, refresher)
        await wait_until(lambda: not refresher.running)


async def test_a_report_whose_definition_changes_is_queried_at_once(store):
    source = FakeSource()
    async with running_refresher(store, source, make_report()) as refresher:
        await wait_until(lambda: figure_of(store.latest("users")) == 1)
        refresher.reports["users"] = make_report(query="something else")
        refresher.set_active(["users"])
        await wait_until(lambda: figure_of(store.latest("users")) == 2)
        await settle(refresher)
    assert source.query_count == 2


async def test_a_name_without_a_report_does_no_harm(store):
    async with running_refresher(store, FakeSource(), make_report()) as refresher:
        refresher.keep_fresh("nonsense")
        refresher.set_active(["users", "nonsense"])
        await wait_until(lambda: store.latest("users"))


async def test_a_report_whose_definition_changes_during_the_query_is_queried_again(store):
    source = FakeSource(gate=asyncio.Event())
    async with running_refresher(store, source, make_report()) as refresher:
        await wait_until(lambda: source.running)
        refresher.reports["users"] = make_report(query="something else")
        refresher.set_active(["users"])
        source.gate.set()
        await wait_until(lambda: figure_of(store.latest("users")) == 2)
        await settle(refresher)
    assert source.query_count == 2

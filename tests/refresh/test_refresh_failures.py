"""Failing sources in one process: what is stored, logged and retried, and when."""

import asyncio
import logging
from datetime import timedelta

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
from utilities.model.errors import BadAnswer, ErrorKind, OverQuota, SourceMisconfigured, Unavailable
from utilities.model.frames import LastError, Reading, ReadingState
from utilities.refresh.refresh_task import MIN_ROUND_SECONDS, UNEXPECTED_ERROR_SECONDS
from utilities.refresh.refresher import Refresher
from utilities.store import unfenced_lease

MARKER = make_report("marker")
"""Starts after the report under test: once it has figures, the other one has decided whether to query."""


async def test_failure_keeps_the_old_figures_and_says_what_went_wrong(store, caplog):
    caplog.set_level(logging.INFO)
    source = FakeSource()
    async with running_refresher(store, source, make_report(pace=0.3)):
        await wait_until(lambda: figure_of(store.latest("users")))
        source.error = Unavailable("Google does not answer")
        await wait_until(lambda: store.latest("users").last_error)
        first = store.latest("users")
        await wait_until(lambda: store.latest("users").last_error.attempts >= 2)
        failing = store.latest("users")
        source.error = None
        await wait_until(lambda: store.latest("users").last_error is None)
    assert (failing.frame, failing.taken_at) == (first.frame, first.taken_at)
    assert figure_of(failing) >= 1
    assert (failing.last_error.message, failing.last_error.kind) == ("Google does not answer", ErrorKind.UNAVAILABLE)
    assert failing.last_error.since < failing.last_error.retry_at
    assert [record.getMessage() for record in caplog.records if "users" in record.getMessage()] == [
        "users: Google does not answer",
        "users: the figures are up to date again",
    ]


async def test_a_report_that_never_had_figures_is_failed_with_the_reason(store):
    users = make_report()
    async with running_refresher(store, FakeSource(error=BadAnswer("a page instead of figures")), users):
        await wait_until(lambda: store.latest("users"))
    reading = store.latest("users")
    assert reading.state_at(utc_now(), users.refresh_every, users.stale_after) is ReadingState.FAILED
    assert reading.last_error.message == "a page instead of figures"


@pytest.mark.parametrize(
    ("error", "least", "most"),
    [
        (Unavailable("x"), 0, 5),
        (BadAnswer("x"), 0, 5),
        (OverQuota("x", retry_after=100), 99, 111),
        (SourceMisconfigured("x"), 599, 601),
    ],
)
async def test_each_failure_is_retried_after_its_own_delay(store, error, least, most):
    source, clock = FakeSource(error=error), FakeClock()
    async with running_refresher(store, source, make_report(), clock=clock) as refresher:
        await wait_until(lambda: store.latest("users"))
        delay = (store.latest("users").last_error.retry_at - clock()).total_seconds()
        assert least <= delay <= most
        clock.advance(delay - 0.1, refresher)
        await settle(refresher)
        assert source.query_count == 1
        clock.advance(0.1, refresher)
        await wait_until(lambda: source.query_count == 2)


async def test_a_misconfigured_report_is_tried_at_once_after_a_restart(store):
    trouble = LastError("no access", ErrorKind.MISCONFIGURED, utc_now(), 3, utc_now() + timedelta(minutes=9))
    await store.write(Reading("users", last_error=trouble), unfenced_lease("users"))
    async with running_refresher(store, FakeSource(), make_report()):
        await wait_until(lambda: figure_of(store.latest("users")))


async def test_a_quota_is_respected_after_a_restart(store):
    clock = FakeClock()
    trouble = LastError("quota", ErrorKind.OVER_QUOTA, clock(), 1, clock() + timedelta(minutes=9))
    await store.write(Reading("users", last_error=trouble), unfenced_lease("users"))
    async with running_refresher(store, FakeSource(), make_report(), MARKER, clock=clock, start_jitter=0):
        await wait_until(lambda: store.latest("marker"))
        assert store.latest("users").last_error == trouble


async def test_an_unexpected_exception_is_an_error_and_logged_once_with_its_traceback(store, caplog):
    source = FakeSource(error=KeyError("rows"))
    with caplog.at_level(logging.INFO):
        async with running_refresher(store, source, make_report(pace=0.1), make_report("other", pace=0.1)):
            await wait_until(lambda: source.query_count >= 6)
    assert store.latest("users").last_error.message == "internal error"
    assert store.latest("users").last_error.kind is ErrorKind.INTERNAL
    assert len([record for record in caplog.records if record.exc_info]) == 2  # one for each report


async def test_a_source_that_hangs_is_unavailable_after_the_timeout(store):
    source = FakeSource(gate=asyncio.Event())
    async with running_refresher(store, source, make_report(), timeout=0.2):
        await wait_until(lambda: store.latest("users"))
    assert store.latest("users").last_error.kind is ErrorKind.UNAVAILABLE
    assert source.running == 0


async def test_figures_too_old_to_show_are_dropped_when_the_source_fails_again(store):
    await store.write(Reading("users", one_figure(7), utc_now() - timedelta(days=15)), unfenced_lease("users"))
    users = make_report()
    async with running_refresher(store, FakeSource(error=Unavailable("gone")), users):
        await wait_until(lambda: store.latest("users").last_error)
    assert store.latest("users").state_at(utc_now(), users.refresh_every, users.stale_after) is ReadingState.FAILED


async def test_a_failure_before_the_query_is_recorded_and_retried_without_a_flood(store, caplog):
    steps = []  # what happens, in order: a call of the source, or the seconds of a pause

    class BrokenSource(FakeSource):
        def slowdown(self) -> float:
            steps.append("call")
            raise ZeroDivisionError

    async def record_pause(seconds: float) -> None:
        steps.append(seconds)
        await asyncio.sleep(0)

    await store.write(Reading("users", one_figure(7), utc_now()), await store.acquire_lease("users", 0.01))
    async with running_refresher(store, BrokenSource(), make_report(), pause=record_pause):
        await wait_until(lambda: steps.count("call") >= 3)
    reading = store.latest("users")
    assert (figure_of(reading), reading.last_error.kind) == (7, ErrorKind.INTERNAL)
    assert steps[:6] == ["call", UNEXPECTED_ERROR_SECONDS, MIN_ROUND_SECONDS] * 2
    assert len(caplog.records) == 1


async def test_one_answer_of_a_source_ends_the_waits_of_its_other_reports(store):
    source, clock = FakeSource(error=OverQuota("the quota of the day is used up", retry_after=64_800.0)), FakeClock()
    elsewhere = FakeSource(error=Unavailable("no answer"))
    reports = by_name(*(make_report(f"r{n}") for n in range(5)), make_report("other", source="elsewhere", pace=1e6))
    sources = make_sources(fake=source, elsewhere=elsewhere)
    refresher = Refresher(store, sources, reports, clock, monotonic=clock.monotonic, start_jitter=0.0)
    refresher.set_active(reports)
    await refresher.start()
    try:
        await settle(refresher)
        waits = {name: (store.latest(name).last_error.retry_at - clock()).total_seconds() for name in reports}
        del waits["other"]
        assert max(waits.values()) - min(waits.values()) > 1.0
        source.error = None
        clock.advance(min(waits.values()), *[refresher])
        await wait_until(lambda: all(figure_of(store.latest(name)) for name in waits))
    finally:
        await refresher.stop()
    assert store.latest("other").last_error is not None


async def test_report_that_fails_for_reasons_of_its_own_is_not_retried_with_each_recovery(store):
    source, clock = FakeSource(error=Unavailable("no answer")), FakeClock()
    async with running_refresher(store, source, make_report(pace=1e6), clock=clock) as refresher:
        await settle(refresher)
        for _ in range(3):
            refresher.context.sources.announce_recovery("fake", None)
            await settle(refresher)
        assert source.query_count == 2
        assert store.latest("users").last_error.attempts == 2

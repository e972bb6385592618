"""One process, memory, a source that is told what to do."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.refresh.pretending import Jumping, Oracle, known, number, report, running, shown, sources, until
from utilities.model.clock import utc_now
from utilities.model.errors import BadAnswer, ErrorKind, OverQuota, SourceMisconfigured, Unavailable
from utilities.model.frames import LastError, Reading, ReadingState
from utilities.refresh.refresher import Refresher
from utilities.store import alone, open_store


async def test_first_figures_are_there_at_once(store):
    async with running(store, Oracle(), *(report(f"r{n}") for n in range(20))):
        await until(lambda: all(store.latest(f"r{n}") for n in range(20)), within=1.0)


async def test_a_fresh_reading_is_not_asked_for_again(store):
    oracle = Oracle()
    await store.write(Reading("users", number(7), utc_now()), alone("users"))
    async with running(store, oracle, report(pace=60)):
        await asyncio.sleep(0.4)
    assert (oracle.asked, shown(store.latest("users"))) == (0, 7)


async def test_a_healthy_report_never_ages(store):
    oracle, users = Oracle(seconds=0.05), report(pace=3.0)
    async with running(store, oracle, users):
        await until(lambda: store.latest("users"))
        began = utc_now()
        for _ in range(350):
            await asyncio.sleep(0.01)
            assert (
                store.latest("users").state_at(utc_now(), users.refresh_every, users.stale_after) is ReadingState.LIVE
            )
    periods = (utc_now() - began) / users.refresh_every
    assert periods <= oracle.asked <= 2 + periods / 0.85


async def test_a_slow_report_is_asked_early_enough(store):
    oracle, users = Oracle(seconds=0.4), report(pace=3.2)
    async with running(store, oracle, users):
        await until(lambda: oracle.asked == 2)
        for _ in range(200):
            await asyncio.sleep(0.01)
            assert (
                store.latest("users").state_at(utc_now(), users.refresh_every, users.stale_after) is ReadingState.LIVE
            )


async def test_a_source_short_of_quota_is_asked_less_often(store):
    oracle = Oracle(factor=10.0)
    async with running(store, oracle, report(pace=0.3)):
        await asyncio.sleep(1.2)
    assert oracle.asked == 1


async def test_failure_keeps_the_old_figures_and_says_what_went_wrong(store):
    oracle = Oracle()
    async with running(store, oracle, report(pace=0.3)):
        await until(lambda: shown(store.latest("users")))
        figures = store.latest("users")
        oracle.error = Unavailable("Google does not answer")
        await until(lambda: store.latest("users").last_error and store.latest("users").last_error.attempts >= 2)
        failing = store.latest("users")
        oracle.error = None
        await until(lambda: store.latest("users").last_error is None)
    assert (failing.frame, failing.taken_at) == (figures.frame, figures.taken_at)
    assert (failing.last_error.message, failing.last_error.kind) == ("Google does not answer", "Unavailable")
    assert failing.last_error.since < failing.last_error.retry_at


async def test_nothing_ever_answered_is_failed_with_the_reason(store):
    users = report()
    async with running(store, Oracle(error=BadAnswer("a page instead of figures")), users):
        await until(lambda: store.latest("users"))
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
async def test_each_failure_waits_as_long_as_it_should(store, error, least, most):
    oracle = Oracle(error=error)
    async with running(store, oracle, report()):
        await until(lambda: store.latest("users"))
        await asyncio.sleep(0.2)
    wait = (store.latest("users").last_error.retry_at - utc_now()).total_seconds()
    assert least <= wait <= most
    assert oracle.asked == 1


async def test_a_refused_report_is_tried_at_once_after_a_restart(store):
    trouble = LastError("no access", ErrorKind.MISCONFIGURED, utc_now(), 3, utc_now() + timedelta(minutes=9))
    await store.write(Reading("users", last_error=trouble), alone("users"))
    async with running(store, Oracle(), report()):
        await until(lambda: shown(store.latest("users")), within=1.0)


async def test_a_quota_is_respected_after_a_restart(store):
    trouble = LastError("quota", ErrorKind.OVER_QUOTA, utc_now(), 1, utc_now() + timedelta(minutes=9))
    await store.write(Reading("users", last_error=trouble), alone("users"))
    oracle = Oracle()
    async with running(store, oracle, report()):
        await asyncio.sleep(0.5)
    assert oracle.asked == 0


async def test_an_unexpected_exception_is_trouble_and_logged_once_with_its_traceback(store, caplog):
    oracle = Oracle(error=KeyError("rows"))
    with caplog.at_level(logging.INFO):
        async with running(store, oracle, report(pace=0.1), report("other", source="oracle", pace=0.1)):
            await until(lambda: oracle.asked >= 6)
    assert store.latest("users").last_error.message == "internal error"
    assert store.latest("users").last_error.kind == "KeyError"
    assert len([record for record in caplog.records if record.exc_info]) == 2  # one for each report


async def test_a_source_that_hangs_is_unavailable_after_the_deadline(store):
    oracle = Oracle(seconds=60)
    async with running(store, oracle, report(), deadline=0.2):
        await until(lambda: store.latest("users"))
    assert store.latest("users").last_error.kind == "Unavailable"
    assert oracle.running == 0


async def test_one_hanging_report_does_not_hold_back_another(store):
    hanging, well = Oracle(seconds=60), Oracle()
    both = known(report("bad", source="hanging"), report("good", source="well"))
    refresher = Refresher(store, sources(hanging=hanging, well=well), both, utc_now)
    refresher.set_active(both)
    await refresher.start()
    await until(lambda: shown(store.latest("good")), within=1.0)
    await refresher.stop()


async def test_frames_are_shown_as_they_come_and_the_last_is_whole(store):
    going_on = asyncio.Event()

    async def compose(asked) -> AsyncIterator:
        yield await asked.ask("oracle", None)
        await going_on.wait()
        yield number(99)

    async with running(store, Oracle(), report(build=compose)):
        await until(lambda: store.latest("users"))
        part = store.latest("users")
        going_on.set()
        await until(lambda: shown(store.latest("users")) == 99 and store.latest("users").complete)
    assert (shown(part), part.complete) == (1, False)


async def test_a_part_does_not_replace_whole_figures_that_are_live(store):
    async def compose(asked) -> AsyncIterator:
        yield number(-1)
        await asyncio.sleep(0.02)
        yield await asked.ask("oracle", None)

    seen = []
    async with running(store, Oracle(), report(pace=1.0, build=compose)):
        await until(lambda: shown(store.latest("users")) == 1 and store.latest("users").complete)
        names = store.listen()
        while shown(store.latest("users")) != 3:
            await anext(names)
            seen.append(shown(store.latest("users")))
    assert -1 not in seen


async def test_figures_too_old_to_show_are_dropped_when_the_source_fails_again(store):
    await store.write(Reading("users", number(7), utc_now() - timedelta(days=15)), alone("users"))
    users = report()
    async with running(store, Oracle(error=Unavailable("gone")), users):
        await until(lambda: store.latest("users").last_error)
    assert store.latest("users").state_at(utc_now(), users.refresh_every, users.stale_after) is ReadingState.FAILED


@pytest.mark.parametrize("hours", [1, -1])
async def test_a_clock_that_jumps_neither_stops_nor_floods_the_asking(store, hours):
    oracle, clock = Oracle(), Jumping()
    async with running(store, oracle, report(pace=0.4), clock=clock):
        await until(lambda: store.latest("users"))
        clock.ahead = timedelta(hours=hours)
        await asyncio.sleep(2.0)
        assert abs(store.latest("users").age_at(clock()).total_seconds()) < 1
        assert 4 <= oracle.asked <= 9


async def test_stop_cancels_what_is_being_asked(store):
    oracle = Oracle(seconds=60)
    async with running(store, oracle, report()) as refresher:
        await until(lambda: oracle.running == 1)
        await asyncio.wait_for(refresher.stop(), 1.0)
        assert oracle.running == 0
    assert await store.lease("users", 1.0) is not None


async def test_a_failure_before_anything_is_asked_is_trouble_too_and_not_a_flood(store, caplog):
    class Broken(Oracle):
        def stretch(self) -> float:
            raise ZeroDivisionError

    await store.write(Reading("users", number(7), utc_now()), await store.lease("users", 0.01))
    async with running(store, Broken(), report()):
        await asyncio.sleep(1.5)
    reading = store.latest("users")
    assert (shown(reading), reading.last_error.kind) == (7, "ZeroDivisionError")
    assert reading.last_error.attempts <= 3
    assert len(caplog.records) == 1


async def test_it_starts_while_everything_is_down_and_heals(redis_server, settings):
    redis_server.freeze()
    store = await open_store(settings(redis_url=redis_server.url), utc_now)
    oracle = Oracle(error=Unavailable("everything is down"))
    async with running(store, oracle, report(pace=0.5)):
        await until(lambda: store.latest("users"))
        assert store.latest("users").last_error.message == "everything is down"
        oracle.error = None
        await until(lambda: shown(store.latest("users")))
        redis_server.thaw()
        await until(lambda: store.health()["answers"] and store.health()["writes"], within=8)
    await store.close()

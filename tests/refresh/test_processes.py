"""Many refreshers and one Redis: one query for each interval, whatever happens to either."""

import asyncio
import sys
from collections import Counter
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest

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
from tests.refresh.process import open_patient_store
from tests.waiting import wait_until
from utilities.model.clock import utc_now
from utilities.model.errors import ErrorKind, SourceMisconfigured, Unavailable
from utilities.model.frames import LastError, Reading
from utilities.refresh.refresher import Refresher
from utilities.store import open_store, unfenced_lease

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


async def start_process(*arguments: str) -> asyncio.subprocess.Process:
    """Starts tests/refresh/process.py."""
    command = (sys.executable, "-m", "tests.refresh.process", *arguments)
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=pipe, stdout=pipe)


@pytest.fixture
async def start_refreshers(redis_server, settings):
    """`await start_refreshers(n, source, report)`: n started refreshers with a store each, as in n processes.

    Their stores wait long for Redis, so that a busy machine is not mistaken for a Redis that is down; with
    `patient=False` they are those of the product.
    """
    async with AsyncExitStack() as opened:

        async def start(count, source, *reports, patient=True, **more):
            stores = []
            for _ in range(count):
                open_one = open_patient_store if patient else open_store
                stores.append(await open_one(settings(redis_url=redis_server.url), utc_now))
                opened.push_async_callback(stores[-1].close)
            return [
                await opened.enter_async_context(running_refresher(store, source, *reports, **more)) for store in stores
            ]

        yield start


def latest_of(refreshers) -> list[Reading | None]:
    return [refresher.context.store.latest("users") for refresher in refreshers]


async def test_eight_refreshers_query_once_and_all_have_the_reading(start_refreshers):
    source, clock = FakeSource(), FakeClock()
    refreshers = await start_refreshers(8, source, make_report(), clock=clock)
    await wait_until(lambda: all(figure_of(reading) == 1 for reading in latest_of(refreshers)))
    clock.advance(50, *refreshers)
    await settle(*refreshers)
    assert source.query_count == 1


async def test_eight_refreshers_query_once_for_each_interval(start_refreshers):
    source, clock = FakeSource(), FakeClock()
    refreshers = await start_refreshers(8, source, make_report(), clock=clock)
    for expected in range(1, 6):
        await wait_until(lambda: all(figure_of(reading) == expected for reading in latest_of(refreshers)))  # noqa: B023
        await settle(*refreshers)
        assert source.query_count == expected
        clock.advance(60, *refreshers)
    assert source.max_running == 1


async def test_many_requests_in_many_processes_cost_one_query(redis_server, settings):
    source, reports = FakeSource(), by_name(make_report())
    async with AsyncExitStack() as opened:
        refreshers = []
        for _ in range(4):
            store = await open_patient_store(settings(redis_url=redis_server.url), utc_now)
            opened.push_async_callback(store.close)
            refreshers.append(Refresher(store, make_sources(fake=source), reports, utc_now))
            await refreshers[-1].start()
            opened.push_async_callback(refreshers[-1].stop)
        for _ in range(200):
            for refresher in refreshers:
                refresher.keep_fresh("users")
        await wait_until(lambda: all(figure_of(reading) for reading in latest_of(refreshers)))
        await settle(*refreshers)
    assert source.query_count == 1


async def test_a_failure_is_shared_as_well(start_refreshers):
    source = FakeSource(error=SourceMisconfigured("no access to the property"))
    refreshers = await start_refreshers(4, source, make_report())
    await wait_until(lambda: all(latest_of(refreshers)))
    await settle(*refreshers)
    assert source.query_count == 1
    assert {reading.last_error.message for reading in latest_of(refreshers)} == {"no access to the property"}


async def test_a_misconfigured_report_is_tried_once_when_all_processes_restart(
    start_refreshers, redis_server, settings
):
    store = await open_patient_store(settings(redis_url=redis_server.url), utc_now)
    trouble = LastError("no access", ErrorKind.MISCONFIGURED, utc_now(), 3, utc_now() + timedelta(minutes=9))
    await store.write(Reading("users", last_error=trouble), await store.acquire_lease("users", 0.1))
    await store.close()
    source = FakeSource(error=SourceMisconfigured("still no access"))
    refreshers = await start_refreshers(4, source, make_report())
    await wait_until(lambda: all(reading.last_error.attempts == 4 for reading in latest_of(refreshers)))
    await settle(*refreshers)
    assert source.query_count == 1


async def test_two_real_processes_query_once_for_each_interval(redis_server, tmp_path):
    processes = [await start_process(redis_server.url, str(tmp_path), "") for _ in range(2)]
    for intervals in range(5):
        for line, answer in ((b"60\n" if intervals else b"0\n", b"moved\n"), (b"\n", b"settled\n")):
            for process in processes:
                process.stdin.write(line)
            assert [await process.stdout.readline() for process in processes] == [answer] * 2
        assert len((tmp_path / "queries").read_text().splitlines()) == intervals + 1
    for process in processes:
        process.stdin.close()
    assert [await process.wait() for process in processes] == [0, 0]


async def test_when_the_querying_process_is_killed_another_takes_over(redis_server, settings, tmp_path):
    process = await start_process(redis_server.url, str(tmp_path), "hang")
    queries = tmp_path / "queries"
    await wait_until(queries.exists)
    process.kill()
    await process.wait()
    store = await open_store(settings(redis_url=redis_server.url), utc_now)
    async with running_refresher(store, FakeSource(), make_report(), timeout=3.0):
        await wait_until(lambda: figure_of(store.latest("users")) == 1, within=60)  # its lease lasts 18 s
    await store.close()
    assert Counter(queries.read_text().splitlines()) == {str(process.pid): 1}


async def test_a_stalled_process_cannot_overwrite_newer_figures(redis_server, settings):
    stalled, fast = [await open_patient_store(settings(redis_url=redis_server.url), utc_now) for _ in range(2)]
    lease = await stalled.acquire_lease("users", 0.2)
    async with running_refresher(fast, FakeSource(), make_report()):
        await wait_until(lambda: figure_of(fast.latest("users")) == 1)
    newer = fast.latest("users")
    assert not await stalled.write(Reading("users", newer.frame, utc_now() - timedelta(hours=1)), lease)
    assert stalled.latest("users") == newer
    await stalled.close()
    await fast.close()


@pytest.mark.parametrize("failure", ["freeze", "kill"])
async def test_walls_stay_live_without_redis_and_agree_again_afterwards(start_refreshers, redis_server, failure):
    source, clock, users = FakeSource(), FakeClock(), make_report()
    # A lease that was sent to the frozen Redis is set when it thaws, and lasts for the timeout and 15 s more.
    refreshers = await start_refreshers(2, source, users, clock=clock, patient=False, timeout=1.0)
    stores = [refresher.context.store for refresher in refreshers]
    await wait_until(lambda: all(latest_of(refreshers)))
    redis_server.freeze() if failure == "freeze" else redis_server.kill()
    await wait_until(lambda: not any(store.health()["answers"] for store in stores))
    for _ in range(2):
        await settle(*refreshers)
        before = source.query_count
        clock.advance(60, *refreshers)
        await wait_until(lambda: source.query_count == before + 2)  # noqa: B023 (each process queries for itself)
        await settle(*refreshers)
        assert all(reading.age_at(clock()) < users.refresh_every for reading in latest_of(refreshers))
    redis_server.thaw() if failure == "freeze" else redis_server.start()
    await wait_until(lambda: all(store.health()["answers"] for store in stores))
    await wait_until(lambda: latest_of(refreshers)[0] == latest_of(refreshers)[1])
    await settle(*refreshers)
    before = source.query_count
    for _ in range(3):
        clock.advance(60, *refreshers)
        await settle(*refreshers)
    assert source.query_count - before <= 5  # one for each interval again, not one for each process


async def test_a_failing_source_without_redis_keeps_its_figures_and_backs_off(start_refreshers, redis_server):
    source = FakeSource()
    refreshers = await start_refreshers(1, source, make_report(pace=0.5), patient=False)
    await wait_until(lambda: figure_of(latest_of(refreshers)[0]))
    redis_server.kill()
    source.error = Unavailable("down too")
    await wait_until(lambda: (trouble := latest_of(refreshers)[0].last_error) and trouble.attempts > 1)
    assert figure_of(latest_of(refreshers)[0]) >= 1


async def test_after_several_kills_of_redis_every_process_has_fresh_figures(start_refreshers, redis_server):
    source = FakeSource()
    refreshers = await start_refreshers(3, source, make_report(pace=0.6), patient=False)
    stores = [refresher.context.store for refresher in refreshers]
    for _ in range(4):
        before = source.query_count
        await wait_until(lambda: source.query_count > before)  # noqa: B023
        redis_server.kill()
        await wait_until(lambda: not any(store.health()["answers"] for store in stores))
        redis_server.start()
    await wait_until(lambda: all(store.health()["answers"] for store in stores))
    newest = source.query_count
    await wait_until(lambda: all(figure_of(reading) > newest for reading in latest_of(refreshers)))


async def test_a_poisoned_reading_does_not_reach_the_wall(start_refreshers, redis_server):
    refreshers = await start_refreshers(2, FakeSource(), make_report(pace=1.0))
    stores = [refresher.context.store for refresher in refreshers]
    await wait_until(lambda: all(latest_of(refreshers)))
    commands, redis = stores[0].commands, stores[0].connection.redis
    for _ in range(10):
        counts = [store.health()["bad_values"] for store in stores]
        await redis.set(commands.key_for("reading", "users"), b'{"fence": 1, "reading": "<script>"}')
        await redis.publish(commands.channel, "users")
        await wait_until(lambda: [store.health()["bad_values"] for store in stores] != counts)  # noqa: B023
        assert all(isinstance(figure_of(reading), int) for reading in latest_of(refreshers))
    await wait_until(lambda: all(store.health()["bad_values"] for store in stores))


async def test_an_unfenced_reading_is_dropped_when_redis_has_a_newer_one(redis_server, settings):
    one, other = [await open_patient_store(settings(redis_url=redis_server.url), utc_now) for _ in range(2)]
    async with running_refresher(one, FakeSource(), make_report()):
        await wait_until(lambda: other.latest("users"))
    newer = other.latest("users")
    old = Reading("users", newer.frame, newer.taken_at - timedelta(seconds=5))
    await other.write(old, unfenced_lease("users"))
    await wait_until(lambda: other.latest("users") == newer)
    await one.close()
    await other.close()

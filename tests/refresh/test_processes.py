"""Many refreshers and one Redis: one question upstream for each period, whatever happens to either."""

import asyncio
import sys
from collections import Counter
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from tests.refresh.pretending import Oracle, report, running, shown, until
from utilities.model.clock import utc_now
from utilities.model.errors import ErrorKind, SourceMisconfigured, Unavailable
from utilities.model.frames import LastError, Reading
from utilities.store import alone, open_store

ROOT = Path(__file__).parents[2]


async def another(*arguments: str) -> asyncio.subprocess.Process:
    """A process of its own; see tests/refresh/process.py."""
    command = (sys.executable, "-m", "tests.refresh.process", *arguments)
    return await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.DEVNULL)


@pytest.fixture
async def fleet(redis_server, settings):
    """`await fleet(n, oracle, report)`: n stores, each with its refresher, as n processes would have them."""
    async with AsyncExitStack() as opened:

        async def start(many, oracle, *reports, **more):
            stores = []
            for _ in range(many):
                store = await open_store(settings(redis_url=redis_server.url), utc_now)
                opened.push_async_callback(store.close)
                stores.append(store)
            for store in stores:
                await opened.enter_async_context(running(store, oracle, *reports, **more))
            return stores

        yield start


async def test_eight_refreshers_ask_once_and_all_have_the_answer(fleet):
    oracle = Oracle(seconds=0.2)
    stores = await fleet(8, oracle, report())
    await until(lambda: all(shown(store.latest("users")) == 1 for store in stores), within=3)
    await asyncio.sleep(3)
    assert oracle.asked == 1


async def test_eight_refreshers_ask_once_for_each_period(fleet):
    oracle = Oracle(seconds=0.05)
    stores = await fleet(8, oracle, report(pace=1.0))
    await until(lambda: all(store.latest("users") for store in stores))
    before = oracle.asked
    await asyncio.sleep(4.0)
    assert before == 1
    # Between 0.85 and 1.0 of the pace; later on a busy machine, never more often.
    assert 1 <= oracle.asked - before <= 6
    assert oracle.most_running == 1


async def test_many_people_who_want_it_in_many_processes_cost_one_question(redis_server, settings):
    oracle = Oracle(seconds=0.3)
    async with AsyncExitStack() as opened:
        refreshers = []
        for _ in range(4):
            store = await open_store(settings(redis_url=redis_server.url), utc_now)
            opened.push_async_callback(store.close)
            refresher = await opened.enter_async_context(running(store, oracle, report()))
            refresher.set_active([])
            refreshers.append(refresher)
        for _ in range(200):
            for refresher in refreshers:
                refresher.want("users")
        await until(lambda: all(shown(each.means.store.latest("users")) for each in refreshers))
        await asyncio.sleep(0.5)
    assert oracle.asked == 1


async def test_a_failure_is_shared_as_well(fleet):
    oracle = Oracle(error=SourceMisconfigured("no access to the property"))
    stores = await fleet(4, oracle, report())
    await until(lambda: all(store.latest("users") for store in stores))
    await asyncio.sleep(3.5)
    assert oracle.asked == 1
    assert {store.latest("users").last_error.message for store in stores} == {"no access to the property"}


async def test_a_refusal_is_tried_again_once_when_all_processes_restart(fleet, redis_server, settings):
    store = await open_store(settings(redis_url=redis_server.url), utc_now)
    trouble = LastError("no access", ErrorKind.MISCONFIGURED, utc_now(), 3, utc_now() + timedelta(minutes=9))
    await store.write(Reading("users", last_error=trouble), await store.lease("users", 0.1))
    await store.close()
    oracle = Oracle(error=SourceMisconfigured("still no access"), seconds=0.1)
    stores = await fleet(4, oracle, report())
    await until(lambda: all(each.latest("users").last_error.attempts == 4 for each in stores))
    await asyncio.sleep(3.5)
    assert oracle.asked == 1


async def test_two_real_processes_ask_once_for_each_period(redis_server, tmp_path):
    processes = [await another(redis_server.url, str(tmp_path), "6", "2", "") for _ in range(2)]
    codes = [await process.wait() for process in processes]
    asked = (tmp_path / "asked").read_text().split()
    assert codes == [0, 0]
    assert 3 <= len(asked) <= 5  # at 0 s, then every 1.7 to 2 s; the processes do not start at one moment


async def test_when_the_process_that_asks_is_killed_another_takes_over(redis_server, settings, tmp_path):
    process = await another(redis_server.url, str(tmp_path), "60", "60", "hang")
    asked = tmp_path / "asked"
    await until(asked.exists, within=15)
    process.kill()
    await process.wait()
    store = await open_store(settings(redis_url=redis_server.url), utc_now)
    async with running(store, Oracle(), report(), deadline=1.0):
        await until(lambda: shown(store.latest("users")) == 1, within=25)  # the lease of the dead one: 16 s
    await store.close()
    assert Counter(asked.read_text().split()) == {str(process.pid): 1}


async def test_a_stalled_process_cannot_put_old_figures_over_new_ones(redis_server, settings):
    stalled, swift = [await open_store(settings(redis_url=redis_server.url), utc_now) for _ in range(2)]
    lease = await stalled.lease("users", 0.2)
    await asyncio.sleep(0.3)
    async with running(swift, Oracle(), report()):
        await until(lambda: shown(swift.latest("users")) == 1)
    newer = swift.latest("users")
    assert not await stalled.write(Reading("users", newer.frame, utc_now() - timedelta(hours=1)), lease)
    assert stalled.latest("users") == newer
    await stalled.close()
    await swift.close()


@pytest.mark.parametrize("how", ["freeze", "kill"])
async def test_the_walls_stay_alive_without_redis_and_come_together_again(fleet, redis_server, how):
    oracle, users = Oracle(), report(pace=1.0)
    stores = await fleet(2, oracle, users)
    await until(lambda: all(store.latest("users") for store in stores))
    redis_server.freeze() if how == "freeze" else redis_server.kill()
    await until(lambda: not any(store.health()["answers"] for store in stores))
    alone = oracle.asked
    async with asyncio.timeout(10):
        while oracle.asked < alone + 4:  # each of them, twice
            assert all(store.latest("users").age_at(utc_now()) < 2 * users.refresh_every for store in stores)
            await asyncio.sleep(0.05)
    redis_server.thaw() if how == "freeze" else redis_server.start()
    await until(lambda: all(store.health()["answers"] for store in stores))
    await until(lambda: stores[0].latest("users") == stores[1].latest("users"))
    asked = oracle.asked
    await asyncio.sleep(3.0)
    assert oracle.asked - asked <= 5  # one for each period again, not one for each process


async def test_a_failing_source_without_redis_keeps_its_figures_and_backs_off(fleet, redis_server):
    oracle = Oracle()
    (store,) = await fleet(1, oracle, report(pace=0.5))
    await until(lambda: shown(store.latest("users")))
    redis_server.kill()
    oracle.error = Unavailable("down too")
    await until(lambda: store.latest("users").last_error and store.latest("users").last_error.attempts > 1)
    assert shown(store.latest("users")) >= 1


async def test_redis_killed_again_and_again_under_refresh_leaves_every_process_with_fresh_figures(fleet, redis_server):
    oracle, users = Oracle(), report(pace=0.6)
    stores = await fleet(3, oracle, users)
    for _ in range(4):
        await asyncio.sleep(0.7)
        redis_server.kill()
        await asyncio.sleep(0.3)
        redis_server.start()
    await until(lambda: all(store.health()["answers"] for store in stores))
    newest = oracle.asked
    await until(lambda: all(shown(store.latest("users")) > newest for store in stores))


async def test_a_reading_that_is_poisoned_while_it_runs_does_not_reach_the_wall(fleet, redis_server, settings):
    oracle = Oracle()
    stores = await fleet(2, oracle, report(pace=1.0))
    await until(lambda: all(store.latest("users") for store in stores))
    commands = stores[0].commands
    redis = stores[0].link.redis
    for _ in range(10):
        await redis.set(commands.key("reading", "users"), b'{"fence": 1, "reading": "<script>"}')
        await redis.publish(commands.channel, "users")
        await asyncio.sleep(0.1)
        assert all(isinstance(shown(store.latest("users")), int) for store in stores)
    assert all(store.health()["bad_values"] for store in stores)


async def test_taken_alone_it_is_shared_when_redis_has_nothing_newer(redis_server, settings):
    one, other = [await open_store(settings(redis_url=redis_server.url), utc_now) for _ in range(2)]
    async with running(one, Oracle(), report()):
        await until(lambda: other.latest("users"))
    newer = other.latest("users")
    old = Reading("users", newer.frame, newer.taken_at - timedelta(seconds=5))
    await other.write(old, alone("users"))
    await until(lambda: other.latest("users") == newer, within=7)
    await one.close()
    await other.close()

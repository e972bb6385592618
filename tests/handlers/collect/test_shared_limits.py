"""Several processes with one Redis have the same limits; without an answer each has its own, and nobody waits."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import cast

import pytest
from redis.asyncio import Redis

from tests.conftest import RedisServer
from tests.handlers.collect.conftest import SITES, Open
from tests.handlers.collect.test_limits import taken
from utilities.pageviews.collect.rate_limit import Pace
from utilities.pageviews.collect.shared_rate_limit import Sharing
from utilities.pageviews.sites.site_file import Limits
from utilities.runtime.token_buckets import LEAST_PRIVILEGE
from utilities.store import redis_commands as store

OpenPace = Callable[..., Pace]
ADDRESS = "203.0.113.9"


@pytest.fixture
async def processes(redis_server: RedisServer) -> AsyncIterator[OpenPace]:
    """`processes(address=60)`: the buckets of one more process."""
    async with AsyncExitStack() as closing:

        def one(**limits: int) -> Pace:
            sharing = Sharing(redis_server.url, rest_seconds=0.05)
            closing.push_async_callback(sharing.close)
            return Pace(Limits(**limits), tell=sharing.tell)

        yield one


@pytest.fixture
async def redis(redis_server: RedisServer) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_server.url) as client:
        yield client


async def until(true: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(10):
        while not await true():  # noqa: ASYNC110 (Redis tells nobody)
            await asyncio.sleep(0.005)


async def taken_slowly(pace: Pace, address: str, most: int) -> int:
    """How many are taken in by a process that hears of the others between one hit and the next."""
    got = 0
    for _ in range(most):
        got += taken(pace, address, 1)
        await asyncio.sleep(0.005)
    return got


async def test_client_who_has_used_up_one_process_gets_little_of_another(processes: OpenPace, redis: Redis):
    one, other = processes(address=60), processes(address=60)
    assert taken(one, ADDRESS, 100) == 60
    await until(lambda: redis.keys("foyer:limits:client:*"))
    assert await taken_slowly(other, ADDRESS, 60) < 30
    assert await taken_slowly(other, "203.0.113.10", 20) == 20


async def test_site_and_all_are_shared_as_well(processes: OpenPace, redis: Redis):
    one, other = processes(site=40, all=60), processes(site=40, all=60)
    assert taken(one, ADDRESS, 100, "blog") == 40
    await until(lambda: redis.keys("foyer:limits:all:"))
    assert await taken_slowly(other, ADDRESS, 1) <= 1
    await until(lambda: gives_up(other, "blog"))
    assert await taken_slowly(other, "203.0.113.10", 1) == 0


async def gives_up(pace: Pace, site: str) -> bool:
    return taken(pace, ADDRESS, 1, site) == 0


async def test_redis_that_stops_leaves_each_process_its_own_limits_and_is_asked_again(
    processes: OpenPace, redis: Redis, redis_server: RedisServer
):
    pace = processes(address=60)
    redis_server.freeze()
    assert taken(pace, ADDRESS, 100) == 60
    await asyncio.sleep(0.3)
    redis_server.kill()
    assert await taken_slowly(pace, "203.0.113.10", 20) == 20
    redis_server.start()

    async def told() -> object:
        taken(pace, "203.0.113.11", 3)
        return await redis.keys("foyer:limits:client:*")

    await until(told)


async def test_redis_keeps_no_address_nothing_for_good_and_wants_few_rights(redis: Redis, redis_server: RedisServer):
    rights = [*store.LEAST_PRIVILEGE.split(), *LEAST_PRIVILEGE.split()]
    await redis.execute_command("ACL", "SETUSER", "foyer", "on", ">few", *rights)
    sharing = Sharing(redis_server.url.replace("//", "//foyer:few@"))
    taken(Pace(Limits(address=20), tell=sharing.tell), ADDRESS, 5)
    await until(lambda: redis.keys("foyer:limits:client:*"))
    await sharing.close()
    keys = await redis.keys("*")
    assert {key.rpartition(b":")[0] for key in keys} == {b"foyer:limits:client", b"foyer:limits"}
    assert ADDRESS.encode() not in b" ".join(keys)
    assert all([0 < await cast("Awaitable[int]", redis.ttl(key)) <= 86_400 for key in keys])


async def test_process_that_collects_shares_its_limits(collect: Open, redis_server: RedisServer):
    one = await collect(SITES, redis_url=redis_server.url)
    assert one.own.collector.pace.tell is not None

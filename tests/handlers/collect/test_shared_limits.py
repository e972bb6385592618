"""Processes with the same Redis share their limits; when Redis is down each has its own, and no hit waits."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import cast

import pytest
from redis.asyncio import Redis

from tests.conftest import RedisServer
from tests.handlers.collect.conftest import SITES, OpenCollector
from tests.handlers.collect.test_limits import count_accepted
from tests.waiting import wait_until
from utilities.pageviews.collect.rate_limit import HitRateLimiter
from utilities.pageviews.collect.shared_rate_limit import SharedRateLimits, tokens_per_report
from utilities.pageviews.sites.site_file import RateLimits
from utilities.runtime.redis_connection import CALL_SECONDS
from utilities.runtime.token_buckets import LEAST_PRIVILEGE
from utilities.store import redis_commands as store

AddProcess = Callable[..., HitRateLimiter]
ADDRESS = "203.0.113.9"


@pytest.fixture
async def processes(redis_server: RedisServer) -> AsyncIterator[AddProcess]:
    """`processes(address=60)` returns the limiter of one more process.

    It waits long for Redis, so that a busy machine is not mistaken for a Redis that is down.
    """
    async with AsyncExitStack() as closing:

        def add_process(call_seconds: float = 20.0, **limits: int) -> HitRateLimiter:
            shared_limits = SharedRateLimits(redis_server.url, rest_seconds=0.05, call_seconds=call_seconds)
            closing.push_async_callback(shared_limits.close)
            return HitRateLimiter(RateLimits(**limits), on_token=shared_limits.record_token)

        yield add_process


@pytest.fixture
async def redis(redis_server: RedisServer) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_server.url) as client:
        yield client


def is_refused(limiter: HitRateLimiter, address: str) -> bool:
    """Whether the bucket of the client is empty; takes nothing from it."""
    return limiter.clients.seconds_until_free(address, limiter.monotonic()) > 0


async def test_client_that_used_up_one_process_gets_little_from_another(processes: AddProcess, redis: Redis):
    one, other = processes(address=60), processes(address=60)
    assert count_accepted(one, ADDRESS, 100) == 60
    await wait_until(lambda: redis.keys("foyer:limits:client:*"))
    assert count_accepted(other, ADDRESS, tokens_per_report(other.clients)) == tokens_per_report(other.clients)
    await wait_until(lambda: is_refused(other, ADDRESS))
    assert count_accepted(other, "203.0.113.10", 20) == 20
    assert not is_refused(other, "203.0.113.10")


async def test_limits_of_site_and_all_hits_are_shared(processes: AddProcess, redis: Redis):
    one, other = processes(site=40, all=60), processes(site=40, all=60)
    assert count_accepted(one, ADDRESS, 100, "blog") == 40
    await wait_until(lambda: redis.keys("foyer:limits:all:"))
    await wait_until(lambda: is_exhausted(other, "blog"))
    assert count_accepted(other, "203.0.113.10", 1) == 0


def is_exhausted(limiter: HitRateLimiter, site: str) -> bool:
    return count_accepted(limiter, ADDRESS, 1, site) == 0


async def test_without_redis_each_process_has_its_own_limits_until_redis_is_back(
    processes: AddProcess, redis: Redis, redis_server: RedisServer, caplog: pytest.LogCaptureFixture
):
    limiter = processes(address=60, call_seconds=CALL_SECONDS)
    redis_server.freeze()
    assert count_accepted(limiter, ADDRESS, 100) == 60

    def is_logged() -> bool:
        count_accepted(limiter, "203.0.113.9", 3)  # a single late answer is no outage
        return "it does not answer" in caplog.text

    await wait_until(is_logged)
    redis_server.kill()
    assert count_accepted(limiter, "203.0.113.10", 20) == 20
    redis_server.start()

    async def is_shared() -> object:
        count_accepted(limiter, "203.0.113.11", 3)
        return await redis.keys("foyer:limits:client:*")

    await wait_until(is_shared)


async def test_redis_has_no_address_no_key_without_expiry_and_needs_few_rights(redis: Redis, redis_server: RedisServer):
    rights = [*store.LEAST_PRIVILEGE.split(), *LEAST_PRIVILEGE.split()]
    await redis.execute_command("ACL", "SETUSER", "foyer", "on", ">few", *rights)
    shared_limits = SharedRateLimits(redis_server.url.replace("//", "//foyer:few@"))
    count_accepted(HitRateLimiter(RateLimits(address=20), on_token=shared_limits.record_token), ADDRESS, 5)
    await wait_until(lambda: redis.keys("foyer:limits:client:*"))
    await shared_limits.close()
    keys = await redis.keys("*")
    assert {key.rpartition(b":")[0] for key in keys} == {b"foyer:limits:client", b"foyer:limits"}
    assert ADDRESS.encode() not in b" ".join(keys)
    assert all([0 < await cast("Awaitable[int]", redis.ttl(key)) <= 86_400 for key in keys])


async def test_collector_process_shares_its_limits(open_collector: OpenCollector, redis_server: RedisServer):
    server = await open_collector(SITES, redis_url=redis_server.url)
    assert server.own.collector.rate_limiter.on_token is not None

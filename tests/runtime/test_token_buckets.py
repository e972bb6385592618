"""Token buckets: a full bucket at once, then an even rate; in Redis the same as in memory."""

from collections.abc import AsyncIterator

import pytest

from tests.conftest import RedisServer
from utilities.runtime.redis_connection import RedisConnection
from utilities.runtime.token_buckets import RedisTokenBuckets, TokenBuckets


def take_as_many_as_there_are(buckets: TokenBuckets, name: str, now: float) -> int:
    count = 0
    while buckets.seconds_until_free(name, now) == 0.0:
        buckets.take_token(name, now)
        count += 1
    return count


def test_bucket_is_full_at_first_and_fills_evenly():
    buckets = TokenBuckets("test", capacity=60, seconds=60.0, max_names=10)
    assert take_as_many_as_there_are(buckets, "a", 1000.0) == 60
    assert buckets.seconds_until_free("a", 1000.25) == pytest.approx(0.75)
    assert take_as_many_as_there_are(buckets, "a", 1005.0) == 5
    assert take_as_many_as_there_are(buckets, "a", 9000.0) == 60
    assert take_as_many_as_there_are(buckets, "b", 9000.0) == 60


def test_longest_unused_bucket_is_dropped():
    buckets = TokenBuckets("test", capacity=1, seconds=60.0, max_names=2)
    for name in "aba":
        buckets.take_token(name, 0.0)
    buckets.take_token("c", 0.0)
    assert set(buckets.full_at) == {"a", "c"}


def test_use_by_other_processes_counts_and_is_never_undone():
    buckets = TokenBuckets("test", capacity=10, seconds=10.0, max_names=2)
    buckets.merge_usage("a", 109.0)
    assert take_as_many_as_there_are(buckets, "a", 100.0) == 1
    buckets.merge_usage("a", 100.0)
    assert take_as_many_as_there_are(buckets, "a", 100.0) == 0


@pytest.fixture
async def connection(redis_server: RedisServer) -> AsyncIterator[RedisConnection]:
    opened = RedisConnection(redis_server.url, max_connections=2, call_seconds=20.0)
    yield opened
    await opened.close()


async def test_bucket_in_redis_gives_as_many_tokens_and_says_when_there_are_more(connection: RedisConnection):
    shared, buckets = RedisTokenBuckets(connection), TokenBuckets("test", capacity=3, seconds=3600.0, max_names=1)
    async with connection.use_client() as redis:
        results = [await shared.take_tokens("foyer:test", buckets) for _ in range(4)]
        expires = await redis.ttl("foyer:test")
    assert [has_enough for has_enough, _, _ in results] == [True, True, True, False]
    _, full_in, retry_in = results[-1]
    assert 3500 < full_in <= 3600
    assert 1100 < retry_in <= 1200
    assert 0 < expires <= 3600

"""Shares the rate limits of hits between all processes with the same Redis."""

import asyncio
import hashlib
import secrets
import time
from collections.abc import Callable
from typing import cast

from redis.asyncio import Redis

from utilities.model.errors import StoreDown
from utilities.runtime.redis_connection import CALL_SECONDS, REST_SECONDS, RedisConnection
from utilities.runtime.supervised_loop import SupervisedLoop
from utilities.runtime.token_buckets import RedisTokenBuckets, TokenBuckets

SYNC_BATCH = 100  # buckets that are synchronized at once
MAX_CONNECTIONS = 4
MAX_UNREPORTED_BUCKETS = 50_000  # the least recently used one is dropped
LIMITS_KEY_PREFIX = "foyer:limits:"
HASH_KEY_BYTES = 32
HASH_KEY_SECONDS = 86_400
HASH_KEY_CHECK_SECONDS = 60.0  # between two looks whether the key in Redis has changed

BucketName = tuple[TokenBuckets, str]


class SharedRateLimits:
    """Reports tokens to Redis in the background, so that a hit costs the same whether Redis is fast, slow or down.

    A process may be ahead of the others by one report of each bucket. A client that takes fewer tokens than a report
    has is never reported. Tokens that were used while Redis did not answer are not reported later.
    """

    def __init__(
        self,
        url: str,
        rest_seconds: float = REST_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
        call_seconds: float = CALL_SECONDS,
    ) -> None:
        """Needs a running event loop; raises SettingsError for an invalid URL."""
        self.connection = RedisConnection(
            url,
            max_connections=MAX_CONNECTIONS,
            rest_seconds=rest_seconds,
            call_seconds=call_seconds,
            clock=monotonic,
        )
        self.shared = RedisTokenBuckets(self.connection)
        self.rest_seconds = rest_seconds
        self.monotonic = monotonic
        self.unreported: dict[BucketName, int] = {}  # tokens that were used here since the last report
        self.due: dict[BucketName, None] = {}  # buckets with enough tokens for a report, in order
        self.wake = asyncio.Event()
        self.hash_key, self.hash_key_until = b"", 0.0
        self.loop = SupervisedLoop("limits of hits: settle", self._run_sync)

    def record_token(self, buckets: TokenBuckets, name: str) -> None:
        """Records that a token was used in this process; the `on_token` of HitRateLimiter."""
        bucket = buckets, name
        tokens = self.unreported.pop(bucket, 0) + 1
        if len(self.unreported) >= MAX_UNREPORTED_BUCKETS:
            del self.unreported[next(iter(self.unreported))]
        self.unreported[bucket] = tokens
        if tokens >= tokens_per_report(buckets):
            self.due[bucket] = None
            self.wake.set()

    async def _run_sync(self) -> None:
        while True:
            await self.wake.wait()
            self.wake.clear()
            try:
                while self.due:
                    async with self.connection.use_client() as redis:
                        await self._load_hash_key(redis)
                        await asyncio.gather(*map(self._sync_bucket, list(self.due)[:SYNC_BATCH]))
            except StoreDown:
                await asyncio.sleep(self.rest_seconds)
                self.due.clear()
                self.unreported.clear()

    async def _sync_bucket(self, bucket: BucketName) -> None:
        """Takes the tokens from the shared bucket too. When it has too few, the local bucket is empty until it has."""
        buckets, name = bucket
        self.due.pop(bucket, None)
        tokens = min(self.unreported.get(bucket, 0), buckets.capacity)
        has_enough, full_in, _ = await self.shared.take_tokens(self._redis_key(bucket), buckets, tokens)
        left = self.unreported.pop(bucket, 0) - (tokens if has_enough else 0)
        if left > 0:
            self.unreported[bucket] = left
        buckets.merge_usage(name, self.monotonic() + full_in + left * buckets.seconds_per_token)

    def _redis_key(self, bucket: BucketName) -> str:
        """Returns the bucket's key in Redis, which contains a hash and never an address."""
        buckets, name = bucket
        if buckets.kind == "client":
            name = hashlib.blake2b(name.encode(), key=self.hash_key, digest_size=16).hexdigest()
        return f"{LIMITS_KEY_PREFIX}{buckets.kind}:{name}"

    async def _load_hash_key(self, redis: Redis) -> None:
        """Loads the key for hashing addresses: random, shared by all processes, replaced every day."""
        if self.monotonic() < self.hash_key_until:
            return
        redis_key = f"{LIMITS_KEY_PREFIX}key"
        await redis.set(redis_key, secrets.token_bytes(HASH_KEY_BYTES), nx=True, ex=HASH_KEY_SECONDS)
        key = cast(bytes, await redis.get(redis_key) or b"")
        if len(key) != HASH_KEY_BYTES:
            raise StoreDown("the key of the limits in Redis is not valid")
        self.hash_key = key
        self.hash_key_until = self.monotonic() + HASH_KEY_CHECK_SECONDS

    async def close(self) -> None:
        """Stops the background task; waits at most a second and a half."""
        await self.loop.stop(timeout=0.5)
        await self.connection.close()


def tokens_per_report(buckets: TokenBuckets) -> int:
    """Returns how many tokens are used before Redis is informed: a twentieth of a bucket, 100 at most."""
    return max(1, min(buckets.capacity // 20, 100))

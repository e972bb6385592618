"""The buckets of all processes that have one Redis, as one: each tells it what it took, and hears what others took."""

import asyncio
import hashlib
import secrets
import time
from collections.abc import Callable
from typing import cast

from redis.asyncio import Redis

from utilities.model.errors import StoreDown
from utilities.runtime.redis_connection import REST_SECONDS, RedisConnection
from utilities.runtime.supervised_loop import SupervisedLoop
from utilities.runtime.token_buckets import RedisTokenBuckets, TokenBuckets

LOT = 100  # buckets that are settled at once
MAX_CONNECTIONS = 4
MOST_OWING = 50_000  # buckets; of those beyond, the one that took longest ago is forgiven
PREFIX = "foyer:limits:"
KEY_BYTES = 32
KEY_KEPT = 86_400  # seconds
KEY_HELD = 60.0  # seconds until a process looks whether its key is still everybody's

Owing = tuple[TokenBuckets, str]


class Sharing:
    """Settles in the background, so that a hit costs the same whether Redis is quick, slow or gone.

    A process may run ahead of the others by one portion of each bucket. A client that takes less than a portion is
    never told of. What was taken while Redis did not answer is forgiven.
    """

    def __init__(
        self, url: str, rest_seconds: float = REST_SECONDS, steady: Callable[[], float] = time.monotonic
    ) -> None:
        """Needs the running loop; raises SettingsError for a bad URL."""
        self.connection = RedisConnection(
            url,
            purpose="limits of hits",
            fallback="each process has its own",
            max_connections=MAX_CONNECTIONS,
            rest_seconds=rest_seconds,
            clock=steady,
        )
        self.shared = RedisTokenBuckets(self.connection)
        self.rest_seconds = rest_seconds
        self.steady = steady
        self.owed: dict[Owing, int] = {}  # taken here, and Redis has not heard of it
        self.due: dict[Owing, None] = {}  # those who owe a portion, in order
        self.wake = asyncio.Event()
        self.key, self.key_until = b"", 0.0
        self.loop = SupervisedLoop("limits of hits: settle", self.settle_for_ever)

    def tell(self, buckets: TokenBuckets, name: str) -> None:
        """One was taken."""
        owing = buckets, name
        owed = self.owed.pop(owing, 0) + 1
        if len(self.owed) >= MOST_OWING:
            del self.owed[next(iter(self.owed))]
        self.owed[owing] = owed
        if owed >= portion(buckets):
            self.due[owing] = None
            self.wake.set()

    async def settle_for_ever(self) -> None:
        while True:
            await self.wake.wait()
            self.wake.clear()
            try:
                while self.due:
                    async with self.connection.use_client() as redis:
                        await self.find_key(redis)
                        await asyncio.gather(*map(self.settle, list(self.due)[:LOT]))
            except StoreDown:
                await asyncio.sleep(self.rest_seconds)
                self.due.clear()
                self.owed.clear()

    async def settle(self, owing: Owing) -> None:
        """Takes from the shared bucket what was taken here. When it has less than that, this one is closed until it
        has as much."""
        buckets, name = owing
        self.due.pop(owing, None)
        owed = min(self.owed.get(owing, 0), buckets.capacity)
        is_taken, full_in, _ = await self.shared.take(self.name_of(owing), buckets, owed)
        left = self.owed.pop(owing, 0) - (owed if is_taken else 0)
        if left > 0:
            self.owed[owing] = left
        buckets.merge(name, self.steady() + full_in + left * buckets.seconds_per_token)

    def name_of(self, owing: Owing) -> str:
        """The bucket's name in Redis, which never hears an address."""
        buckets, name = owing
        if buckets.kind == "client":
            name = hashlib.blake2b(name.encode(), key=self.key, digest_size=16).hexdigest()
        return f"{PREFIX}{buckets.kind}:{name}"

    async def find_key(self, redis: Redis) -> None:
        """The key under which addresses are hashed: random, the same for all processes, another one tomorrow."""
        if self.steady() < self.key_until:
            return
        await redis.set(f"{PREFIX}key", secrets.token_bytes(KEY_BYTES), nx=True, ex=KEY_KEPT)
        key = cast(bytes, await redis.get(f"{PREFIX}key") or b"")
        if len(key) != KEY_BYTES:
            raise StoreDown("the key of the limits in Redis is not valid")
        self.key = key
        self.key_until = self.steady() + KEY_HELD

    async def close(self) -> None:
        """Waits a second and a half at most."""
        await self.loop.stop(timeout=0.5)
        await self.connection.close()


def portion(buckets: TokenBuckets) -> int:
    """How many are taken before Redis is told: a twentieth of a bucket, a hundred at most."""
    return max(1, min(buckets.capacity // 20, 100))

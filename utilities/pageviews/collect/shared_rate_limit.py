"""The buckets of all processes that have one Redis, as one: each tells it what it took, and hears what others took."""

import asyncio
import hashlib
import logging
import secrets
import time
from collections.abc import Callable
from typing import Any, cast

from redis.asyncio import BlockingConnectionPool, Redis
from redis.exceptions import RedisError
from throttled.asyncio.rate_limiter.gcra import RedisLimitAtomicAction
from throttled.asyncio.store import RedisStoreBackend
from throttled.exceptions import StoreUnavailableError

from utilities.http.redis_options import options
from utilities.pageviews.collect.rate_limit import Buckets

log = logging.getLogger("foyer.collect")

PATIENCE = 0.25  # seconds for a lot; no hit waits for them
REST = 1.0  # seconds in which a Redis that did not answer is left alone
LOT = 100  # buckets that are settled at once
CONNECTIONS = 4
MOST_OWING = 50_000  # buckets; of those beyond, the one that took longest ago is forgiven
PREFIX = "foyer:limits:"
KEY_BYTES = 32
KEY_KEPT = 86_400  # seconds
KEY_HELD = 60.0  # seconds until a process looks whether its key is still everybody's

LEAST_PRIVILEGE = "+evalsha +script|load +time"
"""What a Redis user needs for it besides store/commands.py's; without them each process has its own limits."""

Owing = tuple[Buckets, str]


class Given(RedisStoreBackend):
    """The library's way to a Redis, over connections of ours."""

    def __init__(self, redis: "Redis") -> None:
        super().__init__()
        self.redis = redis

    def get_client(self) -> Any:
        return self.redis


class Sharing:
    """Settles in the background, so that a hit costs the same whether Redis is quick, slow or gone.

    A process may run ahead of the others by one portion of each bucket. A client that takes less than a portion is
    never told of. What was taken while Redis did not answer is forgiven.
    """

    def __init__(self, url: str, rest: float = REST, steady: Callable[[], float] = time.monotonic) -> None:
        """Needs the running loop; raises SettingsError for a bad URL."""
        ours = {"max_connections": CONNECTIONS, "timeout": PATIENCE, "decode_responses": False}
        self.redis = Redis(connection_pool=BlockingConnectionPool(**options(url, PATIENCE) | ours))
        self.take = RedisLimitAtomicAction(Given(self.redis)).do
        self.rest = rest
        self.steady = steady
        self.owed: dict[Owing, int] = {}  # taken here, and Redis has not heard of it
        self.due: dict[Owing, None] = {}  # those who owe a portion, in order
        self.wake = asyncio.Event()
        self.answers = True
        self.key, self.key_until = b"", 0.0
        self.task = asyncio.create_task(self.settle_for_ever(), name="limits: settle")

    def tell(self, buckets: Buckets, name: str) -> None:
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
                    async with asyncio.timeout(PATIENCE):
                        await self.find_key()
                        await asyncio.gather(*map(self.settle, list(self.due)[:LOT]))
                    self.noted(None)
            except (StoreUnavailableError, RedisError, OSError, TimeoutError, ValueError) as error:
                self.noted(error)
                await asyncio.sleep(self.rest)
                self.due.clear()
                self.owed.clear()

    async def settle(self, owing: Owing) -> None:
        """Takes from the shared bucket what was taken here. When it has less than that, this one is closed until it
        has as much."""
        buckets, name = owing
        self.due.pop(owing, None)
        owed = min(self.owed.get(owing, 0), buckets.most)
        limited, _, full_in, _ = await self.take([self.name_of(owing)], [buckets.each, buckets.most, owed])
        left = self.owed.pop(owing, 0) - (0 if limited else owed)
        if left > 0:
            self.owed[owing] = left
        buckets.learn(name, self.steady() + full_in + left * buckets.each)

    def name_of(self, owing: Owing) -> str:
        """The bucket's name in Redis, which never hears an address."""
        buckets, name = owing
        if buckets.kind == "client":
            name = hashlib.blake2b(name.encode(), key=self.key, digest_size=16).hexdigest()
        return f"{PREFIX}{buckets.kind}:{name}"

    async def find_key(self) -> None:
        """The key under which addresses are hashed: random, the same for all processes, another one tomorrow."""
        if self.steady() < self.key_until:
            return
        await self.redis.set(f"{PREFIX}key", secrets.token_bytes(KEY_BYTES), nx=True, ex=KEY_KEPT)
        key = cast(bytes, await self.redis.get(f"{PREFIX}key") or b"")
        if len(key) != KEY_BYTES:
            raise ValueError("what it has for a key is none of ours")
        self.key = key
        self.key_until = self.steady() + KEY_HELD

    def noted(self, error: Exception | None) -> None:
        """Says once that it stopped answering, and once that it answers again."""
        if self.answers != (error is None):
            self.answers = error is None
            if error is None:
                log.info("Redis shares the limits of hits again")
            else:
                why = error.__cause__ or error
                log.warning("Redis does not share the limits of hits (%s); each process has its own", why)

    async def close(self) -> None:
        """Waits a second at most."""
        self.task.cancel()
        await asyncio.wait([self.task], timeout=0.5)
        try:
            async with asyncio.timeout(0.5):
                await self.redis.aclose(close_connection_pool=True)
        except (RedisError, OSError, TimeoutError) as error:
            log.info("Redis was not told goodbye: %s", error)


def portion(buckets: Buckets) -> int:
    """How many are taken before Redis is told: a twentieth of a bucket, a hundred at most."""
    return max(1, min(buckets.most // 20, 100))

"""How often something may be done in a minute, by one and by all: signing in by address, asking by token."""

import logging
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import StorageError

if TYPE_CHECKING:
    from redis.asyncio import ConnectionPool

log = logging.getLogger("foyer.signin")

PATIENCE = 0.25  # seconds that Redis may take


@dataclass(frozen=True)
class Most:
    """The most tries in a minute."""

    from_one: int = 120  # a whole office that comes in at nine; signing in counts twice
    from_all: int = 600


class Pace:
    """Counts in Redis when there is one, so that all processes count together; in memory while it does not answer."""

    def __init__(self, redis_url: str = "", most: Most | None = None, what: str = "sign-in") -> None:
        self.what = what
        most = most or Most()
        self.rules: tuple[tuple[RateLimitItem, bool], ...] = (
            (RateLimitItemPerMinute(most.from_one), True),
            (RateLimitItemPerMinute(most.from_all), False),
        )
        self.own = MovingWindowRateLimiter(MemoryStorage())
        self.pool = pool_of(redis_url) if redis_url else None
        self.shared = limiter_in(self.pool) if self.pool else None

    async def wait(self, one: str) -> int:
        """0 and the try is counted, or the seconds until there may be another."""
        if self.shared is not None:
            try:
                return await self.count(self.shared, one)
            except StorageError:
                log.warning("Redis does not count (%s); this process counts its own", self.what)
        return await self.count(self.own, one)

    async def close(self) -> None:
        if self.pool is not None:
            await self.pool.disconnect()

    async def count(self, limiter: MovingWindowRateLimiter, one: str) -> int:
        for rule, alone in self.rules:
            names = (self.what, one) if alone else (self.what,)
            if not await limiter.hit(rule, *names):
                reset, _ = await limiter.get_window_stats(rule, *names)
                return max(1, math.ceil(reset - time.time()))  # the library counts by this clock
        return 0


def pool_of(redis_url: str) -> "ConnectionPool":
    # Imported late: a twentieth of a start, and a process without Redis does not need it.
    from redis.asyncio import ConnectionPool

    from utilities.http.redis_options import options

    return ConnectionPool(**options(redis_url, PATIENCE))


def limiter_in(pool: "ConnectionPool") -> MovingWindowRateLimiter:
    options: dict[str, Any] = {"connection_pool": pool, "wrap_exceptions": True, "implementation": "redispy"}
    return MovingWindowRateLimiter(RedisStorage("async+redis://", key_prefix="foyer:tries", **options))

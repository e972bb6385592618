"""Limits how often something is done in a minute, by one and by all: signing in by address, requests by token."""

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from utilities.model.errors import StoreDown
from utilities.runtime.token_buckets import RedisTokenBuckets, TokenBuckets

if TYPE_CHECKING:
    from utilities.runtime.redis_connection import RedisConnection

log = logging.getLogger("foyer.signin")

PREFIX = "foyer:tries:"
MAX_CONNECTIONS = 10
MAX_CLIENTS = 50_000  # whose attempts are counted in memory


@dataclass(frozen=True)
class Most:
    """The most tries in a minute."""

    from_one: int = 120  # a whole office that comes in at nine; signing in counts twice
    from_all: int = 600


class Pace:
    """Counts in Redis when there is one, so that all processes count together; in memory while it does not answer."""

    def __init__(
        self,
        redis_url: str = "",
        most: Most | None = None,
        what: str = "sign-in",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        most = most or Most()
        self.what = what
        self.clock = clock
        self.one = TokenBuckets("one", most.from_one, 60.0, MAX_CLIENTS)
        self.all = TokenBuckets("all", most.from_all, 60.0, 1)
        self.connection = connect(redis_url, what) if redis_url else None
        self.shared = RedisTokenBuckets(self.connection) if self.connection else None

    async def wait(self, one: str) -> int:
        """Counts an attempt and returns 0, or returns the seconds until there may be another."""
        if self.connection is not None and self.shared is not None:
            try:
                return math.ceil(await self._take_shared(self.connection, self.shared, one))
            except StoreDown as error:
                log.warning("%s: this process counts by itself: %s", self.what, error)
        return math.ceil(self._take(one))

    async def close(self) -> None:
        if self.connection is not None:
            await self.connection.close()

    def _take(self, one: str) -> float:
        now = self.clock()
        seconds = max(self.one.seconds_until_free(one, now), self.all.seconds_until_free("", now))
        if seconds == 0.0:
            self.one.take(one, now)
            self.all.take("", now)
        return seconds

    async def _take_shared(self, connection: "RedisConnection", shared: RedisTokenBuckets, one: str) -> float:
        async with connection.use_client():
            for key, buckets in ((f"{self.what}:one:{one}", self.one), (f"{self.what}:all", self.all)):
                is_taken, _, retry_seconds = await shared.take(PREFIX + key, buckets)
                if not is_taken:
                    return retry_seconds
        return 0.0


def connect(redis_url: str, what: str) -> "RedisConnection":
    # Imported late: a twentieth of a start, and a process without Redis does not need it.
    from utilities.runtime.redis_connection import RedisConnection

    return RedisConnection(
        redis_url, purpose=what, fallback="this process counts by itself", max_connections=MAX_CONNECTIONS
    )

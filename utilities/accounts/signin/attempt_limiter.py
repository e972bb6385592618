"""Rate limits per minute, for one client and in total: sign-ins by address, requests by token."""

import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from utilities.model.errors import StoreDown
from utilities.runtime.token_buckets import RedisTokenBuckets, TokenBuckets

if TYPE_CHECKING:
    from utilities.runtime.redis_connection import RedisConnection

log = logging.getLogger("foyer.signin")

LIMITER_KEY_PREFIX = "foyer:tries:"
MAX_LIMITER_CONNECTIONS = 10
MAX_COUNTED_CLIENTS = 50_000  # whose attempts are counted in memory


@dataclass(frozen=True)
class AttemptLimits:
    """The most attempts in a minute."""

    per_client: int = 120  # enough for all people of an office at once; one sign-in counts twice
    failures_per_client: int = 20  # codes that the issuer refuses, and accounts that are not the company's
    in_total: int = 600


class AttemptLimiter:
    """Counts in Redis where REDIS_URL is set, so that all processes count together; in memory while Redis is down."""

    def __init__(
        self,
        redis_url: str = "",
        limits: AttemptLimits | None = None,
        purpose: str = "sign-in",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        limits = limits or AttemptLimits()
        self.purpose = purpose
        self.clock = clock
        self.per_client = TokenBuckets("one", limits.per_client, 60.0, MAX_COUNTED_CLIENTS)
        self.in_total = TokenBuckets("all", limits.in_total, 60.0, 1)
        self.failures = TokenBuckets("failed", limits.failures_per_client, 60.0, MAX_COUNTED_CLIENTS)
        self.forgeries = TokenBuckets("forged", limits.in_total, 60.0, 1)
        self.connection = connect_limiter(redis_url) if redis_url else None
        self.shared = RedisTokenBuckets(self.connection) if self.connection else None

    async def count_attempt(self, client: str, *, in_total: bool = True) -> int:
        """Counts an attempt and returns 0, or returns the seconds until there may be another.

        With `in_total` it counts for all clients together as well.
        """
        return await self._count((client, self.per_client), *([("", self.in_total)] if in_total else []))

    def quota_headers(self, client: str) -> dict[str, str]:
        """Returns the limit of a client and what is left of it (draft-ietf-httpapi-ratelimit-headers-11)."""
        free, full_in = self.per_client.count_free(client, self.clock())
        policy = f'"minute";q={self.per_client.capacity};w={round(self.per_client.seconds)}'
        return {"RateLimit-Policy": policy, "RateLimit": f'"minute";r={free};t={math.ceil(full_in)}'}

    async def count_call(self, client: str) -> int:
        """Counts a call to the issuer for all clients together; clients with too many failures may not cause one."""
        wait = self.failures.seconds_until_free(client, self.clock())
        return math.ceil(wait) or await self._count(("", self.in_total))

    def count_failure(self, client: str) -> None:
        """Counts a call that the issuer or we have refused, in this process."""
        if not self.failures.seconds_until_free(client, self.clock()):
            self.failures.take_token(client, self.clock())

    async def count_forgery(self) -> int:
        """Counts an answer to a sign-in that nobody has started; apart from the others, because it is free to send."""
        return await self._count(("", self.forgeries))

    async def _count(self, *counts: tuple[str, TokenBuckets]) -> int:
        if self.connection is not None and self.shared is not None:
            try:
                return math.ceil(await self._take_shared(self.connection, self.shared, counts))
            except StoreDown as error:
                log.debug("%s: this process counts by itself: %s", self.purpose, error)
        return math.ceil(self._take(counts))

    async def close(self) -> None:
        if self.connection is not None:
            await self.connection.close()

    def _take(self, counts: Sequence[tuple[str, TokenBuckets]]) -> float:
        now = self.clock()
        seconds = max(buckets.seconds_until_free(name, now) for name, buckets in counts)
        if seconds == 0.0:
            for name, buckets in counts:
                buckets.take_token(name, now)
        return seconds

    async def _take_shared(
        self, connection: "RedisConnection", shared: RedisTokenBuckets, counts: Sequence[tuple[str, TokenBuckets]]
    ) -> float:
        async with connection.use_client():
            for name, buckets in counts:
                key = f"{LIMITER_KEY_PREFIX}{self.purpose}:{buckets.kind}" + (f":{name}" if name else "")
                has_enough, full_in, retry_seconds = await shared.take_tokens(key, buckets)
                if name:
                    buckets.merge_usage(name, self.clock() + full_in)
                if not has_enough:
                    return retry_seconds
        return 0.0


def connect_limiter(redis_url: str) -> "RedisConnection":
    # Imported late: a twentieth of a start, and a process without Redis does not need it.
    from utilities.runtime.redis_connection import RedisConnection

    return RedisConnection(redis_url, max_connections=MAX_LIMITER_CONNECTIONS)

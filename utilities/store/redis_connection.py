"""The line to Redis: short timeouts of our own, a breaker, and one error for whatever goes wrong."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta

from redis.asyncio import BlockingConnectionPool, Redis
from redis.exceptions import ReadOnlyError, RedisError, ResponseError

from utilities.http.redis_options import options
from utilities.model.errors import StoreDown
from utilities.runtime.circuit_breaker import CircuitBreaker

log = logging.getLogger(__name__)

READ = 0.22  # seconds for one answer
WHOLE = 0.25  # seconds for everything one call of the store does
CONNECTIONS = 20  # of one process; one of them listens
FAILURES = 2
REST = 1.0  # seconds; short, because coming back is to be noticed within five

FIRST_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)


def steady() -> datetime:
    """A clock that never jumps, for the breaker: only the distance between two of its answers means anything."""
    return FIRST_MOMENT + timedelta(seconds=time.monotonic())


def pool(url: str) -> BlockingConnectionPool:
    """The connections of one process; raises SettingsError for a bad URL."""
    ours = {
        "health_check_interval": 0,
        "max_connections": CONNECTIONS,
        "timeout": READ,  # for a connection of these to be free
        "protocol": 2,
        "decode_responses": False,
    }
    return BlockingConnectionPool(**options(url, READ) | ours)


class Link:
    """Talks to one Redis; every failure is StoreDown, and after two in a row the next ones come at once."""

    def __init__(self, url: str) -> None:
        self.redis = Redis(connection_pool=pool(url))
        self.breaker = CircuitBreaker(steady, FAILURES, REST)
        self.answers = True

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[Redis]:
        """The client, for at most a quarter of a second; raises StoreDown."""
        if not self.breaker.allow_call():
            raise StoreDown("Redis has not answered, and is left alone for a second")
        try:
            with self.translated():
                async with asyncio.timeout(WHOLE):
                    yield self.redis
        except StoreDown as error:
            if isinstance(error.__cause__, ReadOnlyError):  # it was the primary once: look where the primary is now
                await self.redis.connection_pool.disconnect(inuse_connections=False)
            raise

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turns what the client raises into StoreDown, and remembers whether Redis answers."""
        try:
            yield
        except ResponseError as error:  # full, read-only, forbidden: it answers, but does not do it
            self.noted(None)
            raise StoreDown(f"Redis refuses: {error}") from error
        except (RedisError, OSError, TimeoutError) as error:
            self.noted(error)
            raise StoreDown(f"Redis does not answer: {error or type(error).__name__}") from error
        self.noted(None)

    def noted(self, error: Exception | None) -> None:
        if error is None:
            self.breaker.record_success()
        else:
            self.breaker.record_failure()
        if self.answers != (error is None):
            self.answers = error is None
            if error is None:
                log.info("Redis answers again")
            else:
                log.warning("Redis does not answer (%s); pages go on from memory", error or type(error).__name__)

    async def close(self) -> None:
        """Hangs up; waits a second at most."""
        try:
            async with asyncio.timeout(1.0):
                await self.redis.aclose(close_connection_pool=True)
        except (RedisError, OSError, TimeoutError) as error:
            log.info("Redis was not told goodbye: %s", error)

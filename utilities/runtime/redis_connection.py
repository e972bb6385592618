"""Connects to Redis: short timeouts, a circuit breaker, a checked certificate, and one error for every failure."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.connection import SSLConnection, parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ReadOnlyError, RedisError, ResponseError

from utilities.model.clock import moments_of
from utilities.model.errors import SettingsError, StoreDown
from utilities.runtime.circuit_breaker import CircuitBreaker
from utilities.runtime.redis_errors import describe_redis_error
from utilities.runtime.redis_outage import RedisUse, redis_outage_of

log = logging.getLogger(__name__)

REPLY_SECONDS = 0.22  # for one reply, and for a free connection
CALL_SECONDS = 0.25  # for everything inside one `use_client`
CLOSE_SECONDS = 1.0
MAX_FAILURES = 2
REST_SECONDS = 1.0  # short: the return of Redis must be noticed within five seconds


class RedisRefused(StoreDown):
    """Redis answers, and refuses the command: it is full, read-only, or forbids it."""


class RedisConnection:
    """Connections to one Redis, for one purpose; every failure is StoreDown, and after two in a row calls fail at once.

    A single failure is no outage once Redis has answered: on a busy machine an answer may come too late. `is_probed`:
    the owner tries all the time whether Redis answers, and records refusals itself. Belongs to one event loop. Raises
    SettingsError for a bad URL.
    """

    def __init__(
        self,
        url: str,
        *,
        max_connections: int,
        is_probed: bool = False,
        rest_seconds: float = REST_SECONDS,
        call_seconds: float = CALL_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.redis = Redis(
            connection_pool=BlockingConnectionPool(**build_pool_options(url, max_connections, call_seconds))
        )
        self.outage = redis_outage_of(url)
        self._answers = RedisUse(self.outage, is_probed=is_probed)
        self._commands = None if is_probed else RedisUse(self.outage, is_probed=False)
        self._call_seconds = call_seconds
        self._breaker = CircuitBreaker(moments_of(clock), MAX_FAILURES, rest_seconds)
        self._has_answered = False  # ever, on this connection

    @property
    def is_answering(self) -> bool:
        """Whether Redis answers on this connection, as far as is known."""
        return not self._answers.is_failing

    @asynccontextmanager
    async def use_client(self, seconds: float | None = None, *, only_reads: bool = False) -> AsyncIterator[Redis]:
        """Yields the client for at most `seconds`, `call_seconds` without; raises StoreDown.

        `only_reads`: success does not mean that Redis accepts writes.
        """
        if not self._breaker.allow_call():
            raise StoreDown("Redis does not answer; the next try is in a second")
        try:
            with self.translate_errors():
                async with asyncio.timeout(seconds or self._call_seconds):
                    yield self.redis
        except StoreDown as error:
            if isinstance(error.__cause__, ReadOnlyError):  # a former primary: find out where the primary is now
                await self.redis.connection_pool.disconnect(inuse_connections=False)
            raise
        if self._commands and not only_reads:
            self._commands.record_success()

    @contextmanager
    def translate_errors(self) -> Iterator[None]:
        """Turns what the client raises into StoreDown, and records whether Redis answers."""
        try:
            yield
        except ResponseError as error:
            self.record_answer()
            reason = describe_redis_error(error)
            if self._commands:
                self._commands.record_failure(f"it refuses: {reason}")
            raise RedisRefused(f"Redis refuses: {reason}") from error
        except (RedisError, OSError, TimeoutError) as error:
            reason = describe_redis_error(error)
            self._record_silence(reason)
            raise StoreDown(f"Redis does not answer: {reason}") from error
        self.record_answer()

    def record_answer(self) -> None:
        """Records that Redis answers."""
        self._has_answered = True
        self._breaker.record_success()
        self._answers.record_success()

    def _record_silence(self, reason: str) -> None:
        self._breaker.record_failure()
        if self._breaker.failure_count >= MAX_FAILURES or not self._has_answered:
            self._answers.record_failure(f"it does not answer: {reason}")

    async def close(self) -> None:
        """Closes the connections; waits a second at most."""
        self._answers.forget()
        if self._commands:
            self._commands.forget()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.redis.aclose(close_connection_pool=True)
        except (RedisError, OSError, TimeoutError) as error:
            log.info("the connections to Redis were not closed cleanly: %s", describe_redis_error(error))


def build_pool_options(url: str, max_connections: int, call_seconds: float = CALL_SECONDS) -> dict[str, Any]:
    """Returns the arguments of a connection pool; raises SettingsError for a bad URL.

    Options of TLS in the URL are obeyed; ours win over all others. redis-py's own defaults wait for a minute: five
    seconds, ten times.
    """
    try:
        options: dict[str, Any] = dict(parse_url(url))
    except ValueError:
        raise SettingsError("REDIS_URL cannot be read: write it like redis://:password@host:6379/0") from None
    if options.get("connection_class") is SSLConnection:
        options = {"ssl_cert_reqs": "required", "ssl_check_hostname": True} | options
    reply_seconds = call_seconds - (CALL_SECONDS - REPLY_SECONDS)
    return options | {
        "socket_timeout": reply_seconds,
        "socket_connect_timeout": reply_seconds,
        "timeout": reply_seconds,  # for a free connection of the pool
        "retry": Retry(NoBackoff(), 0),
        "max_connections": max_connections,
        "health_check_interval": 0,
        "protocol": 2,
        "decode_responses": False,
    }

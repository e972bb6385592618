"""Connects to Redis: short timeouts, a circuit breaker, a checked certificate, and one error for every failure."""

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.connection import SSLConnection, parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import (
    AskError,
    AuthenticationError,
    AuthenticationWrongNumberOfArgsError,
    BusyLoadingError,
    ClusterDownError,
    ClusterError,
    MasterDownError,
    MovedError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
)

from utilities.model.clock import moments_of
from utilities.model.errors import SettingsError, StoreDown
from utilities.runtime.circuit_breaker import CircuitBreaker

log = logging.getLogger(__name__)

ADDRESS_IN_ERROR = re.compile(r"^Error -?\d+ connecting to .*\. (?=\S)|^Error connecting to .*\. (?=\S)")
COMMAND_IN_ERROR = re.compile(r"^Command # \d+ \(.*\) of pipeline caused error: ", re.DOTALL)  # has what was written
REPLY_SECONDS = 0.22  # for one reply, and for a free connection
CALL_SECONDS = 0.25  # for everything inside one `use_client`
CLOSE_SECONDS = 1.0
MAX_FAILURES = 2
REST_SECONDS = 1.0  # short: the return of Redis must be noticed within five seconds
REDIS_REASONS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    (
        (AuthenticationError, AuthenticationWrongNumberOfArgsError),
        "it refuses the user or the password: check REDIS_URL",
    ),
    (NoPermissionError, "the user of REDIS_URL may not do this: see docs/deploying.md"),
    (BusyLoadingError, "it is still loading its data"),
    (OutOfMemoryError, "its memory is full: check its maxmemory"),
    (ReadOnlyError, "it is a replica, which accepts no writes: REDIS_URL must name the primary"),
    (MasterDownError, "it is a replica that has lost its primary"),
    ((MovedError, AskError, ClusterDownError, ClusterError), "it is a cluster, which Foyer cannot use"),
)
"""Reasons by the class of the error; the server's own text may have names and addresses."""
MISCONF_REASON = "it cannot write to its own disk, and accepts no writes until it can"


class RedisConnection:
    """Connections to one Redis, for one purpose; every failure is StoreDown, and after two in a row calls fail at once.

    `purpose` and `fallback` stand in log lines: what Redis is used for, and what happens while it does not answer.
    Belongs to one event loop. Raises SettingsError for a bad URL.
    """

    def __init__(
        self,
        url: str,
        *,
        purpose: str,
        fallback: str,
        max_connections: int,
        rest_seconds: float = REST_SECONDS,
        call_seconds: float = CALL_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.redis = Redis(
            connection_pool=BlockingConnectionPool(**build_pool_options(url, max_connections, call_seconds))
        )
        self.is_answering = True
        self._purpose = purpose
        self._call_seconds = call_seconds
        self._fallback = fallback
        self._breaker = CircuitBreaker(moments_of(clock), MAX_FAILURES, rest_seconds)

    @asynccontextmanager
    async def use_client(self, seconds: float | None = None) -> AsyncIterator[Redis]:
        """Yields the client for at most `seconds`, `call_seconds` without; raises StoreDown."""
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

    @contextmanager
    def translate_errors(self) -> Iterator[None]:
        """Turns what the client raises into StoreDown, and records whether Redis answers."""
        try:
            yield
        except ResponseError as error:  # full, read-only, forbidden: it answers, but refuses
            self._record_outcome(None)
            raise StoreDown(f"Redis refuses: {describe_redis_error(error)}") from error
        except (RedisError, OSError, TimeoutError) as error:
            self._record_outcome(error)
            raise StoreDown(f"Redis does not answer: {describe_redis_error(error)}") from error
        self._record_outcome(None)

    async def close(self) -> None:
        """Closes the connections; waits a second at most."""
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.redis.aclose(close_connection_pool=True)
        except (RedisError, OSError, TimeoutError) as error:
            log.info("%s: the connections to Redis were not closed cleanly: %s", self._purpose, error)

    def _record_outcome(self, error: Exception | None) -> None:
        """Logs once when Redis stops answering, and once when it answers again."""
        if error is None:
            self._breaker.record_success()
        else:
            self._breaker.record_failure()
        if self.is_answering == (error is None):
            return
        self.is_answering = error is None
        if error is None:
            log.info("%s: Redis answers again", self._purpose)
        else:
            log.warning(
                "%s: Redis does not answer (%s); %s", self._purpose, describe_redis_error(error), self._fallback
            )


def describe_redis_error(error: Exception) -> str:
    """Returns the reason, or the text of an error without the address, which is a part of REDIS_URL."""
    if reason := next((reason for kinds, reason in REDIS_REASONS if isinstance(error, kinds)), ""):
        return reason
    text = str(error) or type(error).__name__
    if "MISCONF " in text:
        return MISCONF_REASON
    text = COMMAND_IN_ERROR.sub("", text)
    text = ADDRESS_IN_ERROR.sub("", text)
    return re.sub(r"^Error while \w+ from \S+ ?:?", "", text).strip() or type(error).__name__


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

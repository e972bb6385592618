"""Opens the store that processes share through Redis."""

import asyncio
import logging
from collections.abc import Collection

from utilities.model.clock import Clock
from utilities.runtime.redis_connection import CALL_SECONDS, RedisConnection
from utilities.store.redis_commands import RedisCommands
from utilities.store.redis_store import RedisStore

log = logging.getLogger(__name__)

MAX_STORE_CONNECTIONS = 20  # of one process; one of them listens
REDIS_START_SECONDS = 1.0  # how long the start waits for Redis


async def open_redis_store(
    url: str, scope: str, clock: Clock, *, only: Collection[str] | None = None, call_seconds: float = CALL_SECONDS
) -> RedisStore:
    """Opens a store with the readings in Redis; when Redis does not answer within a second, they are read later.

    With `only` it is an EphemeralStore of these reports.
    """
    connection = RedisConnection(
        url,
        max_connections=MAX_STORE_CONNECTIONS,
        is_probed=True,
        call_seconds=call_seconds,
    )
    commands = RedisCommands(scope, clock, is_ephemeral=only is not None)
    store = RedisStore(connection, commands, only)
    try:
        async with asyncio.timeout(REDIS_START_SECONDS):
            await store.loaded.wait()
    except TimeoutError:
        log.debug("Redis does not answer at the start; readings are read as soon as it does")
    return store

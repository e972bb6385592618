"""Notices other processes with the same Redis and page views of their own: each shows only a part of the visits."""

import hashlib
import logging
import socket
from pathlib import Path
from typing import cast

from redis.asyncio import Redis

from utilities.model.errors import StoreDown
from utilities.runtime.redis_connection import RedisConnection

OTHER_STORES_SECONDS = 10.0
SILENT_SECONDS = 35.0  # a process that has not reported for so long has ended
STORES_KEY = "foyer:page-view-stores"
OTHER_STORES_TEXT = (
    "Another process has page views of its own: these figures have only those that this process has received. Set "
    "CLICKHOUSE_URL for all of them, or let one process collect."
)

log = logging.getLogger("foyer.collect")


class OtherStores:
    """Reports this process's page-view store to Redis, and counts the others. Redis gets a hash of host and folder."""

    def __init__(self, url: str, data_dir: Path) -> None:
        """Raises SettingsError for an invalid URL."""
        self.connection = RedisConnection(url, max_connections=2)
        name = f"{socket.gethostname()}\0{data_dir.resolve()}"
        self.store_id = hashlib.blake2b(name.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()
        self.others = 0

    async def look(self) -> None:
        """Reports this store and counts the others; keeps the last count while Redis does not answer."""
        try:
            async with self.connection.use_client() as redis:
                others = await self._exchange(redis)
        except StoreDown:
            return
        if others and not self.others:
            log.warning(OTHER_STORES_TEXT)
        self.others = others

    async def _exchange(self, redis: Redis) -> int:
        seconds = (await redis.time())[0]
        async with redis.pipeline(transaction=True) as commands:
            commands.zadd(STORES_KEY, {self.store_id: seconds})
            commands.zremrangebyscore(STORES_KEY, "-inf", seconds - SILENT_SECONDS)
            commands.zcard(STORES_KEY)
            commands.expire(STORES_KEY, int(SILENT_SECONDS) * 2)
            answers = await commands.execute()
        return cast(int, answers[2]) - 1

    def warning(self) -> str:
        """Returns a sentence while other processes have page views of their own; '' otherwise."""
        return OTHER_STORES_TEXT if self.others else ""

    async def close(self) -> None:
        """Removes this store, so that the others do not count it any longer."""
        try:
            async with self.connection.use_client() as redis:
                await redis.zrem(STORES_KEY, self.store_id)
        except StoreDown:
            log.debug("Redis does not answer; this store is forgotten after %g seconds", SILENT_SECONDS)
        await self.connection.close()

"""Shares in Redis which hits are counted, so that a hit that is sent again to another process counts once."""

import asyncio
import secrets
from collections import deque
from collections.abc import Collection, Sequence

from utilities.model.errors import StoreDown
from utilities.runtime.redis_connection import REST_SECONDS, RedisConnection
from utilities.runtime.supervised_loop import SupervisedLoop

SHARED_HIT_SECONDS = 120  # the script's last try comes half a minute after the first
SHARED_HITS_KEY_PREFIX = "foyer:hits:"
MAX_UNREPORTED_HITS = 10_000  # beyond them the oldest is not reported
REPORT_BATCH = 500  # hits that are reported or looked up at once
STORED_VALUE = b""  # any other value is the process that has counted the hit as dropped


class SharedHits:
    """Reports counted hits to Redis in the background, and asks it about a hit only when the script repeats it.

    While Redis does not answer, a repeated hit counts in each process that it reaches.
    """

    def __init__(self, connection: RedisConnection, rest_seconds: float = REST_SECONDS) -> None:
        """Uses a connection that others close. Needs a running event loop."""
        self.connection = connection
        self.rest_seconds = rest_seconds
        self.process_name = secrets.token_hex(8).encode()
        self.unreported: deque[str] = deque(maxlen=MAX_UNREPORTED_HITS)
        self.wake = asyncio.Event()
        self.loop = SupervisedLoop("hits of other processes: report", self._run_reports)

    def record_hit(self, key: str) -> None:
        """Records that this process has counted a hit; '' is the key of a hit without an id."""
        if key:
            self.unreported.append(key)
            self.wake.set()

    async def is_counted(self, key: str) -> bool:
        """Whether another process has stored the hit; False while Redis does not answer."""
        try:
            async with self.connection.use_client(only_reads=True) as redis:
                return bool(await redis.get(SHARED_HITS_KEY_PREFIX + key) == STORED_VALUE)
        except StoreDown:
            return False

    async def claim_dropped(self, keys: Sequence[str]) -> Collection[str]:
        """Returns which of these hits other processes have stored or counted as dropped, and marks the rest as dropped
        by this one. While Redis does not answer no others are known: each process counts what it has refused."""
        elsewhere: set[str] = set()
        try:
            for start in range(0, len(keys), REPORT_BATCH):
                elsewhere |= await self._claim_batch(keys[start : start + REPORT_BATCH])
        except StoreDown:
            pass
        return elsewhere

    async def _claim_batch(self, keys: Sequence[str]) -> set[str]:
        async with self.connection.use_client() as redis, redis.pipeline(transaction=False) as commands:
            for key in keys:
                commands.set(SHARED_HITS_KEY_PREFIX + key, self.process_name, ex=SHARED_HIT_SECONDS, nx=True)
                commands.get(SHARED_HITS_KEY_PREFIX + key)
            owners = (await commands.execute())[1::2]
        return {key for key, owner in zip(keys, owners, strict=True) if owner not in (None, self.process_name)}

    async def _run_reports(self) -> None:
        while True:
            await self.wake.wait()
            self.wake.clear()
            try:
                while self.unreported:
                    await self._report_batch()
            except StoreDown:
                await asyncio.sleep(self.rest_seconds)
                self.unreported.clear()

    async def _report_batch(self) -> None:
        """Reports the oldest hits; they are not reported again when that fails."""
        keys = [self.unreported.popleft() for _ in range(min(REPORT_BATCH, len(self.unreported)))]
        async with self.connection.use_client() as redis, redis.pipeline(transaction=False) as commands:
            for key in keys:
                commands.set(SHARED_HITS_KEY_PREFIX + key, STORED_VALUE, ex=SHARED_HIT_SECONDS)
            await commands.execute()

    async def close(self) -> None:
        """Stops the background task and reports the last hits; waits at most a second."""
        await self.loop.stop(timeout=0.5)
        try:
            if self.unreported:
                await self._report_batch()
        except StoreDown:
            self.unreported.clear()

"""The store of many processes: Redis, and every reading in each process's cache as well."""

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AsyncExitStack
from math import inf
from weakref import WeakValueDictionary

from redis.asyncio.client import PubSub

from utilities.model.clock import MonotonicClock
from utilities.model.errors import StoreDown
from utilities.model.frames import Reading
from utilities.runtime.redis_connection import RedisConnection, RedisRefused
from utilities.runtime.redis_outage import RedisUse
from utilities.runtime.supervised_loop import SupervisedLoop
from utilities.store import Lease
from utilities.store.reading_cache import DecodedReadings, ReadingCache
from utilities.store.reading_codec import BadStoredValue, is_report_name
from utilities.store.redis_commands import RedisCommands

log = logging.getLogger(__name__)

PING_INTERVAL_SECONDS = 1.0  # without an announcement before a ping
MAX_SILENCE_SECONDS = 3.0  # without any answer before the connection counts as lost
RESTORE_SECONDS = 2.0  # for one reading that Redis has missed: a large one is decoded meanwhile
REREAD_INTERVAL_SECONDS = 5.0  # between two reads of all readings: announcements can be lost


class RedisStore:
    """A Store; see the protocol.

    `sync_loop` receives what other processes write: it listens to announcements, reads all readings every
    REREAD_INTERVAL_SECONDS and after every reconnect, and writes what Redis missed while it was down.
    """

    def __init__(
        self,
        connection: RedisConnection,
        commands: RedisCommands,
        only: Collection[str] | None = None,
        monotonic: MonotonicClock = time.monotonic,
    ) -> None:
        self.connection = connection
        self.commands = commands
        self.only = only  # the reports of an ephemeral store; None for all
        self.monotonic = monotonic
        self.cache = ReadingCache()
        self.decoded = DecodedReadings()
        self.pending: set[str] = set()  # reports whose reading is not in Redis yet
        self.locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self.writes = RedisUse(connection.outage, is_probed=True)
        self.reads = RedisUse(connection.outage, is_probed=True)
        self.loaded = asyncio.Event()  # set after the first attempt
        self.sync_loop = SupervisedLoop("store: sync", self._sync_forever)

    def latest(self, report: str) -> Reading | None:
        return self.cache.get(report)

    async def read(self, report: str) -> Reading | None:
        # Under the lock of writes: a reading fetched before a write must not replace it in the cache afterwards.
        async with AsyncExitStack() as held:
            async with self.connection.use_client() as redis:
                await held.enter_async_context(self._lock_for(report))
                encoded = await self.commands.fetch_reading(redis, report)
            if not self.decoded.is_current(encoded, self.cache.get(report)):
                stored = await self.commands.decode(report, encoded)
                if stored is not None and report not in self.pending:
                    self._cache_reading(stored.reading, encoded)
                elif stored is None and encoded:
                    async with self.connection.use_client() as redis:
                        await self.commands.remove_name(redis, report)
            return self.cache.get(report)

    def _cache_reading(self, reading: Reading, encoded: bytes) -> None:
        """Puts a reading that is in Redis into the cache."""
        self.cache.put_reading(reading)
        self.decoded.add(encoded, self.cache.readings[reading.report])

    async def write(self, reading: Reading, lease: Lease) -> bool:
        try:
            if not lease.token:
                raise StoreDown("the lease is unfenced")
            encoded = await self.commands.encode(reading, lease.fence)
            async with self.connection.use_client() as redis, self._lock_for(reading.report):
                is_stored = await self.commands.store_reading(redis, reading.report, encoded, lease)
                if is_stored:
                    self.pending.discard(reading.report)
                    self._cache_reading(reading, encoded)
            self.writes.record_success()
        except StoreDown as error:
            if isinstance(error, RedisRefused):
                self.writes.record_failure(refusal_text(error))
            self.pending.add(reading.report)
            self.cache.put_reading(reading)
            return True
        except BadStoredValue as error:
            log.warning("the reading of %s stays in this process only: %s", reading.report, error)
            self.cache.put_reading(reading)
            return True
        if not is_stored:
            await self._reload_reading(reading.report)
        return is_stored

    async def _reload_reading(self, report: str) -> None:
        """Reads the reading that another process wrote instead of ours."""
        self.pending.discard(report)
        try:
            await self.read(report)
        except StoreDown:
            return  # `sync_loop` reads it later

    async def acquire_lease(self, report: str, seconds: float) -> Lease | None:
        async with self.connection.use_client() as redis:
            return await self.commands.acquire_lease(redis, report, seconds)

    async def release_lease(self, lease: Lease) -> None:
        if not lease.token:
            return
        try:
            async with self.connection.use_client() as redis:
                await self.commands.release_lease(redis, lease)
        except StoreDown:
            return  # it expires by itself

    def delete_reading(self, report: str) -> None:
        self.cache.readings.pop(report, None)
        self.decoded.drop(report)
        self.pending.discard(report)

    def count_rows(self) -> int:
        return self.cache.count_rows()

    def listen(self) -> AsyncIterator[str]:
        return self.cache.listen()

    def health(self) -> Mapping[str, object]:
        return {
            "kind": "redis",
            "answers": self.connection.is_answering and not self.reads.is_failing,
            "writes": not self.writes.is_failing and not self.pending,
            "bad_values": self.commands.bad_values,
            "readings": len(self.cache.readings),
        }

    async def close(self) -> None:
        await self.sync_loop.stop(timeout=2.0)
        self.reads.forget()
        self.writes.forget()
        await self.connection.close()

    def _lock_for(self, report: str) -> asyncio.Lock:
        return self.locks.setdefault(report, asyncio.Lock())

    async def _sync_forever(self) -> None:
        """Follows the announcements; retries about a second after a failure."""
        while True:
            try:
                with self.connection.translate_errors():
                    async with self.connection.redis.pubsub() as announcements:
                        await self._follow_announcements(announcements)
            except StoreDown as error:
                if isinstance(error, RedisRefused):
                    self.reads.record_failure(refusal_text(error))
                log.debug("announcements are not received: %s", error)
            finally:
                self.loaded.set()
            await asyncio.sleep(random.uniform(0.5, 1.5))  # noqa: S311 (jitter)

    async def _follow_announcements(self, announcements: PubSub) -> None:
        """Runs until the connection is lost; raises StoreDown or what the client raises."""
        await announcements.subscribe(self.commands.channel)
        last_answer, last_reread = self.monotonic(), -inf
        while self.monotonic() - last_answer < MAX_SILENCE_SECONDS:
            if self.monotonic() - last_reread > REREAD_INTERVAL_SECONDS:
                await self._sync_readings()
                self.loaded.set()
                last_reread = self.monotonic()
            message = await announcements.get_message(timeout=PING_INTERVAL_SECONDS)
            if message is None:
                await announcements.ping()
                continue
            last_answer = self.monotonic()
            self.connection.record_answer()
            self.reads.record_success()  # the first answer is that of the subscription, after the readings were read
            if message["type"] == "message":
                await self._on_announcement(message["data"])
        raise TimeoutError(f"no answer for {MAX_SILENCE_SECONDS:g} seconds")

    async def _on_announcement(self, data: bytes) -> None:
        report = data.decode(errors="replace")
        if is_report_name(report):
            if self.only is None or report in self.only:
                await self.read(report)
        else:
            self.commands.record_bad_value("an announcement", repr(report[:100]))

    async def _sync_readings(self) -> None:
        """Reads all readings from Redis, and writes those that Redis does not have.

        An ephemeral store only writes: its refresh tasks read the store before each query.
        """
        if self.only is not None:
            names = set(self.cache.readings)
        else:
            async with self.connection.use_client() as redis:
                names = await self.commands.read_names(redis)
            for report in names:
                await self.read(report)
        for report in list(self.cache.readings):
            if report not in names or report in self.pending:
                await self._push_reading(report)

    async def _push_reading(self, report: str) -> None:
        """Makes Redis and this process have the same reading: the newer of both."""
        try:
            reading = self.cache.readings[report]
            encoded = await self.commands.encode(reading)
            async with self.connection.use_client(RESTORE_SECONDS) as redis, self._lock_for(report):
                await self.commands.restore_reading(redis, reading, encoded)
                if self.cache.get(report) is reading:
                    self.pending.discard(report)
                self.writes.record_success()
        except RedisRefused as error:
            self.writes.record_failure(refusal_text(error))
        except BadStoredValue:
            self.pending.discard(report)
        else:
            await self.read(report)


def refusal_text(error: RedisRefused) -> str:
    """Returns the reason for the log."""
    return str(error).replace("Redis", "it", 1)

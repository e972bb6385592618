"""The store of many processes: Redis, with every reading in each process's memory as well."""

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator, Mapping
from weakref import WeakValueDictionary

from redis.asyncio.client import PubSub

from utilities.model.clock import Clock
from utilities.model.errors import StoreDown
from utilities.model.frames import Reading
from utilities.runtime.redis_connection import RedisConnection
from utilities.store import Lease
from utilities.store.reading_cache import Known
from utilities.store.reading_codec import BadValue, is_name
from utilities.store.redis_commands import Commands

log = logging.getLogger(__name__)

START = 1.0  # seconds the start waits for Redis
PING = 1.0  # seconds without an announcement before asking whether anybody is there
SILENCE = 3.0  # seconds without any answer before the line counts as dead
MAX_CONNECTIONS = 20  # of one process; one of them listens
REREAD = 5.0  # seconds between two readings of everything: announcements can be lost


class SharedStore:
    """A Store; see the protocol.

    The task `tend` owns what comes from other processes: it listens to announcements, reads everything now and
    then and after every reconnect, and gives Redis what it missed while it was away.
    """

    def __init__(self, connection: RedisConnection, commands: Commands) -> None:
        self.connection = connection
        self.commands = commands
        self.known = Known()
        self.owed: set[str] = set()  # reports whose reading Redis has not got yet
        self.locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self.writes = True  # whether the last write went well
        self.loaded = asyncio.Event()  # set after the first try
        self.tending = asyncio.create_task(self.tend(), name="store: tend")

    def latest(self, report: str) -> Reading | None:
        return self.known.get(report)

    async def read(self, report: str) -> Reading | None:
        # In turn with our own writes: what was read before a write may not replace it in memory afterwards.
        async with self.connection.use_client() as redis, self.lock(report):
            stored = await self.commands.fetch(redis, report)
            if stored is not None and report not in self.owed:
                self.known.put(stored.reading)
            return self.known.get(report)

    async def write(self, reading: Reading, lease: Lease) -> bool:
        try:
            if not lease.token:
                raise StoreDown("it was taken alone")
            async with self.connection.use_client() as redis, self.lock(reading.report):
                stored = await self.commands.store(redis, reading, lease)
                if stored:
                    self.owed.discard(reading.report)
                    self.known.put(reading)
            self.writes = True
        except StoreDown as error:
            if lease.token and self.connection.is_answering:
                self.refused(error)
            self.owed.add(reading.report)
            self.known.put(reading)
            return True
        except BadValue as error:
            log.warning("only this process has the reading of %s: %s", reading.report, error)
            self.known.put(reading)
            return True
        if not stored:
            await self.catch_up(reading.report)
        return stored

    def refused(self, error: StoreDown) -> None:
        """Full or read-only; reading goes on, and it is said once."""
        if self.writes:
            log.warning("%s; new readings stay in this process until it takes them", error)
        self.writes = False

    async def catch_up(self, report: str) -> None:
        """Takes the reading that was written instead of ours."""
        self.owed.discard(report)
        try:
            await self.read(report)
        except StoreDown:
            return  # `tend` reads it when it can

    async def lease(self, report: str, seconds: float) -> Lease | None:
        async with self.connection.use_client() as redis:
            return await self.commands.lease(redis, report, seconds)

    async def release(self, lease: Lease) -> None:
        if not lease.token:
            return
        try:
            async with self.connection.use_client() as redis:
                await self.commands.release(redis, lease)
        except StoreDown:
            return  # it ends by itself

    def listen(self) -> AsyncIterator[str]:
        return self.known.listen()

    def health(self) -> Mapping[str, object]:
        return {
            "kind": "redis",
            "answers": self.connection.is_answering,
            "writes": self.writes and not self.owed,
            "bad_values": self.commands.bad_values,
            "readings": len(self.known.readings),
        }

    async def close(self) -> None:
        for _ in range(10):  # wait_for, which the client uses, can swallow a cancellation (Python issue 86296)
            self.tending.cancel()
            if (await asyncio.wait([self.tending], timeout=0.2))[0]:
                break
        await self.connection.close()

    def lock(self, report: str) -> asyncio.Lock:
        return self.locks.setdefault(report, asyncio.Lock())

    async def tend(self) -> None:
        """Follows the announcements for ever; after a failure again about a second later."""
        while True:
            try:
                with self.connection.translate_errors():
                    async with self.connection.redis.pubsub() as announcements:
                        await self.follow(announcements)
            except StoreDown as error:
                log.debug("not following: %s", error)
            finally:
                self.loaded.set()
            await asyncio.sleep(random.uniform(0.5, 1.5))  # noqa: S311 (jitter)

    async def follow(self, announcements: PubSub) -> None:
        """Until the line dies; raises StoreDown or what the client raises."""
        await announcements.subscribe(self.commands.channel)
        heard, reread = time.monotonic(), 0.0
        while time.monotonic() - heard < SILENCE:
            if time.monotonic() - reread > REREAD:
                await self.read_all()
                self.loaded.set()
                reread = time.monotonic()
            message = await announcements.get_message(timeout=PING)
            if message is None:
                await announcements.ping()
                continue
            heard = time.monotonic()
            if message["type"] == "message":
                await self.announced(message["data"])
        raise TimeoutError(f"silent for {SILENCE:g} seconds")

    async def announced(self, data: bytes) -> None:
        report = data.decode(errors="replace")
        if is_name(report):
            await self.read(report)
        else:
            self.commands.bad("an announcement", repr(report[:100]))

    async def read_all(self) -> None:
        """Reads everything, and gives Redis what it has not got."""
        async with self.connection.use_client() as redis:
            names = await self.commands.names(redis)
        for report in names:
            await self.read(report)
        for report in list(self.known.readings):
            if report not in names or report in self.owed:
                await self.put_back(report)

    async def put_back(self, report: str) -> None:
        """Redis has this process's reading afterwards, or the process has that of Redis."""
        try:
            async with self.connection.use_client() as redis, self.lock(report):
                await self.commands.put_back(redis, self.known.readings[report])
                self.owed.discard(report)
                self.writes = True
        except StoreDown as error:
            if not self.connection.is_answering:
                raise
            self.refused(error)
        except BadValue:
            self.owed.discard(report)
        else:
            await self.read(report)


async def open_shared(url: str, scope: str, clock: Clock) -> SharedStore:
    """A store with the readings Redis has; when it does not answer within a second, they come when it does."""
    connection = RedisConnection(
        url, purpose="readings", fallback="pages continue from memory", max_connections=MAX_CONNECTIONS
    )
    store = SharedStore(connection, Commands(scope, clock))
    try:
        async with asyncio.timeout(START):
            await store.loaded.wait()
    except TimeoutError:
        log.warning("Redis does not answer at the start; readings come from it as soon as it does")
    return store

"""Every Redis command of the store, key by key; an invalid stored value is treated as a miss."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import cast

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.exceptions import RedisError, ResponseError, WatchError

from utilities.model.clock import Clock
from utilities.model.errors import StoreDown
from utilities.model.frames import Reading
from utilities.store import Lease
from utilities.store.reading_codec import (
    MAX_READING_BYTES,
    BadStoredValue,
    StoredReading,
    decode_reading,
    encode_reading,
    is_report_name,
    read_fence,
    replace_fence,
)

log = logging.getLogger(__name__)

READING_TTL_MS = 15 * 86_400_000  # one day more than MAX_SHOWN_AGE
EPHEMERAL_TTL_MS = 3_600_000
FENCE_TTL_MS = 2 * READING_TTL_MS
MAX_LEASE_MS = 600_000  # Foyer never sets a lease that lasts longer
MAX_REPORT_NAMES = 10_000
MAX_WRITE_ATTEMPTS = 3
WRONG_VALUE_TEXTS = ("WRONGTYPE", "not an integer", "would overflow")
MAX_BYTES_ON_LOOP = 20_000  # of a reading that is decoded on the event loop: about a millisecond
MAX_ROWS_ON_LOOP = 200  # of one that is encoded there
NEVER_REFRESHED = datetime.min.replace(tzinfo=UTC)

LEAST_PRIVILEGE = (
    "-@all +ping +select +getrange +set +get +del +incrby +pexpire +pttl +sadd +srem +scard +smembers"
    " +publish +subscribe +unsubscribe +watch +unwatch +multi +exec ~foyer:* &foyer:*"
)
"""The rules of a Redis user that can do what Foyer does and nothing else (`ACL SETUSER foyer on >password …`)."""


def raise_refusal(answer: object) -> None:
    """Raises an error of Redis that says nothing about the value of a key: full, read-only, forbidden, and so on."""
    if isinstance(answer, RedisError) and not any(text in str(answer) for text in WRONG_VALUE_TEXTS):
        raise answer


def recency(reading: Reading) -> tuple[datetime, int]:
    """Returns a sort key: the greater of two is the newer reading."""
    return reading.taken_at or NEVER_REFRESHED, reading.last_error.attempts if reading.last_error else 0


class RedisCommands:
    """The keys of one scope. Callers pass the client of the connection, which limits the time and translates errors."""

    def __init__(self, scope: str, clock: Clock, *, is_ephemeral: bool = False) -> None:
        self.clock = clock
        self.is_ephemeral = is_ephemeral  # readings expire soon, and no set has their names
        self.prefix = f"foyer:{scope}:params:" if is_ephemeral else f"foyer:{scope}:"
        self.channel = f"{self.prefix}announcements"
        self.reports = f"{self.prefix}reports"
        self.bad_values = 0

    def key_for(self, kind: str, report: str) -> str:
        """Returns the key of a report's `reading`, `lease` or `fence`."""
        return f"{self.prefix}{kind}:{report}"

    def record_bad_value(self, key: str, reason: object) -> None:
        """Counts and logs an invalid value."""
        self.bad_values += 1
        log.warning("a bad value in Redis is treated as a miss: %s: %s", key, reason)

    async def read_names(self, redis: Redis) -> set[str]:
        """Returns the names of all reports that have been written."""
        try:
            if await redis.scard(self.reports) > MAX_REPORT_NAMES:
                raise BadStoredValue(f"more than {MAX_REPORT_NAMES} names")
            members = await cast(Awaitable[set[bytes]], redis.smembers(self.reports))
        except (ResponseError, BadStoredValue) as error:
            raise_refusal(error)
            self.record_bad_value(self.reports, error)
            await redis.delete(self.reports)
            return set()
        names = {member.decode(errors="replace") for member in members}
        return {name for name in names if is_report_name(name)}

    async def fetch_reading(self, redis: Redis, report: str) -> bytes:
        """Returns the stored reading of a report, still encoded; b'' for a miss."""
        key = self.key_for("reading", report)
        try:
            # One byte more than allowed is enough to detect a value that is too large.
            return cast(bytes, await redis.getrange(key, 0, MAX_READING_BYTES))
        except ResponseError as error:
            raise_refusal(error)
            self.record_bad_value(key, error)
            if not isinstance(redis, Pipeline):
                await self.remove_name(redis, report)
            return b""

    async def remove_name(self, redis: Redis, report: str) -> None:
        """Removes a report whose stored reading is invalid from the names."""
        await redis.srem(self.reports, report)

    async def encode(self, reading: Reading, fence: int = 0) -> bytes:
        """Returns the reading as it is stored, a large one encoded in a thread. Raises BadStoredValue."""
        if reading.frame is None or len(reading.frame.rows) <= MAX_ROWS_ON_LOOP:
            return encode_reading(reading, fence)
        return await asyncio.to_thread(encode_reading, reading, fence)

    async def decode(self, report: str, encoded: bytes) -> StoredReading | None:
        """Returns a stored reading, a large one decoded in a thread; None for a miss."""
        if not encoded:
            return None
        try:
            if len(encoded) <= MAX_BYTES_ON_LOOP:
                return decode_reading(report, encoded, self.clock())
            return await asyncio.to_thread(decode_reading, report, encoded, self.clock())
        except BadStoredValue as error:
            self.record_bad_value(self.key_for("reading", report), error)
            return None

    async def store_reading(self, redis: Redis, report: str, encoded: bytes, lease: Lease) -> bool:
        """Writes and announces; returns False when a later lease has written, unless `lease` is still held.

        (A Redis that has lost its data restarts fences at 1: then holding the lease decides.)
        """

        async def choose_value(pipe: Pipeline, stored: bytes) -> bytes | None:
            fence = read_fence(stored)
            if fence is None or fence > lease.fence:
                decoded = await self.decode(report, stored)
                fence = decoded.fence if decoded else 0
            if fence <= lease.fence:
                return encoded
            holder = await pipe.get(self.key_for("lease", report))
            return encoded if holder == lease.token.encode() else None

        return await self._replace_reading(redis, report, choose_value)

    async def restore_reading(self, redis: Redis, reading: Reading, encoded: bytes) -> bool:
        """Writes a reading that Redis missed while it was down; returns False when it has one at least as new."""

        async def choose_value(_: Pipeline, stored: bytes) -> bytes | None:
            decoded = await self.decode(reading.report, stored)
            if decoded is not None and recency(decoded.reading) >= recency(reading):
                return None
            return replace_fence(encoded, decoded.fence if decoded else 0)

        return await self._replace_reading(redis, reading.report, choose_value)

    async def _replace_reading(
        self,
        redis: Redis,
        report: str,
        choose_value: Callable[[Pipeline, bytes], Awaitable[bytes | None]],
    ) -> bool:
        """Replaces the stored reading in one transaction by what `choose_value` returns; None leaves it as it is."""
        key = self.key_for("reading", report)
        async with redis.pipeline() as pipe:
            for _ in range(MAX_WRITE_ATTEMPTS):
                try:
                    await pipe.watch(key)
                    value = await choose_value(pipe, await self.fetch_reading(pipe, report))
                    if value is None:
                        return False
                    pipe.multi()  # type: ignore[no-untyped-call]
                    pipe.set(key, value, px=EPHEMERAL_TTL_MS if self.is_ephemeral else READING_TTL_MS)
                    if not self.is_ephemeral:
                        pipe.sadd(self.reports, report)
                        pipe.pexpire(self.reports, READING_TTL_MS)
                    pipe.publish(self.channel, report)
                    await pipe.execute()
                except WatchError:  # another process wrote in between, or the connection broke
                    continue
                return True
        raise StoreDown(f"too many processes write {report} at once")

    async def acquire_lease(self, redis: Redis, report: str, seconds: float) -> Lease | None:
        """Returns a lease with its fence, set by SET NX PX in one transaction; None while another holds it."""
        key, fences, token = self.key_for("lease", report), self.key_for("fence", report), secrets.token_hex(16)
        async with redis.pipeline() as pipe:
            pipe.set(key, token, nx=True, px=int(seconds * 1000))
            pipe.incr(fences)
            pipe.pexpire(fences, 2 * EPHEMERAL_TTL_MS if self.is_ephemeral else FENCE_TTL_MS)
            pipe.pttl(key)
            answers = await pipe.execute(raise_on_error=False)
        for answer in answers:
            raise_refusal(answer)
        is_acquired, fence, _, ttl = answers
        if isinstance(fence, ResponseError):
            self.record_bad_value(fences, fence)
            await redis.delete(fences)
            fence = await redis.incr(fences)
        if is_acquired:
            return Lease(report, token, fence)
        if ttl == -1 or ttl > max(MAX_LEASE_MS, seconds * 1000):
            self.record_bad_value(key, "the lease would never expire")
            await redis.delete(key)
        return None

    async def release_lease(self, redis: Redis, lease: Lease) -> None:
        """Deletes the lease if it is still this one."""
        key = self.key_for("lease", lease.report)
        async with redis.pipeline() as pipe:
            await pipe.watch(key)
            if await pipe.get(key) != lease.token.encode():
                return
            pipe.multi()  # type: ignore[no-untyped-call]
            pipe.delete(key)
            try:
                await pipe.execute()
            except WatchError:
                return  # it expired meanwhile

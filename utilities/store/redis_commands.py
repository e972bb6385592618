"""What is said to Redis, key by key; a stored value that is not what it should be counts as nothing."""

import logging
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import cast

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.exceptions import ResponseError, WatchError

from utilities.model.clock import Clock
from utilities.model.errors import StoreDown
from utilities.model.frames import Reading
from utilities.store import Lease
from utilities.store.reading_codec import LARGEST, BadValue, Packed, is_name, pack, unpack

log = logging.getLogger(__name__)

READING_KEPT = 15 * 86_400_000  # milliseconds; a day more than figures may be shown
FENCE_KEPT = 2 * READING_KEPT
LONGEST_LEASE = 600_000  # milliseconds; a lease with longer to go was not given by us
MOST_REPORTS = 10_000
TRIES = 3
NOTHING_YET = datetime.min.replace(tzinfo=UTC)

LEAST_PRIVILEGE = (
    "-@all +ping +select +getrange +set +get +del +incrby +pexpire +pttl +sadd +srem +scard +smembers"
    " +publish +subscribe +unsubscribe +watch +unwatch +multi +exec ~foyer:* &foyer:*"
)
"""The rules of a Redis user that can do what Foyer does and nothing else (`ACL SETUSER foyer on >password …`)."""


def rank(reading: Reading) -> tuple[datetime, int]:
    """Which of two readings without a fence is the newer one."""
    return reading.taken_at or NOTHING_YET, reading.last_error.attempts if reading.last_error else 0


class Commands:
    """The keys of one scope. Callers pass the client of `RedisConnection.use_client`."""

    def __init__(self, scope: str, clock: Clock) -> None:
        self.clock = clock
        self.prefix = f"foyer:{scope}:"
        self.channel = f"{self.prefix}announcements"
        self.reports = f"{self.prefix}reports"
        self.bad_values = 0

    def key(self, kind: str, report: str) -> str:
        return f"{self.prefix}{kind}:{report}"

    def bad(self, what: str, why: object) -> None:
        self.bad_values += 1
        log.warning("a bad value in Redis, treated as nothing: %s: %s", what, why)

    async def names(self, redis: Redis) -> set[str]:
        """The reports somebody has written."""
        try:
            if await redis.scard(self.reports) > MOST_REPORTS:
                raise BadValue(f"more than {MOST_REPORTS} names")
            members = await cast(Awaitable[set[bytes]], redis.smembers(self.reports))
        except (ResponseError, BadValue) as error:
            self.bad(self.reports, error)
            await redis.delete(self.reports)
            return set()
        names = {member.decode(errors="replace") for member in members}
        return {name for name in names if is_name(name)}

    async def fetch(self, redis: Redis, report: str) -> Packed | None:
        """What is stored for a report; None for a miss."""
        key = self.key("reading", report)
        try:
            # One byte more than allowed is enough to know, whatever somebody has put there.
            stored = cast(bytes, await redis.getrange(key, 0, LARGEST))
            return unpack(report, stored, self.clock()) if stored else None
        except (ResponseError, BadValue) as error:
            self.bad(key, error)
            if not isinstance(redis, Pipeline):
                await redis.srem(self.reports, report)
            return None

    async def store(self, redis: Redis, reading: Reading, lease: Lease) -> bool:
        """Writes and announces; False when a later lease has written, unless the lease is still ours.

        (A Redis that has lost its memory counts fences from the beginning: then holding the lease decides.)
        """
        packed = pack(reading, lease.fence)

        async def mine(pipe: Pipeline, stored: Packed | None) -> bytes | None:
            if stored is None or stored.fence <= lease.fence:
                return packed
            holder = await pipe.get(self.key("lease", reading.report))
            return packed if holder == lease.token.encode() else None

        return await self.replace(redis, reading.report, mine)

    async def put_back(self, redis: Redis, reading: Reading) -> bool:
        """Writes what was taken while Redis was away; False when it has something at least as new."""

        async def newer(_: Pipeline, stored: Packed | None) -> bytes | None:
            if stored is not None and rank(stored.reading) >= rank(reading):
                return None
            return pack(reading, stored.fence if stored else 0)

        return await self.replace(redis, reading.report, newer)

    async def replace(
        self, redis: Redis, report: str, decide: Callable[[Pipeline, Packed | None], Awaitable[bytes | None]]
    ) -> bool:
        """Replaces the stored reading by what `decide` answers, in one step, or leaves it when that is None."""
        key = self.key("reading", report)
        async with redis.pipeline() as pipe:
            for _ in range(TRIES):
                try:
                    await pipe.watch(key)
                    value = await decide(pipe, await self.fetch(pipe, report))
                    if value is None:
                        return False
                    pipe.multi()  # type: ignore[no-untyped-call]
                    pipe.set(key, value, px=READING_KEPT)
                    pipe.sadd(self.reports, report)
                    pipe.pexpire(self.reports, READING_KEPT)
                    pipe.publish(self.channel, report)
                    await pipe.execute()
                except WatchError:  # somebody wrote in between, or the line broke
                    continue
                return True
        raise StoreDown(f"{report} is written by too many at once")

    async def lease(self, redis: Redis, report: str, seconds: float) -> Lease | None:
        """SET NX PX and a fence, in one step."""
        key, fences, token = self.key("lease", report), self.key("fence", report), secrets.token_hex(16)
        async with redis.pipeline() as pipe:
            pipe.set(key, token, nx=True, px=int(seconds * 1000))
            pipe.incr(fences)
            pipe.pexpire(fences, FENCE_KEPT)
            pipe.pttl(key)
            given, fence, _, left = await pipe.execute(raise_on_error=False)
        if isinstance(fence, ResponseError):
            self.bad(fences, fence)
            await redis.delete(fences)
            fence = await redis.incr(fences)
        if given:
            return Lease(report, token, fence)
        if left == -1 or left > max(LONGEST_LEASE, seconds * 1000):
            self.bad(key, "it would never end")
            await redis.delete(key)
        return None

    async def release(self, redis: Redis, lease: Lease) -> None:
        key = self.key("lease", lease.report)
        async with redis.pipeline() as pipe:
            await pipe.watch(key)
            if await pipe.get(key) != lease.token.encode():
                return
            pipe.multi()  # type: ignore[no-untyped-call]
            pipe.delete(key)
            try:
                await pipe.execute()
            except WatchError:
                return  # it has ended by itself meanwhile

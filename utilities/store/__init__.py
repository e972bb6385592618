"""The store: readings, leases and announcements, in memory or shared through Redis."""

import hashlib
import json
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from utilities.config.settings import Settings
from utilities.model.clock import Clock
from utilities.model.frames import READING_ADAPTER, Reading


@dataclass(frozen=True)
class Lease:
    """The right to query one report for a while; `fence` grows with every lease."""

    report: str
    token: str
    fence: int


def unfenced_lease(report: str) -> Lease:
    """Returns a lease for a process that cannot reach the shared store and queries without one."""
    return Lease(report, token="", fence=0)


class Store(Protocol):
    """What pages read from and refreshers write to.

    `latest` never waits: every process caches all readings and updates them on announcements. `read` and
    `acquire_lease` raise StoreDown, within 0.3 s, when the shared store does not answer.
    """

    def latest(self, report: str) -> Reading | None:
        """Returns the newest reading in this process's cache; never waits."""
        ...

    async def read(self, report: str) -> Reading | None:
        """Returns the newest reading of all processes and puts it into the cache. Raises StoreDown."""
        ...

    async def write(self, reading: Reading, lease: Lease) -> bool:
        """Stores and announces a reading; returns False, with nothing stored, when a later lease has written already.

        When the shared store does not answer, or the lease is unfenced, the reading goes into this process's cache
        at once and into the shared store as soon as possible, unless that has a newer one by then.
        """
        ...

    async def acquire_lease(self, report: str, seconds: float) -> Lease | None:
        """Returns the lease, or None while another holds it. Raises StoreDown."""
        ...

    async def release_lease(self, lease: Lease) -> None:
        """Ends a lease early; does nothing when it has expired or the store does not answer."""
        ...

    def listen(self) -> AsyncIterator[str]:
        """Yields the name of each report that has a new reading, which is in the cache already; never ends.

        Listens from the call on. A slow listener gets each name once.
        """
        ...

    def health(self) -> Mapping[str, object]:
        """Returns facts for /healthz: `kind` (`memory` or `redis`), `answers`, `bad_values` and others."""
        ...

    async def close(self) -> None: ...


class EphemeralStore(Store, Protocol):
    """A store of readings that are deleted soon after the last use, nowhere on disk."""

    def delete_reading(self, report: str) -> None:
        """Frees the memory of this process for a report."""
        ...

    def count_rows(self) -> int:
        """Returns the number of rows of all frames in the cache."""
        ...


def data_scope(settings: Settings) -> str:
    """Returns twelve characters that change when stored readings are no longer valid.

    They depend on the settings that choose the data and on the JSON schema of a reading.
    """
    parts = [
        settings.ga4_property_id,
        settings.search_console_site,
        settings.website,
        settings.look_back_days,
        settings.demo,
        reading_schema(),
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:12]


@cache
def reading_schema() -> Mapping[str, object]:
    """Returns the JSON schema of a stored reading."""
    return READING_ADAPTER.json_schema()


async def open_store(settings: Settings, clock: Clock) -> Store:
    """Opens the store of the settings and loads the last good readings; a Redis that is down does not stop it.

    Raises SettingsError when REDIS_URL cannot be parsed.
    """
    # Late imports: both stores import this module, and only the Redis store needs the Redis client.
    if settings.redis_url.get_secret_value():
        from utilities.store.redis_open import open_redis_store

        return await open_redis_store(settings.redis_url.get_secret_value(), data_scope(settings), clock)
    from utilities.store.memory_store import open_memory_store

    return await open_memory_store(settings.data_dir / "readings" / data_scope(settings), clock)


async def open_ephemeral_store(settings: Settings, clock: Clock, reports: Collection[str]) -> EphemeralStore:
    """Opens a store for the readings of `reports`, which changes while it is open; shared where REDIS_URL is set.

    Raises SettingsError when REDIS_URL cannot be parsed.
    """
    if settings.redis_url.get_secret_value():
        from utilities.store.redis_open import open_redis_store

        return await open_redis_store(settings.redis_url.get_secret_value(), data_scope(settings), clock, only=reports)
    from utilities.store.memory_store import MemoryStore

    return MemoryStore()

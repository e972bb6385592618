"""The store of a single process: memory, and the last readings on disk."""

import secrets
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from utilities.model.clock import Clock, MonotonicClock
from utilities.model.frames import Reading
from utilities.store import Lease
from utilities.store.disk_cache import DiskCache
from utilities.store.reading_cache import ReadingCache


@dataclass(frozen=True)
class HeldLease:
    """A lease in use, and when it expires (monotonic seconds)."""

    lease: Lease
    expires_at: float


class MemoryStore:
    """A Store and an EphemeralStore; see the protocols. Never raises StoreDown."""

    def __init__(self, disk_cache: DiskCache | None = None, monotonic: MonotonicClock = time.monotonic) -> None:
        self.disk_cache = disk_cache
        self.monotonic = monotonic
        self.cache = ReadingCache()
        self.fences = count(1)
        self.held_leases: dict[str, HeldLease] = {}
        self.last_fences: dict[str, int] = {}  # the fence of the last write, by report

    def latest(self, report: str) -> Reading | None:
        return self.cache.get(report)

    async def read(self, report: str) -> Reading | None:
        return self.cache.get(report)

    async def write(self, reading: Reading, lease: Lease) -> bool:
        last_fence = self.last_fences.get(reading.report, 0)
        if lease.token and lease.fence < last_fence:
            return False
        self.last_fences[reading.report] = max(lease.fence, last_fence)
        self.cache.put_reading(reading)
        if self.disk_cache is not None:
            self.disk_cache.save_later(reading)
        return True

    async def acquire_lease(self, report: str, seconds: float) -> Lease | None:
        now = self.monotonic()
        held = self.held_leases.get(report)
        if held is not None and now < held.expires_at:
            return None
        lease = Lease(report, secrets.token_hex(8), next(self.fences))
        self.held_leases[report] = HeldLease(lease, now + seconds)
        return lease

    async def release_lease(self, lease: Lease) -> None:
        held = self.held_leases.get(lease.report)
        if held is not None and held.lease == lease:
            del self.held_leases[lease.report]

    def delete_reading(self, report: str) -> None:
        for mapping in (self.cache.readings, self.held_leases, self.last_fences):
            mapping.pop(report, None)

    def count_rows(self) -> int:
        return self.cache.count_rows()

    def listen(self) -> AsyncIterator[str]:
        return self.cache.listen()

    def health(self) -> Mapping[str, object]:
        return {
            "kind": "memory",
            "answers": True,
            "writes": self.disk_cache is None or self.disk_cache.last_write_ok,
            "bad_values": self.disk_cache.bad_values if self.disk_cache is not None else 0,
            "readings": len(self.cache.readings),
        }

    async def close(self) -> None:
        if self.disk_cache is not None:
            await self.disk_cache.close()


async def open_memory_store(folder: Path, clock: Clock) -> MemoryStore:
    """Opens a store with the readings in `folder`."""
    disk_cache = DiskCache(folder, clock)
    store = MemoryStore(disk_cache)
    for reading in await disk_cache.load_readings():
        store.cache.put_reading(reading)
    return store

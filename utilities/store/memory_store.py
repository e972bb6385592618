"""The store of one process alone: memory, and the last readings on disk."""

import secrets
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from utilities.model.clock import Clock
from utilities.model.frames import Reading
from utilities.store import Lease
from utilities.store.disk_cache import Shelf
from utilities.store.reading_cache import Known


@dataclass(frozen=True)
class Given:
    """A lease that was given, and until when by the monotonic clock."""

    lease: Lease
    until: float


class MemoryStore:
    """A Store; see the protocol. Never raises StoreDown."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.known = Known()
        self.fences = count(1)
        self.given: dict[str, Given] = {}
        self.written: dict[str, int] = {}  # the fence of the last write, by report

    def latest(self, report: str) -> Reading | None:
        return self.known.get(report)

    async def read(self, report: str) -> Reading | None:
        return self.known.get(report)

    async def write(self, reading: Reading, lease: Lease) -> bool:
        before = self.written.get(reading.report, 0)
        if lease.token and lease.fence < before:
            return False
        self.written[reading.report] = max(lease.fence, before)
        self.known.put(reading)
        self.shelf.keep(reading)
        return True

    async def lease(self, report: str, seconds: float) -> Lease | None:
        now = time.monotonic()
        given = self.given.get(report)
        if given is not None and now < given.until:
            return None
        lease = Lease(report, secrets.token_hex(8), next(self.fences))
        self.given[report] = Given(lease, now + seconds)
        return lease

    async def release(self, lease: Lease) -> None:
        given = self.given.get(lease.report)
        if given is not None and given.lease == lease:
            del self.given[lease.report]

    def listen(self) -> AsyncIterator[str]:
        return self.known.listen()

    def health(self) -> Mapping[str, object]:
        return {
            "kind": "memory",
            "answers": True,
            "writes": self.shelf.writes,
            "bad_values": self.shelf.bad_values,
            "readings": len(self.known.readings),
        }

    async def close(self) -> None:
        await self.shelf.close()


async def open_memory(folder: Path, clock: Clock) -> MemoryStore:
    """A store that remembers the readings in `folder`."""
    store = MemoryStore(Shelf(folder, clock))
    for reading in await store.shelf.load():
        store.known.put(reading)
    return store

"""The store: readings, leases and announcements, in memory or shared through Redis."""

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from utilities.config.settings import Settings
from utilities.model.clock import Clock
from utilities.model.frames import READING_ADAPTER, Reading


@dataclass(frozen=True)
class Lease:
    """The right to ask for one report for a while; `fence` grows with every lease given."""

    report: str
    token: str
    fence: int


def alone(report: str) -> Lease:
    """A lease nobody gave: for a process that cannot reach the shared store and asks by itself."""
    return Lease(report, token="", fence=0)


class Store(Protocol):
    """What pages read from and refreshers write to.

    `latest` never waits: every process holds all readings it has heard of in memory, kept up
    by announcements. `read` and `lease` raise StoreDown, within 0.3 s, when the shared store does not answer.
    """

    def latest(self, report: str) -> Reading | None:
        """The newest reading this process knows of; never waits."""
        ...

    async def read(self, report: str) -> Reading | None:
        """The newest reading anywhere; in this process's memory afterwards."""
        ...

    async def write(self, reading: Reading, lease: Lease) -> bool:
        """Stores and announces; False, and nothing stored, when a later lease has written already.

        When the shared store does not answer, or the lease is `alone`, this process's memory has the reading
        at once and the shared store gets it as soon as it can, unless it has a newer one by then.
        """
        ...

    async def lease(self, report: str, seconds: float) -> Lease | None:
        """The lease, or None while another holds it."""
        ...

    async def release(self, lease: Lease) -> None:
        """Gives a lease back early; does nothing when it is no longer ours or the store does not answer."""
        ...

    def listen(self) -> AsyncIterator[str]:
        """The name of each report that has a new reading, in this process's memory already; never ends.

        Listens from the call on. A listener that is slow gets each name once.
        """
        ...

    def health(self) -> Mapping[str, object]:
        """Facts for /healthz: `kind` (`memory` or `redis`), `answers`, `bad_values` and what else is worth knowing."""
        ...

    async def close(self) -> None: ...


def scope(settings: Settings) -> str:
    """Twelve characters that change with whatever makes old figures the wrong ones: what is asked about, and the
    shape of a reading."""
    about = [
        settings.ga4_property_id,
        settings.search_console_site,
        settings.website,
        settings.look_back_days,
        settings.demo,
        shape(),
    ]
    return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()[:12]


@cache
def shape() -> Mapping[str, object]:
    """Of a reading, as it is kept."""
    return READING_ADAPTER.json_schema()


async def open_store(settings: Settings, clock: Clock) -> Store:
    """The store the settings ask for, with the last good readings in it; a Redis that is down does not stop it.

    Raises SettingsError when REDIS_URL cannot be understood.
    """
    # Both stores know this module, so it cannot know them before it is whole; and only Redis needs its client.
    if settings.redis_url.get_secret_value():
        from utilities.store.redis_store import open_shared

        return await open_shared(settings.redis_url.get_secret_value(), scope(settings), clock)
    from utilities.store.memory_store import open_memory

    return await open_memory(settings.data_dir / "readings" / scope(settings), clock)

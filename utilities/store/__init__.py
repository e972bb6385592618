"""The store: readings, leases and announcements, in memory or shared through Redis."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from utilities.frames import Reading


@dataclass(frozen=True)
class Lease:
    """The right to ask for one report for a while; `fence` grows with every lease given."""

    report: str
    token: str
    fence: int


class Store(Protocol):
    """What pages read from and refreshers write to.

    `latest` never waits: every process holds all readings it has heard of in memory, kept up
    by announcements. Everything else may raise StoreDown, within 0.3 s.
    """

    def latest(self, report: str) -> Reading | None:
        """The newest reading this process knows of; never waits."""
        ...

    async def read(self, report: str) -> Reading | None:
        """The newest reading anywhere."""
        ...

    async def write(self, reading: Reading, lease: Lease) -> bool:
        """Stores and announces; False, and nothing stored, when a later lease has written already."""
        ...

    async def lease(self, report: str, seconds: float) -> Lease | None:
        """The lease, or None while another holds it."""
        ...

    async def release(self, lease: Lease) -> None:
        """Gives a lease back early; does nothing when it is no longer ours."""
        ...

    def listen(self) -> AsyncIterator[str]:
        """The name of each report that has a new reading, in this process's memory already; never ends."""
        ...

    def health(self) -> Mapping[str, object]:
        """Facts for /healthz: which store, whether it answers."""
        ...

    async def close(self) -> None: ...

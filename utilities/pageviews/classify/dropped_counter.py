"""Counts dropped hits by site, day and reason until the store has them, in bounded memory."""

import asyncio
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from datetime import date
from itertools import takewhile

from utilities.model.errors import SourceError, StoreDown
from utilities.pageviews import DropReason
from utilities.pageviews.storage.dropped_hits import DroppedHits
from utilities.pageviews.storage.interface import PageViewStore

MAX_PENDING_COUNTS = 5000  # counts by site, day and reason, while the store is down
MAX_UNDECIDED_HITS = 10_000  # beyond them the oldest is counted as dropped at once
UNDECIDED_SECONDS = 60.0  # a hit that is to be sent again has come by then


class DroppedCounter:
    """Counts dropped hits."""

    def __init__(self) -> None:
        self.since_start: Counter[DropReason] = Counter()
        self.pending: dict[tuple[str, date, DropReason], int] = {}
        self.undecided: dict[str, tuple[float, str, date, DropReason]] = {}  # by the hit's key; the oldest first
        self._write: asyncio.Task[None] | None = None

    def add_hits(self, site: str, day: date, why: DropReason, hits: int = 1) -> None:
        self.restore_hits(site, day, why, hits)
        self.since_start[why] += hits

    def restore_hits(self, site: str, day: date, why: DropReason, hits: int) -> None:
        """Adds hits that were counted before, and that the store does not have."""
        key = site, day, why
        if key not in self.pending and len(self.pending) >= MAX_PENDING_COUNTS:
            del self.pending[next(iter(self.pending))]  # the oldest
        self.pending[key] = self.pending.get(key, 0) + hits

    def add_undecided(self, key: str, site: str, day: date, why: DropReason, now: float) -> None:
        """Adds a hit that is dropped unless `forget_undecided` is called within UNDECIDED_SECONDS."""
        if key in self.undecided:
            return
        if len(self.undecided) >= MAX_UNDECIDED_HITS:
            self._drop_undecided(next(iter(self.undecided)))
        self.undecided[key] = now + UNDECIDED_SECONDS, site, day, why

    def restore_undecided(self, hits: Mapping[str, tuple[float, str, date, DropReason]]) -> None:
        """Adds the undecided hits of another process, which has ended."""
        self.undecided = dict(sorted({**self.undecided, **hits}.items(), key=lambda hit: hit[1][0]))
        while len(self.undecided) > MAX_UNDECIDED_HITS:
            self._drop_undecided(next(iter(self.undecided)))

    def forget_undecided(self, key: str) -> None:
        """Forgets a hit, because a later try was stored; does nothing for other keys."""
        self.undecided.pop(key, None)

    def due_undecided(self, now: float) -> Sequence[str]:
        """Returns the keys of the hits that have not come again until `now`, seconds since 1970."""
        return [key for key, _ in takewhile(lambda hit: hit[1][0] <= now, self.undecided.items())]

    def settle_undecided(self, now: float, elsewhere: Container[str] = ()) -> None:
        """Counts these hits as dropped, except those that other processes have counted."""
        for key in self.due_undecided(now):
            if key in elsewhere:
                self.forget_undecided(key)
            else:
                self._drop_undecided(key)

    def _drop_undecided(self, key: str) -> None:
        _, site, day, why = self.undecided.pop(key)
        self.add_hits(site, day, why)

    def totals_since_start(self) -> Mapping[DropReason, int]:
        """Returns the counts of all sites since the start of the process, for /healthz."""
        return dict(self.since_start)

    async def flush_to(self, store: PageViewStore) -> None:
        """Writes the pending counts; when that fails they stay pending, and SourceError or StoreDown is raised.

        A write that has begun goes on when the caller is cancelled, and the next call awaits it: the store may have
        the counts already, so that a second write would count them twice.
        """
        if self._write is not None and not self._write.done():
            await asyncio.wait({self._write})
            self._write.exception()  # retrieved, so that asyncio does not log it; the counts are pending again
        if not self.pending:
            return
        self._write = asyncio.create_task(self._write_pending(store))
        await asyncio.wait({self._write})
        self._write.result()

    async def _write_pending(self, store: PageViewStore) -> None:
        pending, self.pending = self.pending, {}
        try:
            await store.add_dropped_hits(
                [DroppedHits(site, day, why.value, hits) for (site, day, why), hits in pending.items()]
            )
        except (SourceError, StoreDown, asyncio.CancelledError):
            for (site, day, why), hits in pending.items():
                self.restore_hits(site, day, why, hits)
            raise

"""Counts dropped hits by site, day and reason until the store has them, in bounded memory."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import date

from utilities.model.errors import SourceError, StoreDown
from utilities.pageviews import DropReason
from utilities.pageviews.storage.dropped_hits import DroppedHits
from utilities.pageviews.storage.interface import PageViewStore

MAX_PENDING_COUNTS = 5000  # counts by site, day and reason, while the store is down


class DroppedCounter:
    """Counts dropped hits."""

    def __init__(self) -> None:
        self.since_start: Counter[DropReason] = Counter()
        self.pending: dict[tuple[str, date, DropReason], int] = {}

    def add_hits(self, site: str, day: date, why: DropReason, hits: int = 1) -> None:
        key = site, day, why
        if key not in self.pending and len(self.pending) >= MAX_PENDING_COUNTS:
            del self.pending[next(iter(self.pending))]  # the oldest
        self.pending[key] = self.pending.get(key, 0) + hits
        self.since_start[why] += hits

    def totals_since_start(self) -> Mapping[DropReason, int]:
        """Returns the counts of all sites since the start of the process, for /healthz."""
        return dict(self.since_start)

    async def flush_to(self, store: PageViewStore) -> None:
        """Writes the pending counts; when that fails they stay pending, and SourceError or StoreDown is raised."""
        pending, self.pending = self.pending, {}
        if not pending:
            return
        try:
            await store.add_dropped_hits(
                [DroppedHits(site, day, why.value, hits) for (site, day, why), hits in pending.items()]
            )
        except (SourceError, StoreDown, asyncio.CancelledError):
            for (site, day, why), hits in pending.items():
                self.since_start[why] -= hits
                self.add_hits(site, day, why, hits)
            raise

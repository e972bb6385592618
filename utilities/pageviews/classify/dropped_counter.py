"""How many hits were not counted and why, by site and day, until the store has them; in bounded memory."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import date

from utilities.model.errors import SourceError, StoreDown
from utilities.pageviews import Dropped
from utilities.pageviews.storage.dropped_hits import DroppedHits
from utilities.pageviews.storage.interface import PageViewStore

WAITING = 5000  # counts by site, day and reason, while the store does not take them


class Tally:
    """Dropped hits."""

    def __init__(self) -> None:
        self.since_start: Counter[Dropped] = Counter()
        self.waiting: dict[tuple[str, date, Dropped], int] = {}

    def add(self, site: str, day: date, why: Dropped, hits: int = 1) -> None:
        key = site, day, why
        if key not in self.waiting and len(self.waiting) >= WAITING:
            del self.waiting[next(iter(self.waiting))]  # the one that began first
        self.waiting[key] = self.waiting.get(key, 0) + hits
        self.since_start[why] += hits

    def total(self) -> Mapping[Dropped, int]:
        """All sites together since the start of the process, for /healthz."""
        return dict(self.since_start)

    async def keep(self, store: PageViewStore) -> None:
        """Hands on what waits; raises SourceError or StoreDown, and keeps it, when the store does not take it."""
        waiting, self.waiting = self.waiting, {}
        if not waiting:
            return
        try:
            await store.add_dropped_hits(
                [DroppedHits(site, day, why.value, hits) for (site, day, why), hits in waiting.items()]
            )
        except (SourceError, StoreDown, asyncio.CancelledError):
            for (site, day, why), hits in waiting.items():
                self.since_start[why] -= hits
                self.add(site, day, why, hits)
            raise

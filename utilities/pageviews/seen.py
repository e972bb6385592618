"""Which page views are kept already, so that one that comes again is not counted again."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from utilities.pageviews.columns import Row

REMEMBERED = 20_000  # ids; about 3 MB
A_MOMENT = timedelta(milliseconds=1)
EVER = datetime(1, 1, 1)  # noqa: DTZ001 (as both engines keep moments: UTC without saying so)

Known = Callable[[Sequence[UUID], datetime, datetime], set[UUID]]
"""Which of these ids are on disk with a moment between those two, both included."""


class Seen:
    """Knows every id from `since` on by heart and looks older ones up: what comes live is nearly never older."""

    def __init__(self, newest: datetime | None) -> None:
        self.since = EVER if newest is None else newest + A_MOMENT
        self.ids: dict[UUID, datetime] = {}  # the oldest first

    def fresh(self, rows: Sequence[Row], known: Known) -> list[Row]:
        """Those that are not kept yet, each once."""
        new = {row[0]: row for row in rows if row[0] not in self.ids}
        old = [row for row in new.values() if row[2] < self.since]
        if old:
            moments = [row[2] for row in old]
            for id in known([row[0] for row in old], min(moments), max(moments)):
                del new[id]
        return list(new.values())

    def remember(self, rows: Sequence[Row]) -> None:
        self.ids.update((row[0], row[2]) for row in rows if row[2] >= self.since)
        while len(self.ids) > REMEMBERED:
            oldest = next(iter(self.ids))
            self.since = max(self.since, self.ids.pop(oldest) + A_MOMENT)

"""Open visits by visitor: at most 100,000 (LRU), with a timeout of 30 minutes."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from utilities.pageviews.classify.attribution import Attribution

SESSION_TIMEOUT_SECONDS = 30 * 60
"""A visit ends after this long without activity, as in GA4 (Analytics Help, "About Analytics sessions")."""

MAX_OPEN_VISITS = 100_000
"""About 30 MB. Beyond it the visit that is inactive longest is dropped, and its next page view starts a new visit."""

RECENT_VISITS_SQL = """
    SELECT visitor, visit, max(moment) AS last, max(source), max(medium), max(channel), max(campaign), max(term),
        max(content)
    FROM page_views WHERE moment >= $since GROUP BY visitor, visit ORDER BY last
"""
"""The query whose rows `restore_visits` takes. All rows of a visit have the same attribution, so max() returns it."""


@dataclass(slots=True)
class OpenVisit:
    """One visit that has not ended."""

    id: int
    last_seen: float  # seconds since 1970
    attribution: Attribution  # of its first page, and of all its rows
    first_seen: float  # the first hit that this process knows


class SessionTracker:
    """Tracks the open visits by visitor, the longest inactive first."""

    def __init__(self, max_open: int = MAX_OPEN_VISITS) -> None:
        self.max_open = max_open
        self._open: OrderedDict[int, OpenVisit] = OrderedDict()

    def __len__(self) -> int:
        return len(self._open)

    def current_visit(self, visitor: int, at: float) -> OpenVisit | None:
        """Returns the visitor's visit if one of its hits is at most 30 minutes before or after `at`."""
        visit = self._open.get(visitor)
        if visit and visit.first_seen - SESSION_TIMEOUT_SECONDS <= at <= visit.last_seen + SESSION_TIMEOUT_SECONDS:
            return visit
        return None

    def extend_visit(self, visitor: int, visit: OpenVisit, at: float) -> None:
        """Records activity of the visit."""
        visit.first_seen, visit.last_seen = min(visit.first_seen, at), max(visit.last_seen, at)
        self._open.move_to_end(visitor)

    def start_visit(self, visitor: int, at: float, attribution: Attribution) -> OpenVisit:
        """Starts a visit. Its id is a digest of visitor, time and attribution: importing a log twice makes it again."""
        text = "\0".join(
            (attribution.source, attribution.medium, attribution.campaign, attribution.term, attribution.content)
        )
        key = f"{visitor} {round(at * 1000)} {text}".encode("utf-8", "surrogatepass")
        visit = OpenVisit(int.from_bytes(blake2b(key, digest_size=8).digest(), "big") >> 1, at, attribution, at)
        self._add_visit(visitor, visit)  # also when the clock was put back, and a visit of later hits is open
        return visit

    def drop_ended(self, now: float) -> None:
        """Drops the visits that have ended."""
        while self._open and now - next(iter(self._open.values())).last_seen > SESSION_TIMEOUT_SECONDS:
            self._open.popitem(last=False)

    def restore_visits(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Restores the visits of an earlier process from the rows of RECENT_VISITS_SQL.

        They replace visits that hits began in this process before: those hits were refused.
        """
        for visitor, visit, last, *attribution in rows:
            at = epoch_seconds(last)
            self._open[int(visitor)] = OpenVisit(int(visit), at, Attribution(*attribution), at)
        by_age = sorted(self._open.items(), key=lambda item: item[1].last_seen)
        self._open = OrderedDict(by_age[-self.max_open :])

    def _add_visit(self, visitor: int, visit: OpenVisit) -> None:
        self.drop_ended(visit.last_seen)
        if len(self._open) >= self.max_open:
            self._open.popitem(last=False)
        self._open[visitor] = visit
        self._open.move_to_end(visitor)


def epoch_seconds(moment: datetime) -> float:
    """Returns seconds since 1970; a datetime without a zone, which DuckDB returns, is UTC."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()

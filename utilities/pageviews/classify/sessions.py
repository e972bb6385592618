"""What belongs together: the visits that are open just now, in bounded memory."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from utilities.pageviews.classify.attribution import Origin
from utilities.pageviews.classify.visitor_ids import SILENCE

OPEN = 100_000
"""Visits remembered at most, about 30 MB; past that the one silent longest is forgotten, and its next page view begins
a new visit."""

RECENT = """
    SELECT visitor, visit, max(moment) AS last, max(source), max(medium), max(channel), max(campaign), max(term),
        max(content)
    FROM page_views WHERE moment >= $since GROUP BY visitor, visit ORDER BY last
"""
"""What `restore` reads: every row of a visit carries the visit's own origin, so that the greatest is the only one."""


@dataclass(slots=True)
class Visit:
    """One visit that may go on."""

    id: int
    last: float  # seconds since 1970
    origin: Origin  # where it came from, from its first page to its last


class Visits:
    """Open visits by visitor, the one silent longest first."""

    def __init__(self, most: int = OPEN) -> None:
        self.most = most
        self._open: OrderedDict[int, Visit] = OrderedDict()

    def __len__(self) -> int:
        return len(self._open)

    def of(self, visitor: int, at: float) -> Visit | None:
        """The visitor's visit, if it goes on at `at`: half an hour to the second is still one visit."""
        visit = self._open.get(visitor)
        return visit if visit and at - visit.last <= SILENCE else None

    def go_on(self, visitor: int, visit: Visit, at: float) -> None:
        """A sign of life."""
        visit.last = max(visit.last, at)
        self._open.move_to_end(visitor)

    def begin(self, visitor: int, at: float, origin: Origin) -> Visit:
        """A new visit; its id follows from visitor, moment and origin, so that reading a log twice gives the same."""
        said = "\0".join((origin.source, origin.medium, origin.campaign, origin.term, origin.content))
        whole = f"{visitor} {round(at * 1000)} {said}".encode("utf-8", "surrogatepass")
        visit = Visit(int.from_bytes(blake2b(whole, digest_size=8).digest(), "big") >> 1, at, origin)
        self._keep(visitor, visit)
        return visit

    def forget(self, now: float) -> None:
        """Lets go of visits that have ended."""
        while self._open and now - next(iter(self._open.values())).last > SILENCE:
            self._open.popitem(last=False)

    def restore(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Takes the visits of an earlier process from the answer to RECENT."""
        for visitor, visit, last, *origin in rows:
            self._keep(int(visitor), Visit(int(visit), seconds(last), Origin(*origin)))

    def _keep(self, visitor: int, visit: Visit) -> None:
        self.forget(visit.last)
        if len(self._open) >= self.most:
            self._open.popitem(last=False)
        self._open[visitor] = visit
        self._open.move_to_end(visitor)


def seconds(moment: datetime) -> float:
    """Seconds since 1970; a moment without a zone, as DuckDB answers, is UTC."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()

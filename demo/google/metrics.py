"""The GA4 metrics; users and sessions are counted separately for each row, so rows do not add up."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from operator import itemgetter
from typing import Any


class Tally:
    """Some rows of a table, to be counted; columns that are used twice are cached."""

    def __init__(self, table: Mapping[str, Sequence[Any]], rows: Sequence[int]) -> None:
        self.table = table
        self.rows = rows
        self.pick: Callable[[Sequence[Any]], tuple[Any, ...]] = few(rows) if len(rows) < 2 else itemgetter(*rows)
        self.counted: dict[tuple[str, str], int] = {}

    def total(self, column: str) -> int:
        return sum(self.pick(self.table[column]))

    def distinct(self, column: str, where: str = "") -> int:
        result = self.counted.get((column, where))
        if result is None:
            values: Iterable[Any] = self.pick(self.table[column])
            if where:
                values = compress(values, self.pick(self.table[where]))
            result = self.counted[column, where] = len(set(values))
        return result

    def sessions_lasted(self) -> float:
        pairs = zip(self.pick(self.table["session"]), self.pick(self.table["duration"]), strict=True)
        return float(sum(dict(pairs).values()))


def few(rows: Sequence[int]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """Works like `itemgetter`, but always returns a tuple."""
    return lambda values: tuple(values[row] for row in rows)


Count = Callable[[Tally], float]


@dataclass(frozen=True)
class Metric:
    """How a metric is counted, and its GA4 type."""

    type: str
    count: Count


def ratio(top: Count, bottom: Count) -> Count:
    """Returns one count divided by another, 0 for a divisor of 0."""

    def count(tally: Tally) -> float:
        below = bottom(tally)
        return top(tally) / below if below else 0.0

    return count


def sessions(tally: Tally) -> float:
    return tally.distinct("session")


def engaged(tally: Tally) -> float:
    return tally.distinct("session", "engaged")


def bounced(tally: Tally) -> float:
    return sessions(tally) - engaged(tally)


def users(tally: Tally) -> float:
    return tally.distinct("person", "active")


def views(tally: Tally) -> float:
    return tally.total("views")


def events(tally: Tally) -> float:
    return tally.total("events")


def keys(tally: Tally) -> float:
    return float(tally.total("key"))


METRICS: dict[str, Metric] = {
    "sessions": Metric("TYPE_INTEGER", sessions),
    "engagedSessions": Metric("TYPE_INTEGER", engaged),
    "activeUsers": Metric("TYPE_INTEGER", users),
    "totalUsers": Metric("TYPE_INTEGER", lambda tally: tally.distinct("person")),
    "newUsers": Metric("TYPE_INTEGER", lambda tally: tally.distinct("person", "new")),
    "screenPageViews": Metric("TYPE_INTEGER", views),
    "eventCount": Metric("TYPE_INTEGER", events),
    "keyEvents": Metric("TYPE_FLOAT", keys),
    "userEngagementDuration": Metric("TYPE_SECONDS", lambda tally: tally.total("engagement")),
    "averageSessionDuration": Metric("TYPE_SECONDS", ratio(Tally.sessions_lasted, sessions)),
    "bounceRate": Metric("TYPE_FLOAT", ratio(bounced, sessions)),
    "engagementRate": Metric("TYPE_FLOAT", ratio(engaged, sessions)),
    "sessionsPerUser": Metric("TYPE_FLOAT", ratio(sessions, users)),
    "screenPageViewsPerSession": Metric("TYPE_FLOAT", ratio(views, sessions)),
    "screenPageViewsPerUser": Metric("TYPE_FLOAT", ratio(views, users)),
    "eventsPerSession": Metric("TYPE_FLOAT", ratio(events, sessions)),
    "eventCountPerUser": Metric("TYPE_FLOAT", ratio(events, users)),
    "sessionKeyEventRate": Metric("TYPE_FLOAT", ratio(lambda tally: tally.distinct("session", "key"), sessions)),
    "userKeyEventRate": Metric("TYPE_FLOAT", ratio(lambda tally: tally.distinct("person", "key"), users)),
    "totalRevenue": Metric("TYPE_CURRENCY", lambda tally: 0),
}
"""All supported metrics of core reports."""

REALTIME: dict[str, Metric] = {
    name: METRICS[name] for name in ("activeUsers", "eventCount", "keyEvents", "screenPageViews")
}

ENUM = {"TYPE_INTEGER": 1, "TYPE_FLOAT": 2, "TYPE_SECONDS": 4, "TYPE_CURRENCY": 9}

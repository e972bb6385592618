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
        self.pick: Callable[[Sequence[Any]], tuple[Any, ...]] = row_getter(rows) if len(rows) < 2 else itemgetter(*rows)
        self.counted: dict[tuple[str, str], int] = {}

    def total(self, column: str) -> int:
        return sum(self.pick(self.table[column]))

    def count_distinct(self, column: str, where: str = "") -> int:
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


def row_getter(rows: Sequence[int]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """Works like `itemgetter`, but always returns a tuple."""
    return lambda values: tuple(values[row] for row in rows)


Count = Callable[[Tally], float]


@dataclass(frozen=True)
class Metric:
    """How a metric is counted, and its GA4 type."""

    type: str
    count: Count


def ratio_metric(top: Count, bottom: Count) -> Count:
    """Returns one count divided by another, 0 for a divisor of 0."""

    def divide_counts(tally: Tally) -> float:
        below = bottom(tally)
        return top(tally) / below if below else 0.0

    return divide_counts


def count_sessions(tally: Tally) -> float:
    return tally.count_distinct("session")


def count_engaged_sessions(tally: Tally) -> float:
    return tally.count_distinct("session", "engaged")


def count_bounced_sessions(tally: Tally) -> float:
    return count_sessions(tally) - count_engaged_sessions(tally)


def count_users(tally: Tally) -> float:
    return tally.count_distinct("person", "active")


def count_views(tally: Tally) -> float:
    return tally.total("views")


def count_events(tally: Tally) -> float:
    return tally.total("events")


def count_key_events(tally: Tally) -> float:
    return float(tally.total("key"))


METRICS: dict[str, Metric] = {
    "sessions": Metric("TYPE_INTEGER", count_sessions),
    "engagedSessions": Metric("TYPE_INTEGER", count_engaged_sessions),
    "activeUsers": Metric("TYPE_INTEGER", count_users),
    "totalUsers": Metric("TYPE_INTEGER", lambda tally: tally.count_distinct("person")),
    "newUsers": Metric("TYPE_INTEGER", lambda tally: tally.count_distinct("person", "new")),
    "screenPageViews": Metric("TYPE_INTEGER", count_views),
    "eventCount": Metric("TYPE_INTEGER", count_events),
    "keyEvents": Metric("TYPE_FLOAT", count_key_events),
    "userEngagementDuration": Metric("TYPE_SECONDS", lambda tally: tally.total("engagement")),
    "averageSessionDuration": Metric("TYPE_SECONDS", ratio_metric(Tally.sessions_lasted, count_sessions)),
    "bounceRate": Metric("TYPE_FLOAT", ratio_metric(count_bounced_sessions, count_sessions)),
    "engagementRate": Metric("TYPE_FLOAT", ratio_metric(count_engaged_sessions, count_sessions)),
    "sessionsPerUser": Metric("TYPE_FLOAT", ratio_metric(count_sessions, count_users)),
    "screenPageViewsPerSession": Metric("TYPE_FLOAT", ratio_metric(count_views, count_sessions)),
    "screenPageViewsPerUser": Metric("TYPE_FLOAT", ratio_metric(count_views, count_users)),
    "eventsPerSession": Metric("TYPE_FLOAT", ratio_metric(count_events, count_sessions)),
    "eventCountPerUser": Metric("TYPE_FLOAT", ratio_metric(count_events, count_users)),
    "sessionKeyEventRate": Metric(
        "TYPE_FLOAT", ratio_metric(lambda tally: tally.count_distinct("session", "key"), count_sessions)
    ),
    "userKeyEventRate": Metric(
        "TYPE_FLOAT", ratio_metric(lambda tally: tally.count_distinct("person", "key"), count_users)
    ),
    "totalRevenue": Metric("TYPE_CURRENCY", lambda tally: 0),
}
"""All supported metrics of core reports."""

REALTIME: dict[str, Metric] = {
    name: METRICS[name] for name in ("activeUsers", "eventCount", "keyEvents", "screenPageViews")
}

ENUM = {"TYPE_INTEGER": 1, "TYPE_FLOAT": 2, "TYPE_SECONDS": 4, "TYPE_CURRENCY": 9}

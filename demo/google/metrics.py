"""What each GA4 metric counts; distinct people and visits are counted anew for each row, so rows do not add up."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


class Tally:
    """Some of a table's rows, to be counted."""

    def __init__(self, table: Mapping[str, Sequence[Any]], rows: Sequence[int]) -> None:
        self.table = table
        self.rows = rows

    def total(self, column: str) -> int:
        values = self.table[column]
        return sum([values[row] for row in self.rows])

    def distinct(self, column: str, where: str = "") -> int:
        values = self.table[column]
        if not where:
            return len({values[row] for row in self.rows})
        wanted = self.table[where]
        return len({values[row] for row in self.rows if wanted[row]})

    def sessions_lasted(self) -> float:
        sessions, durations = self.table["session"], self.table["duration"]
        return float(sum({sessions[row]: durations[row] for row in self.rows}.values()))


Count = Callable[[Tally], float]


@dataclass(frozen=True)
class Metric:
    """How a metric is counted, and its GA4 type."""

    type: str
    count: Count


def ratio(top: Count, bottom: Count) -> Count:
    """One count over another, 0 where there is nothing to divide by."""

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
"""Every metric of core reports that this Google knows."""

REALTIME: dict[str, Metric] = {
    name: METRICS[name] for name in ("activeUsers", "eventCount", "keyEvents", "screenPageViews")
}

ENUM = {"TYPE_INTEGER": 1, "TYPE_FLOAT": 2, "TYPE_SECONDS": 4, "TYPE_CURRENCY": 9}

"""The events that GA4 collects for page views."""

from typing import Any

from demo.world.days import Day

EVENTS = ("page_view", "session_start", "first_visit", "user_engagement", "scroll")


def by_event(day: Day) -> Day:
    """Returns the same day with one row for each event; made once."""
    if day.by_event is None:
        rows: list[int] = []
        names: list[int] = []
        for row, events in enumerate(events_by_row(day)):
            rows += [row] * len(events)
            names += events
        columns: dict[str, list[Any]] = {name: [c[row] for row in rows] for name, c in day.columns.items()}
        columns["event"] = names
        columns["events"] = [1] * len(rows)
        columns["views"] = [int(name == 0) for name in names]
        columns["engagement"] = [e * (n == 3) for e, n in zip(columns["engagement"], names, strict=True)]
        columns["key"] = [k * (n == 0) for k, n in zip(columns["key"], names, strict=True)]
        day.by_event = Day(day.date, columns)
    return day.by_event


def events_by_row(day: Day) -> list[list[int]]:
    """Returns the events of each page view as indexes of EVENTS, as many as in its `events` column."""
    result = []
    columns = day.columns
    requested = (columns[name] for name in ("views", "previous", "new", "engagement"))
    for viewed, previous, new, visible in zip(*requested, strict=True):
        first = previous < 0
        tests = (viewed, first, first and new, visible > 5, visible > 60)
        result.append([place for place, test in enumerate(tests) if test])
    return result

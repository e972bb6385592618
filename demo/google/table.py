"""The rows of a period, with a column for every requested field."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from demo.google.dimensions import DIMENSIONS, REALTIME, Make
from demo.google.events import by_event
from demo.world.days import ZONE, Day, World

Part = tuple[Day, int, int]
"""A day, its first row and the one after its last."""

FIELDS: dict[str, Make] = REALTIME | DIMENSIONS


class Table(dict[str, list[Any]]):
    """Columns by name, made at their first use."""

    def __init__(self, world: World, parts: list[Part]) -> None:
        super().__init__()
        self.world = world
        self.parts = parts
        self.size = sum(stop - start for _, start, stop in parts)

    def __missing__(self, name: str) -> list[Any]:
        column: list[Any] = []
        for day, start, stop in self.parts:
            column += self.of_day(day, name)[start:stop]
        self[name] = column
        return column

    def of_day(self, day: Day, name: str) -> list[Any]:
        if name in day.columns:
            return day.columns[name]
        if name not in day.cached:
            day.cached[name] = FIELDS[name](self.world, day)
        return day.cached[name]


@dataclass(frozen=True)
class Stretch:
    """Both ends of a period, in the property's time zone, both included."""

    begin: datetime
    end: datetime


def period_table(world: World, stretch: Stretch, *, events: bool = False) -> Table:
    """The rows of a period: one for each page view, or for each event."""
    shape: Callable[[Day], Day] = by_event if events else lambda day: day
    parts = []
    for full_day, _ in world.days_between(stretch.begin.date(), stretch.end.date(), until=stretch.end):
        day = shape(full_day)
        midnight = datetime.combine(day.date, time(), ZONE)
        start = day.rows_before((stretch.begin - midnight).total_seconds())
        parts.append((day, start, max(start, day.rows_until((stretch.end - midnight).total_seconds()))))
    return Table(world, parts)


def recent_table(world: World, start: int, end: int, *, events: bool = False) -> Table:
    """Returns the last minutes, from `start` to `end` minutes ago, both included, and the age of each row."""
    now = world.now()
    begin = now - timedelta(minutes=start + 1) + timedelta(microseconds=1)
    result = period_table(world, Stretch(begin, now - timedelta(minutes=end)), events=events)
    ago: list[int] = []
    for day, first, stop in result.parts:
        passed = (now - datetime.combine(day.date, time(), ZONE)).total_seconds()
        ago += [min(59, int((passed - second) // 60)) for second in day.columns["second"][first:stop]]
    result["minutesAgo"] = [f"{minutes:02d}" for minutes in ago]
    return result

"""When people come: by day and hour on the site's own clock, none left out because nobody came."""

from datetime import date

from utilities.model.frames import Column, Value, ValueKind
from utilities.model.time_ranges import TimeRange
from utilities.pageviews.queries import COUNTED, VIEWS, VISITORS, VISITS, Arranged, Found, Question, text

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NOBODY = (0, 0, 0)
OCLOCK = text("hour", "Hour")


def every_day(found: Found, span: TimeRange) -> Arranged:
    days: dict[date, tuple[Value, ...]] = dict.fromkeys(span.each_day(), NOBODY)
    days |= {row[0]: tuple(row[1:]) for row in found}
    return [(day.isoformat(), *days[day]) for day in sorted(days)], ()


def every_hour(found: Found, span: TimeRange) -> Arranged:
    """An hour that comes twice, when clocks go back, is there twice; one that is leapt over is not there."""
    hours: dict[tuple[date, int, int], tuple[Value, ...]] = dict.fromkeys(span.each_hour(), NOBODY)
    hours |= {(row[0], int(row[1]), int(row[2])): tuple(row[3:]) for row in found}
    return [(day.isoformat(), oclock(hour), ahead(off), *hours[day, hour, off]) for day, hour, off in order(hours)], ()


def order(hours: dict[tuple[date, int, int], tuple[Value, ...]]) -> list[tuple[date, int, int]]:
    """By when they were, not by what the clock showed."""
    return sorted(hours, key=lambda at: at[0].toordinal() * 1440 + at[1] * 60 - at[2])


def every_four_hours(found: Found, span: TimeRange) -> Arranged:
    """The busiest first."""
    periods: dict[int, tuple[Value, ...]] = dict.fromkeys(range(0, 24, 4), NOBODY)
    periods |= {int(row[0]): tuple(row[1:]) for row in found}
    busiest = sorted(periods, key=lambda begins: (-int(periods[begins][0] or 0), begins))
    return [(f"{oclock(begins)} to {oclock(begins + 4)}", *periods[begins]) for begins in busiest], ()


def every_weekday_hour(found: Found, span: TimeRange) -> Arranged:
    """168 rows, Monday's first."""
    views = dict.fromkeys(((weekday, hour) for weekday in range(7) for hour in range(24)), 0)
    for day, hour, seen in found:
        views[day.weekday(), int(hour)] += int(seen)
    return [(WEEKDAYS[weekday], oclock(hour), seen) for (weekday, hour), seen in views.items()], ()


def oclock(hour: int) -> str:
    return f"{hour:02d}:00"


def ahead(offset: int) -> str:
    """`+01:00`."""
    return f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02d}:{abs(offset) % 60:02d}"


def by(keys: str) -> str:
    return f"""
        SELECT {keys}, {COUNTED} FROM page_views WHERE {{where}} AND name = ''{{only}} GROUP BY {keys}"""


DAY = Column("day", "Day", ValueKind.DATE)

QUESTIONS = (
    Question("by-day", by("day"), (DAY, VIEWS, VISITORS, VISITS), every_day),
    Question(
        "by-hour",
        by("day, hour, zone_offset"),
        (DAY, OCLOCK, text("offset", "From UTC", 3), VIEWS, VISITORS, VISITS),
        every_hour,
        most_days=400,  # some ten thousand rows
    ),
    Question(
        "four-hours",
        f"SELECT hour - hour % 4 AS begins, {COUNTED} FROM page_views WHERE {{where}} AND name = ''{{only}} "
        "GROUP BY begins",
        (text("period", "Time of day"), VIEWS, VISITORS, VISITS),
        every_four_hours,
    ),
    Question(
        "weekday-hours",
        "SELECT day, hour, count(*) AS views FROM page_views WHERE {where} AND name = ''{only} GROUP BY day, hour",
        (text("weekday", "Weekday"), OCLOCK, VIEWS),
        every_weekday_hour,
    ),
)

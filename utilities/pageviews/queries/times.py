"""The queries by day and hour in the site's time zone; days and hours without views have a row as well."""

from collections import Counter
from datetime import date

from utilities.model.frames import Column, Note, Value, ValueKind
from utilities.model.time_ranges import TimeRange
from utilities.pageviews.queries import (
    COUNTS_SQL,
    VIEWS_COLUMN,
    VISITORS_COLUMN,
    VISITS_COLUMN,
    EngineRows,
    FrameRows,
    SiteQuery,
    text_column,
)

WEEKDAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NO_VIEWS = (0, 0, 0)
HOUR_COLUMN = text_column("hour", "Hour")
AVERAGES_NOTE = "Each figure is an average of its weekday, which occurs {} to {} times in this range."
AVERAGE_VIEWS_COLUMN = Column(
    "views", "Views a day", ValueKind.DECIMAL, description="The average of all days of this weekday in the range."
)


def fill_days(engine_rows: EngineRows, time_range: TimeRange) -> FrameRows:
    days: dict[date, tuple[Value, ...]] = dict.fromkeys(time_range.each_day(), NO_VIEWS)
    days |= {row[0]: tuple(row[1:]) for row in engine_rows}
    return [(day.isoformat(), *days[day]) for day in sorted(days)], ()


def fill_hours(engine_rows: EngineRows, time_range: TimeRange) -> FrameRows:
    """Returns a row for each hour: two for an hour that occurs twice, none for one that the clock skips."""
    hours: dict[tuple[date, int, int], tuple[Value, ...]] = dict.fromkeys(time_range.each_hour(), NO_VIEWS)
    hours |= {(row[0], int(row[1]), int(row[2])): tuple(row[3:]) for row in engine_rows}
    return [
        (day.isoformat(), format_hour(hour), format_offset(off), *hours[day, hour, off])
        for day, hour, off in sort_hours(hours)
    ], ()


def sort_hours(hours: dict[tuple[date, int, int], tuple[Value, ...]]) -> list[tuple[date, int, int]]:
    """Sorts the hours by real time, not by local time."""
    return sorted(hours, key=lambda at: at[0].toordinal() * 1440 + at[1] * 60 - at[2])


def rank_four_hours(engine_rows: EngineRows, time_range: TimeRange) -> FrameRows:
    """Returns the six parts of the day, the one with most views first."""
    periods: dict[int, tuple[Value, ...]] = dict.fromkeys(range(0, 24, 4), NO_VIEWS)
    periods |= {int(row[0]): tuple(row[1:]) for row in engine_rows}
    busiest = sorted(periods, key=lambda begins: (-int(periods[begins][0] or 0), begins))
    return [(f"{format_hour(begins)} to {format_hour(begins + 4)}", *periods[begins]) for begins in busiest], ()


def average_weekday_hours(engine_rows: EngineRows, time_range: TimeRange) -> FrameRows:
    """Returns 168 rows, Monday's first: the views divided by the number of such hours that have begun."""
    hours = {(day, hour) for day, hour, _ in time_range.each_hour()}
    times = Counter((day.weekday(), hour) for day, hour in hours)
    views = Counter[tuple[int, int]]()
    for day, hour, count in engine_rows:
        views[day.weekday(), int(hour)] += int(count)
    rows: list[tuple[Value, ...]] = [
        (WEEKDAY_NAMES[at[0]], format_hour(at[1]), views[at] / times[at] if times[at] else None)
        for at in ((weekday, hour) for weekday in range(7) for hour in range(24))
    ]
    counts = sorted({sum(day.weekday() == weekday for day in {day for day, _ in hours}) for weekday in range(7)})
    note = Note(AVERAGES_NOTE.format(counts[0], counts[-1]), short="averages")
    return rows, (note,) if len(counts) > 1 and counts[-1] > 1 else ()


def format_hour(hour: int) -> str:
    return f"{hour:02d}:00"


def format_offset(offset: int) -> str:
    """Formats an offset in minutes: `+01:00`."""
    return f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02d}:{abs(offset) % 60:02d}"


def counts_by_sql(keys: str) -> str:
    return f"""
        SELECT {keys}, {COUNTS_SQL} FROM page_views WHERE {{where}} AND name = ''{{only}} GROUP BY {keys}"""


DAY_COLUMN = Column("day", "Day", ValueKind.DATE)

QUERIES = (
    SiteQuery("by-day", counts_by_sql("day"), (DAY_COLUMN, VIEWS_COLUMN, VISITORS_COLUMN, VISITS_COLUMN), fill_days),
    SiteQuery(
        "by-hour",
        counts_by_sql("day, hour, zone_offset"),
        (DAY_COLUMN, HOUR_COLUMN, text_column("offset", "From UTC", 3), VIEWS_COLUMN, VISITORS_COLUMN, VISITS_COLUMN),
        fill_hours,
        max_days=400,  # about 10,000 rows
    ),
    SiteQuery(
        "four-hours",
        f"SELECT hour - hour % 4 AS begins, {COUNTS_SQL} FROM page_views WHERE {{where}} AND name = ''{{only}} "
        "GROUP BY begins",
        (text_column("period", "Time of day"), VIEWS_COLUMN, VISITORS_COLUMN, VISITS_COLUMN),
        rank_four_hours,
    ),
    SiteQuery(
        "weekday-hours",
        "SELECT day, hour, count(*) AS views FROM page_views WHERE {where} AND name = ''{only} GROUP BY day, hour",
        (text_column("weekday", "Weekday"), HOUR_COLUMN, AVERAGE_VIEWS_COLUMN),
        average_weekday_hours,
        averages=True,
    ),
)

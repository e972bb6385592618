"""The time in which a site's page views were counted: before it and after it there are no figures, which is not 0."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from utilities.model.frames import Column, DateRange, ValueKind
from utilities.model.time_ranges import TimeRange, utc_offset_minutes
from utilities.pageviews.frame_rows import Row
from utilities.pageviews.storage.interface import PageViewStore

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class CountedTime:
    """From `first_view`, which is None while a site has no page view, until now; both UTC."""

    first_view: datetime | None
    now: datetime

    def clip(self, time_range: TimeRange) -> TimeRange:
        """Returns the counted part of the range, from a full hour; it may be empty."""
        end = max(time_range.start, min(time_range.end, self.now))
        if self.first_view is None:
            return replace(time_range, start=end, end=end)
        offset = timedelta(minutes=utc_offset_minutes(self.first_view.astimezone(time_range.zone)))
        local = self.first_view + offset
        hour = local.replace(minute=0, second=0, microsecond=0) - offset
        return replace(time_range, start=min(end, max(time_range.start, hour)), end=end)

    def is_whole(self, time_range: TimeRange) -> bool:
        """Whether page views were counted on each day of the range that has come."""
        first = self.first_view and self.first_view.astimezone(time_range.zone).date()
        return first is not None and first <= time_range.date_range.first

    def without_uncounted(
        self, rows: Sequence[Row], columns: Sequence[Column], time_range: TimeRange
    ) -> tuple[Row, ...]:
        """Returns rows by day or hour with None as the figures of times in which nothing was counted."""
        if columns[0].kind is not ValueKind.DATE:
            return tuple(rows)
        figures = [index for index, column in enumerate(columns) if column.is_numeric]
        has_hours = len(columns) > 2 and columns[1].key == "hour"  # followed by the offset from UTC
        first = self.first_view and self.first_view.astimezone(time_range.zone).date()
        today = self.now.astimezone(time_range.zone).date()

        def is_counted(row: Row) -> bool:
            if any(row[index] for index in figures):
                return True
            if self.first_view is None or first is None:
                return False
            if has_hours:
                hour = start_of_hour(str(row[0]), str(row[1]), str(row[2]))
                return self.first_view < hour + HOUR and hour <= self.now
            return first <= date.fromisoformat(str(row[0])) <= today

        return tuple(
            row if is_counted(row) else tuple(None if index in figures else cell for index, cell in enumerate(row))
            for row in rows
        )


def start_of_hour(day: str, hour: str, offset: str) -> datetime:
    """Returns the start of an hour of a row in UTC: `2026-03-10`, `09:00`, `+01:00`."""
    return datetime.fromisoformat(f"{day}T{hour}{offset}").astimezone(UTC)


def describe_range(time_range: TimeRange) -> DateRange:
    """Returns the days of a range, and the local time at which its last day ends unless that is midnight."""
    end = time_range.end.astimezone(time_range.zone)
    return replace(time_range.date_range, until=f"{end:%H:%M}" if (end.hour, end.minute) != (0, 0) else "")


async def fetch_counted_time(views: PageViewStore, site: str, start: datetime, now: datetime) -> CountedTime:
    """Returns the counted time of a site ('' for all) as far as it is after `start`; raises SourceError."""
    where, values = ("site = $site", {"site": site}) if site else ("1 = 1", {})
    earlier: Mapping[str, Any] = {**values, "start": start}
    if await views.query(f"SELECT 1 FROM page_views WHERE {where} AND moment < $start LIMIT 1", earlier):  # noqa: S608
        return CountedTime(start, now)
    rows = await views.query(f"SELECT min(moment) FROM page_views WHERE {where}", values)  # noqa: S608
    return CountedTime(rows[0][0] if rows else None, now)

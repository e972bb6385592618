"""The figures of one site query: of a range, and of the period before it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from utilities.model.frames import Frame, Note, ValueKind
from utilities.model.time_ranges import TimeRange
from utilities.pageviews.counted_time import CountedTime, describe_range, fetch_counted_time
from utilities.pageviews.frame_rows import Row, to_frame_rows
from utilities.pageviews.queries import SiteQuery
from utilities.pageviews.sql.filters import where_clause
from utilities.pageviews.storage.interface import PageViewStore

MAX_PAGE_VIEW_ROWS = 10_000
NOT_COMPARED_TEXT = "Page views have been counted since {} only, so there is no whole period before to compare with."


@dataclass(frozen=True)
class SiteFigures:
    """Fetches the figures of a site ('' for all) for the visits that the filters select; `now` is UTC."""

    views: PageViewStore
    site_query: SiteQuery
    site: str
    filters: Mapping[str, str]
    now: datetime

    @property
    def by_day(self) -> bool:
        """Whether the rows are days or hours."""
        return self.site_query.columns[0].kind is ValueKind.DATE

    async def fetch_frame(self, time_range: TimeRange, limit: int, *, compare: bool = False) -> Frame:
        """Returns the frame of the range, with the previous period for `compare`; raises SourceError."""
        before = CountedTime(None, self.now).previous_range(time_range) if compare else None
        counted = None
        if compare or self.by_day or self.site_query.averages:
            start = (before or time_range).start
            counted = await fetch_counted_time(self.views, self.site, start, self.now)
        rows, notes = await self._fetch_rows(time_range, counted, limit)
        frame = Frame(self.site_query.columns, rows, notes)
        return await self._with_previous(frame, before, counted) if before and counted else frame

    async def _with_previous(self, frame: Frame, before: TimeRange, counted: CountedTime) -> Frame:
        """Joins the figures of the previous period: by name, or day by day; None where it is not counted as a whole."""
        frame = replace(frame, previous_range=describe_range(before))
        if not self.by_day and not counted.is_whole(before):
            first = counted.first_view and counted.first_view.astimezone(before.zone).date()
            notes = (Note(NOT_COMPARED_TEXT.format(first)),) if first else ()
            return await asyncio.to_thread(replace(frame, notes=(*frame.notes, *notes)).with_previous, ())
        earlier, _ = await self._fetch_rows(before, counted, MAX_PAGE_VIEW_ROWS)
        if any(column.kind is ValueKind.TEXT for column in self.site_query.columns):
            is_complete = len(earlier) < MAX_PAGE_VIEW_ROWS
            return await asyncio.to_thread(frame.with_previous_by_name, earlier, is_complete=is_complete)
        return await asyncio.to_thread(frame.with_previous, earlier)

    async def _fetch_rows(
        self, time_range: TimeRange, counted: CountedTime | None, limit: int
    ) -> tuple[tuple[Row, ...], tuple[Note, ...]]:
        where, only, values = where_clause(self.site, time_range, self.filters)
        sql = self.site_query.sql.replace("{where}", where).replace("{only}", only)
        stored_rows = await self.views.query(sql, values | {"limit": limit})
        return await asyncio.to_thread(self._read_rows, stored_rows, time_range, counted)

    def _read_rows(
        self, stored_rows: Sequence[tuple[Any, ...]], time_range: TimeRange, counted: CountedTime | None
    ) -> tuple[tuple[Row, ...], tuple[Note, ...]]:
        """Returns the rows of a frame and its notes; takes long with 10,000 rows. Raises BadAnswer."""
        columns = self.site_query.columns
        filled = counted.clip(time_range) if counted and self.site_query.averages else time_range
        shown_rows, notes = self.site_query.to_rows(stored_rows, filled)
        rows = to_frame_rows(shown_rows, columns)
        return counted.without_uncounted(rows, columns, time_range) if counted else rows, notes

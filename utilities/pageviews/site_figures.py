"""The figures of one site query: of a range, and of the period before it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from utilities.config.discovery import discover_units
from utilities.model.frames import REST_NAME, Column, Frame, Note, ValueKind
from utilities.model.time_ranges import TimeRange, days_before
from utilities.pageviews import queries
from utilities.pageviews.compared_time import begun_hour, match_hours, until_midnight
from utilities.pageviews.counted_time import CountedTime, describe_range, fetch_counted_time
from utilities.pageviews.frame_rows import Row, to_frame_rows
from utilities.pageviews.queries import NAME_SEPARATOR, RestQuery, SiteQuery, split_names
from utilities.pageviews.sql.filters import where_clause
from utilities.pageviews.storage.interface import PageViewStore

MAX_PAGE_VIEW_ROWS = 10_000
HOUR_CELLS = 3  # day, hour, and offset from UTC
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

    async def fetch_frame(self, time_range: TimeRange, limit: int, before: TimeRange | None = None) -> Frame:
        """Returns the frame of the range, with the figures of the time `before`; raises SourceError.

        What the limit of a ranking cuts is one more row, REST_NAME, and the frame has the totals.
        """
        counted = None
        if before and self.site_query.has_hours:
            time_range = until_midnight(time_range, self.now)  # the hours before have them all
        if before or self.by_day or self.site_query.averages:
            start = (before or time_range).start
            counted = await fetch_counted_time(self.views, self.site, start, self.now)
        stored_rows = await self._query(
            self.site_query.sql, time_range, limit=limit + (self.site_query.rest is not None)
        )
        named_rows = stored_rows if len(stored_rows) <= limit else self._named_rows(stored_rows, limit)
        rows, notes = await asyncio.to_thread(self._read_rows, named_rows, time_range, counted)
        frame = Frame(self.site_query.columns, rows, notes)
        rest = self.site_query.rest if named_rows is not stored_rows else None
        names = [rest.name_of(row) for row in named_rows] if rest else []
        if rest:
            frame = await self._with_rest(frame, rest, names, time_range)
        if not before or not counted:
            return frame
        if self.site_query.has_hours:
            return await self._with_previous_hours(frame, time_range, before, counted)
        return await self._with_previous(frame, before, counted, names)

    def _named_rows(self, stored_rows: Sequence[tuple[Any, ...]], limit: int) -> Sequence[tuple[Any, ...]]:
        """Returns the rows of a ranking that keep their names; a stored name (other) belongs to the rest."""
        if self.site_query.rest is None:
            return stored_rows
        return [row for row in stored_rows if row[0] != REST_NAME][:limit]

    async def _with_rest(self, frame: Frame, rest: RestQuery, names: list[Any], time_range: TimeRange) -> Frame:
        """Adds the row of all names but these, and the totals of all."""
        (others, _), (totals, count) = await asyncio.gather(
            self._fetch_rest(rest, time_range, names), self._fetch_rest(rest, time_range, ())
        )
        figures = {c.key: value for c, value in zip(frame.columns, totals, strict=True) if c.is_numeric}
        return replace(frame, rows=(*frame.rows, others), total_rows=count, totals=figures)

    async def _fetch_rest(self, rest: RestQuery, time_range: TimeRange, names: Sequence[Any]) -> tuple[Row, int]:
        """Returns the figures of all names but these as a row, and how many names these are."""
        columns, lists = self.site_query.columns, split_names(names)
        values = {f"named_{place}": each for place, each in enumerate(lists)}
        sql = rest.conditioned_sql(len(lists))
        ((count, *figures),) = await self._query(sql, time_range, **values, separator=NAME_SEPARATOR)
        numbers = iter(figures)
        cells = tuple(next(numbers) if column.is_numeric else REST_NAME for column in columns)
        (row,) = to_frame_rows([cells], columns)
        return row, int(count)

    async def _with_previous(self, frame: Frame, before: TimeRange, counted: CountedTime, names: list[Any]) -> Frame:
        """Joins the figures of the previous period: by name, or day by day; None where it is not counted as a whole.

        `names` are those of the rows, where others are together in one row.
        """
        frame = replace(frame, previous_range=describe_range(before))
        if not self.by_day and not counted.is_whole(before):
            first = counted.first_view and counted.first_view.astimezone(before.zone).date()
            notes = (Note(NOT_COMPARED_TEXT.format(first), short=""),) if first else ()
            return await asyncio.to_thread(replace(frame, notes=(*frame.notes, *notes)).with_previous, ())
        stored_rows = await self._query(self.site_query.sql, before, limit=MAX_PAGE_VIEW_ROWS)
        earlier, _ = await asyncio.to_thread(self._read_rows, stored_rows, before, counted)
        if any(column.kind is ValueKind.TEXT for column in self.site_query.columns):
            is_complete = len(earlier) < MAX_PAGE_VIEW_ROWS
            if names and self.site_query.rest:
                others, _ = await self._fetch_rest(self.site_query.rest, before, names)
                earlier = (*earlier, others)  # the last of a name counts
            return await asyncio.to_thread(frame.with_previous_by_name, earlier, is_complete=is_complete)
        return await asyncio.to_thread(frame.with_previous, earlier)

    async def _with_previous_hours(
        self, frame: Frame, time_range: TimeRange, before: TimeRange, counted: CountedTime
    ) -> Frame:
        """Joins the same hours of the days before; the hour that has begun is compared until the same minute."""
        days = (time_range.date_range.first - before.date_range.first).days
        shown = TimeRange(before.start, days_before(time_range.end, days, before.zone), before.zone)
        parts = [shown, begun_hour(before)] if shown.end > before.end else [before]
        earlier: list[Row] = []
        for part in filter(None, parts):
            stored_rows = await self._query(self.site_query.sql, part, limit=MAX_PAGE_VIEW_ROWS)
            rows, _ = await asyncio.to_thread(self._read_rows, stored_rows, part, counted)
            by_hour = {row[:HOUR_CELLS]: row for row in rows}
            earlier = [by_hour.get(row[:HOUR_CELLS], row) for row in earlier] or list(rows)
        frame = replace(frame, previous_range=describe_range(shown))
        return await asyncio.to_thread(lambda: frame.with_previous(match_hours(frame.rows, earlier, days)))

    async def _query(self, sql: str, time_range: TimeRange, **values: Any) -> list[tuple[Any, ...]]:
        """Returns the rows of the engine."""
        where, only, conditions = where_clause(self.site, time_range, self.filters)
        return await self.views.query(sql.replace("{where}", where).replace("{only}", only), conditions | values)

    def _read_rows(
        self, stored_rows: Sequence[tuple[Any, ...]], time_range: TimeRange, counted: CountedTime | None
    ) -> tuple[tuple[Row, ...], tuple[Note, ...]]:
        """Returns the rows of a frame and its notes; takes long with 10,000 rows. Raises BadAnswer."""
        columns = self.site_query.columns
        filled = counted.clip(time_range) if counted and self.site_query.averages else time_range
        shown_rows, notes = self.site_query.to_rows(stored_rows, filled)
        rows = to_frame_rows(shown_rows, columns)
        return counted.without_uncounted(rows, columns, time_range) if counted else rows, notes


@cache
def site_queries() -> Mapping[str, SiteQuery]:
    """Returns every query by its name."""
    return {query.name: query for query in discover_units(queries, "QUERY", SiteQuery)}


def page_view_columns(query: object) -> Sequence[Column]:
    """Returns the columns of a query; none where it has SQL of its own, or its name is unknown."""
    site_query = site_queries().get(getattr(query, "question", ""))
    return site_query.columns if site_query else ()

"""The page views we count ourselves."""

import math
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from typing import Any, Protocol, runtime_checkable
from zoneinfo import ZoneInfo

from utilities.config.discovery import discover_units
from utilities.config.settings import Settings
from utilities.model.clock import Clock
from utilities.model.errors import BadAnswer, ParameterError, SourceMisconfigured
from utilities.model.frames import Column, DateRange, Frame, Value, ValueKind
from utilities.model.time_ranges import TimeRange, parse_range
from utilities.pageviews import queries
from utilities.pageviews.queries import Question
from utilities.pageviews.sql.filters import Sites, chosen, condition
from utilities.pageviews.storage.interface import PageViewStore
from utilities.sources import Source, SourceType, parse_row_limit

MOST_ROWS = 10_000
LONGEST = 2048  # characters of a parameter
MOMENT = timedelta(hours=1)  # a shorter range is spoken of as a moment, not as a day
WAITING = "Waiting for the first page view"
BEGIN = 'Put <script async src="{}/a.js"></script> on each page'
PARAMETERS = {"site": "site", "from": "first", "to": "last", "page": "page", "referrer": "referrer"}
"""What a request may say, and the field of the ask it fills."""

Row = tuple[Value, ...]


@dataclass(frozen=True)
class PageViewAsk:
    """One question to the page-view store; utilities/pageviews/queries has them all.

    `first` and `last` are written as people write them (utilities/model/time_ranges.py), in the site's time zone;
    '' for both is the last LOOK_BACK_DAYS days, today until now among them. `site` is '' for the first site of
    boards/sites.yaml, or, while it has none, for all there are together. `page` is a path of ours and `referrer` an
    address or a domain elsewhere; '' is any. `compare` adds a column behind each figure with that of the
    previous period, as many days earlier, for the same name where rows have one. At most `limit` rows.
    """

    question: str
    site: str = ""
    first: str = ""
    last: str = ""
    page: str = ""
    referrer: str = ""
    limit: int = 10
    compare: bool = False


@runtime_checkable
class StoreAsk(Protocol):
    """A query with SQL of its own, such as those of the flow page."""

    async def fetch_frame(self, views: PageViewStore, sites: Sites, clock: Clock) -> Frame:
        """Returns the frame; raises SourceError, and ParameterError for parameters that have become invalid."""
        ...


class PageViewSource:
    """Asks the store this process holds."""

    def __init__(self, views: PageViewStore, sites: Sites, clock: Clock, days: int, address: str = "") -> None:
        self.views = views
        self.sites = sites
        self.clock = clock
        self.days = days  # of a range nobody gave
        self.address = address  # of this Foyer, as pages must say it
        self.begun: set[str] = set()  # sites with page views

    async def fetch_frame(self, ask: "PageViewAsk | StoreAsk") -> Frame:
        """The frame for one ask; raises SourceError."""
        try:
            if isinstance(ask, StoreAsk):
                return await ask.fetch_frame(self.views, self.sites, self.clock)
            question, site, range_ = self.understood(ask)
        except ParameterError as error:
            raise SourceMisconfigured(str(error)) from error
        found, notes = question.arrange(await self.ask(question, ask, site, range_), range_)
        rows = fitted(found, question.columns)
        unbegun = () if counted(rows) else await self.unbegun(site)
        frame = Frame(question.columns, rows, notes, self.covers(range_, rows), unbegun)
        return await self.compared(frame, question, ask, site, range_.previous_range()) if ask.compare else frame

    async def compared(self, frame: Frame, question: Question, ask: PageViewAsk, site: str, before: TimeRange) -> Frame:
        """The frame beside the figures of the time before: by name, or day by day."""
        found = await self.ask(question, replace(ask, limit=MOST_ROWS), site, before)
        earlier = fitted(question.arrange(found, before)[0], question.columns)
        if any(column.kind is ValueKind.TEXT for column in question.columns):
            return frame.with_previous_by_name(earlier, is_complete=len(earlier) < MOST_ROWS)
        return frame.with_previous(earlier)

    def covers(self, range_: TimeRange, rows: Sequence[Row]) -> DateRange | None:
        """The days of the range; None of a moment in which nothing was counted, for its day may have had much."""
        if not rows and range_.end - range_.start < MOMENT:
            return None
        over = range_.date_range.last < self.clock().astimezone(range_.zone).date()
        return replace(range_.date_range, has_ended=over)

    async def unbegun(self, site: str) -> tuple[str, ...]:
        """That nothing was ever counted for this site and how to begin; nothing once it has begun."""
        if site not in self.begun:
            where, values = ("site = $site", {"site": site}) if site else ("1 = 1", {})
            if not await self.views.query(f"SELECT 1 FROM page_views WHERE {where} LIMIT 1", values):  # noqa: S608
                return WAITING, BEGIN.format(self.address)
            self.begun.add(site)
        return ()

    def understood(self, ask: PageViewAsk) -> tuple[Question, str, TimeRange]:
        """The question, the site ('' for all) and the range in its zone; raises ParameterError."""
        question = questions().get(ask.question)
        if question is None:
            raise SourceMisconfigured(
                f"there is no question {ask.question!r}; there are {', '.join(sorted(questions()))}"
            )
        if ask.compare and not question.compares:
            raise SourceMisconfigured(f"{ask.question} answers rows that cannot be set beside those of the time before")
        if not 1 <= ask.limit <= MOST_ROWS:
            raise SourceMisconfigured(f"an ask needs a limit from 1 to {MOST_ROWS}")
        site, zone = chosen(self.sites, ask.site)
        first = ask.first or f"now-{self.days - 1}d/d"
        range_ = parse_range(first, ask.last or "now", ZoneInfo(zone), self.clock())
        question.check(range_)
        return question, site, range_

    def parameter_names(self, ask: PageViewAsk) -> Collection[str]:
        return tuple(PARAMETERS)

    def can_compare(self, ask: PageViewAsk) -> bool:
        question = questions().get(ask.question)
        return question is not None and question.compares

    def with_params(self, ask: PageViewAsk, said: Mapping[str, str], *, compare: bool = False) -> PageViewAsk:
        """The same ask for another site, time, page or referrer; raises ParameterError when nobody could answer it."""
        fields: dict[str, Any] = {field: said[name] for name, field in PARAMETERS.items() if said.get(name)}
        fields["compare"] = ask.compare or (compare and self.can_compare(ask))
        for name in PARAMETERS.keys() & said.keys():
            if len(said[name]) > LONGEST or not (said[name] or " ").isprintable():
                raise ParameterError(f"`{name}` must be printable and at most {LONGEST} characters long")
        ask = replace(ask, **fields, limit=parse_row_limit(said, ask.limit, MOST_ROWS))
        self.understood(ask)
        return ask

    async def ask(self, question: Question, ask: PageViewAsk, site: str, range_: TimeRange) -> list[tuple[Any, ...]]:
        where, only, values = condition(site, range_, ask.page, ask.referrer)
        sql = question.sql.replace("{where}", where).replace("{only}", only)
        return await self.views.query(sql, values | {"limit": ask.limit})

    async def check(self) -> str:
        """How many page views there are at all sites in the last days."""
        range_ = self.understood(PageViewAsk("present"))[2]
        rows = await self.ask(questions()["present"], PageViewAsk("present"), "", range_)
        return f"{int(rows[0][2] or 0):,} page views in the last {self.days} days"

    def slowdown(self) -> float:
        return 1.0

    def health(self) -> Mapping[str, object]:
        return {}

    async def close(self) -> None:
        """The store is closed by whoever opened it."""


@cache
def questions() -> Mapping[str, Question]:
    """Every question by its name."""
    return {question.name: question for several in discover_units(queries, "QUESTIONS", tuple) for question in several}


def fitted(rows: Sequence[Row], columns: Sequence[Column]) -> tuple[Row, ...]:
    """The rows with each value as its column's kind has it; raises BadAnswer."""
    try:
        return tuple(
            tuple(cell(value, column.kind) for value, column in zip(row, columns, strict=True)) for row in rows
        )
    except (TypeError, ValueError) as error:
        raise BadAnswer(f"the page-view store answered something else than was asked: {error}") from error


def counted(rows: Sequence[Row]) -> bool:
    """Whether there is anything in an answer; rows of noughts are there for each day and hour."""
    figures = [cell for row in rows for cell in row if not isinstance(cell, str)]
    return bool(rows) and (not figures or any(figures))


def cell(value: Any, kind: ValueKind) -> Value:
    """Engines say NULL, 0 or NaN of nothing at all: that is 0 for a count, unknown for an average."""
    if not kind.is_numeric:
        return None if value is None else str(value)
    if kind is ValueKind.INTEGER:
        return int(value or 0)
    return None if value is None or math.isnan(value) else float(value)


class Reaching:
    """For a process that keeps no page views itself: goes to whoever keeps them with each question."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock

    async def fetch_frame(self, ask: PageViewAsk) -> Frame:
        async with self.reached() as source:
            return await source.fetch_frame(ask)

    async def check(self) -> str:
        async with self.reached() as source:
            return await source.check()

    @asynccontextmanager
    async def reached(self) -> AsyncIterator[PageViewSource]:
        # Imported late: counting is a lot, and a process that serves has its own source.
        from utilities.pageviews.collection import open_sites
        from utilities.pageviews.storage.open import connect_or_open_store

        sites, views = open_sites(self.settings), await connect_or_open_store(self.settings, self.clock)
        try:
            yield PageViewSource(views, sites, self.clock, self.settings.look_back_days, self.settings.address)
        finally:
            await views.close()

    def slowdown(self) -> float:
        return 1.0

    def health(self) -> Mapping[str, object]:
        return {}

    async def close(self) -> None: ...


async def open_reaching(settings: Settings, clock: Clock) -> Source:
    """Never None; the services of a process that keeps page views put their own source in its place."""
    return Reaching(settings, clock)


SOURCE = SourceType("pageviews", PageViewAsk, open_reaching, title="our own page views")

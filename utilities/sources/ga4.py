"""Google Analytics 4, through the Data API v1beta."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from utilities.config.settings import Settings
from utilities.google.client import SECONDS, Client, resource
from utilities.google.comparison import beside
from utilities.google.error_translation import Asked
from utilities.google.ga4_response import covered, frame, read
from utilities.google.quota import CORE, REALTIME
from utilities.model.clock import Clock
from utilities.model.errors import ParameterError, SourceMisconfigured
from utilities.model.frames import DateRange, Frame
from utilities.model.time_ranges import parse_range
from utilities.sources import Source, SourceKind, rows_of

SCOPE = "https://www.googleapis.com/auth/analytics.readonly"
ENABLE = "https://console.cloud.google.com/apis/library/analyticsdata.googleapis.com"
CHECK_SECONDS = 8.0
SPARE = 3  # rows asked for beyond the limit, because `(other)`, `(not set)` and '' are no things to rank
MOST_ROWS = 10_000  # parsing more in a thread holds up the whole process (100,000 rows: a second)

NAMESAKES = 1000  # rows of the days before that are looked at
UNNAMED = ((), ("date",))  # dimensions whose rows are no names
EARLIEST = date(2015, 8, 14)  # Google refuses earlier days
PARAMETERS = {"from": "first", "to": "last"}
"""What a request may say, and the field of the ask it fills."""


@dataclass(frozen=True)
class Filter:
    """A condition on one dimension's text; not case sensitive. No `value` is met by an empty one and `(not set)`."""

    field: str
    value: str
    match: Literal["exact", "contains", "begins"] = "exact"
    negate: bool = False


@dataclass(frozen=True)
class Ga4Ask:
    """One runReport, or runRealtimeReport when `realtime`.

    The range is the last `days` whole days up to and with yesterday, in the property's time zone; None is
    LOOK_BACK_DAYS. `first` and `last` say it as people do (utilities/model/time_ranges.py), in whole days. With `today`
    it is today instead, as far as Google has counted it. `compare` asks for as many days before as well and adds a
    column with the previous period's figure behind each metric. `order` is a field, with `-` in front for descending;
    '' is the first metric descending. Rows are filtered by all of `filters`.
    """

    dimensions: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    days: int | None = None
    limit: int = 10
    order: str = ""
    filters: tuple[Filter, ...] = ()
    compare: bool = False
    today: bool = False
    realtime: bool = False
    first: str = ""
    last: str = ""


class Ga4:
    """One property, asked with a service account."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.clock = clock
        self.days = settings.look_back_days
        self.zone = "UTC"  # the property's, as soon as Google has said it
        self.property = settings.ga4_property_id
        self.methods = resource("analyticsdata", "v1beta", settings.ga4_api_endpoint).properties()
        key, errors = settings.google_application_credentials, settings.data_dir / f"server-errors.{self.property}"
        self.client = Client("Google Analytics", clock, key, SCOPE, self.asked, errors=errors)

    def asked(self, account: str) -> Asked:
        grant = (
            f"give it the role Viewer on property {self.property} "
            "(Google Analytics → Admin → Property access management)"
        )
        return Asked("Google Analytics", account, grant, ENABLE, "GA4_API_ENDPOINT")

    async def answer(self, ask: Ga4Ask) -> Frame:
        """The frame for one ask.

        At most `limit` ranked rows; rows that are no thing to rank (`(other)`, `(not set)`, an empty text) come after
        them, each with a note. Without rows the frame has none, whatever was asked. Raises SourceError.
        """
        try:
            named = ask.compare and ask.dimensions not in UNNAMED and not ask.realtime
            return await (self.beside_namesakes(ask) if named else self.fetch(ask, SECONDS))
        except ParameterError as error:
            raise SourceMisconfigured(str(error)) from error

    async def beside_namesakes(self, ask: Ga4Ask) -> Frame:
        """Two questions, for what was first in these days need not have been so before."""
        now = await self.fetch(replace(ask, compare=False), SECONDS)
        if now.date_range is None:
            raise SourceMisconfigured(
                "Google Analytics does not say which days these are, so none can be set beside them"
            )
        days = (now.date_range.last - now.date_range.first).days + 1
        first, last = (day - timedelta(days=days) for day in (now.date_range.first, now.date_range.last))
        before = replace(ask, compare=False, limit=NAMESAKES, first=first.isoformat(), last=last.isoformat())
        rows = (await self.fetch(before, SECONDS)).rows
        return now.with_previous_by_name(rows, is_complete=len(rows) < NAMESAKES)

    async def fetch(self, ask: Ga4Ask, seconds: float) -> Frame:
        chosen = self.chosen(ask)
        found = await self.fetch_days(ask, chosen, seconds)
        if chosen and chosen != self.chosen(ask):  # they are other days where the property is
            found = await self.fetch_days(ask, self.chosen(ask), seconds)
        return found

    def chosen(self, ask: Ga4Ask) -> DateRange | None:
        """The days that `first` and `last` say; None when they say nothing. Raises ParameterError."""
        if not ask.first and not ask.last:
            return None
        now, first = self.clock(), ask.first or f"now-{(ask.days or self.days)}d/d"
        covers = parse_range(first, ask.last or "now", ZoneInfo(self.zone), now).date_range
        if covers.first < EARLIEST:
            raise ParameterError(f"`from` must be {EARLIEST} or later, for Google Analytics begins there")
        return replace(covers, has_ended=covers.last < now.astimezone(ZoneInfo(self.zone)).date())

    def parameters(self, ask: Ga4Ask) -> Collection[str]:
        return () if ask.realtime or ask.today else tuple(PARAMETERS)

    def compares(self, ask: Ga4Ask) -> bool:
        return bool(self.parameters(ask))

    def adjusted(self, ask: Ga4Ask, said: Mapping[str, str], *, compare: bool = False) -> Ga4Ask:
        """The same ask for other days; raises ParameterError."""
        if not self.parameters(ask):
            return ask
        fields: dict[str, Any] = {field: said[name] for name, field in PARAMETERS.items() if said.get(name)}
        limit = rows_of(said, ask.limit, MOST_ROWS)
        ask = replace(ask, **fields, compare=ask.compare or compare, limit=limit)
        self.chosen(ask)
        return ask

    async def fetch_days(self, ask: Ga4Ask, chosen: DateRange | None, seconds: float) -> Frame:
        days = ask.days or self.days
        body = question(ask, days, chosen)
        method = self.methods.runRealtimeReport if ask.realtime else self.methods.runReport
        category = REALTIME if ask.realtime else CORE
        asked_at = self.clock()
        raw = await self.client.call(
            lambda: method(property=f"properties/{self.property}", body=body), category, seconds
        )
        answer = read(raw)
        left = {name: bucket.remaining for name, bucket in answer.quota.items()}
        self.client.heard(category, left)
        # The day until now ends where yesterday will tomorrow.
        asked_at, days = (asked_at + timedelta(days=1), 1) if ask.today else (asked_at, days)
        covers = covered(asked_at, days, answer.metadata.zone) if answer.metadata.zone else None
        if covers:
            self.zone = covers.zone
        covers = chosen or covers
        found = frame(answer, ask.limit * 2 if ask.compare else ask.limit, covers)
        return beside(found) if ask.compare else found

    async def check(self) -> str:
        """Asks for yesterday's sessions; says what is left of the day's quota."""
        await self.fetch(Ga4Ask(metrics=("sessions",), days=1, limit=1), CHECK_SECONDS)
        left = self.client.quota.left(CORE, "tokensPerDay")
        return f"property {self.property} answers" + (f", {left:,} tokens left today" if left is not None else "")

    def stretch(self) -> float:
        return self.client.quota.stretch()

    def health(self) -> Mapping[str, object]:
        return self.client.health()

    async def close(self) -> None:
        await self.client.close()


def question(ask: Ga4Ask, days: int, chosen: DateRange | None = None) -> dict[str, Any]:
    """The request's body; raises SourceMisconfigured for an ask that cannot be asked."""
    if ask.compare and (ask.realtime or ask.today):
        raise SourceMisconfigured("an ask that compares with the days before cannot be realtime or of today")
    if ask.limit < 1 or days < 1:
        raise SourceMisconfigured("an ask needs a limit and a number of days of at least 1")
    body: dict[str, Any] = {
        "dimensions": [{"name": name} for name in ask.dimensions],
        "metrics": [{"name": name} for name in ask.metrics],
        "limit": str(min((2 * ask.limit if ask.compare else ask.limit) + SPARE, MOST_ROWS)),
        "returnPropertyQuota": True,
    }
    if not ask.realtime:
        today = [{"startDate": "today", "endDate": "today"}]
        body["dateRanges"] = today if ask.today else ranges(days, chosen, compare=ask.compare)
    order = ask.order or (f"-{ask.metrics[0]}" if ask.metrics and ask.dimensions else "")
    if order:
        body["orderBys"] = [order_by(order, ask)]
    if ask.filters:
        body["dimensionFilter"] = {"andGroup": {"expressions": [condition(filter_) for filter_ in ask.filters]}}
    return body


def ranges(days: int, chosen: DateRange | None, *, compare: bool) -> list[dict[str, str]]:
    """The last days as Google counts them, or the chosen ones; with `compare` as many before as well."""
    now = {"startDate": f"{days}daysAgo", "endDate": "yesterday"}
    before = {"startDate": f"{2 * days}daysAgo", "endDate": f"{days + 1}daysAgo"}
    if chosen:
        back = chosen.last - chosen.first + timedelta(days=1)
        now = {"startDate": chosen.first.isoformat(), "endDate": chosen.last.isoformat()}
        before = {"startDate": (chosen.first - back).isoformat(), "endDate": (chosen.last - back).isoformat()}
    if not compare:
        return [now]
    return [{**now, "name": "now"}, {**before, "name": "previous"}]


def order_by(order: str, ask: Ga4Ask) -> dict[str, Any]:
    field = order.removeprefix("-")
    by = {"metric": {"metricName": field}} if field in ask.metrics else {"dimension": {"dimensionName": field}}
    return {**by, "desc": order.startswith("-")}


def condition(filter_: Filter) -> dict[str, Any]:
    match = {"exact": "EXACT", "contains": "CONTAINS", "begins": "BEGINS_WITH"}[filter_.match]
    text = {"stringFilter": {"matchType": match, "value": filter_.value}} if filter_.value else {"emptyFilter": {}}
    plain = {"filter": {"fieldName": filter_.field, **text}}
    return {"notExpression": plain} if filter_.negate else plain


async def open_ga4(settings: Settings, clock: Clock) -> Source | None:
    """The source; None without a property. A wrong key file shows when it is asked, and does not stop the wall."""
    return Ga4(settings, clock) if settings.ga4_property_id else None


SOURCE = SourceKind(
    name="ga4",
    ask=Ga4Ask,
    open=open_ga4,
    missing="set GA4_PROPERTY_ID and GOOGLE_APPLICATION_CREDENTIALS",
    title="Google Analytics",
)

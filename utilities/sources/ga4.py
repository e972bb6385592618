"""Google Analytics 4, through the Data API v1beta."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal

from utilities.clock import Clock
from utilities.errors import BadAnswer, Refused
from utilities.frames import Covers, Frame, Kind, Note, Value
from utilities.google.answers import covered, frame, read
from utilities.google.client import SECONDS, Client, resource
from utilities.google.failures import Asked
from utilities.google.quota import CORE, REALTIME
from utilities.settings import Settings
from utilities.sources import Source, SourceKind

SCOPE = "https://www.googleapis.com/auth/analytics.readonly"
ENABLE = "https://console.cloud.google.com/apis/library/analyticsdata.googleapis.com"
CHECK_SECONDS = 8.0
SPARE = 3  # rows asked for beyond the limit, because `(other)`, `(not set)` and '' are no things to rank
MOST_ROWS = 10_000  # parsing more in a thread holds up the whole process (100,000 rows: a second)


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
    LOOK_BACK_DAYS. With `today` it is today instead, as far as Google has counted it. `compare` asks for as many days
    before as well and adds a `<metric>:previous` column behind each metric (only by `date`, or by nothing). `order` is
    a field, with `-` in front for descending; '' is the first metric descending. Rows are filtered by all of `filters`.
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


class Ga4:
    """One property, asked with a service account."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.clock = clock
        self.days = settings.look_back_days
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
        return await self.fetch(ask, SECONDS)

    async def fetch(self, ask: Ga4Ask, seconds: float) -> Frame:
        days = ask.days or self.days
        body = question(ask, days)
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


def question(ask: Ga4Ask, days: int) -> dict[str, Any]:
    """The request's body; raises Refused for an ask that cannot be asked."""
    if ask.compare and (ask.dimensions not in ((), ("date",)) or ask.realtime or ask.today):
        raise Refused("an ask that compares with the days before can be by date only, nor be realtime or of today")
    if ask.limit < 1 or days < 1:
        raise Refused("an ask needs a limit and a number of days of at least 1")
    body: dict[str, Any] = {
        "dimensions": [{"name": name} for name in ask.dimensions],
        "metrics": [{"name": name} for name in ask.metrics],
        "limit": str(min((2 * ask.limit if ask.compare else ask.limit) + SPARE, MOST_ROWS)),
        "returnPropertyQuota": True,
    }
    if not ask.realtime:
        today = [{"startDate": "today", "endDate": "today"}]
        body["dateRanges"] = today if ask.today else ranges(days, compare=ask.compare)
    order = ask.order or (f"-{ask.metrics[0]}" if ask.metrics and ask.dimensions else "")
    if order:
        body["orderBys"] = [order_by(order, ask)]
    if ask.filters:
        body["dimensionFilter"] = {"andGroup": {"expressions": [condition(filter_) for filter_ in ask.filters]}}
    return body


def ranges(days: int, *, compare: bool) -> list[dict[str, str]]:
    now = {"startDate": f"{days}daysAgo", "endDate": "yesterday"}
    if not compare:
        return [now]
    before = {"startDate": f"{2 * days}daysAgo", "endDate": f"{days + 1}daysAgo"}
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


def beside(found: Frame) -> Frame:
    """The rows of a comparison with `<metric>:previous` behind each metric: one row, or one for each day.

    Google leaves a period without figures out; its cells are empty then, with a note, and never 0. Raises BadAnswer.
    """
    if found.rows and not found.has("dateRange"):
        raise BadAnswer("Google Analytics did not say which figures are of which days")
    which = found.values("dateRange") if found.rows else ()
    kept = [place for place, column in enumerate(found.columns) if column.key != "dateRange"]
    rows: dict[str, list[tuple[Value, ...]]] = {"now": [], "previous": []}
    for period, row in zip(which, found.rows, strict=True):
        rows[str(period)].append(tuple(row[place] for place in kept))
    columns = tuple(found.columns[place] for place in kept)
    periods = {"now": "these days", "previous": "the days before"}
    missing = [Note(f"Google Analytics has no figures for {days}") for name, days in periods.items() if not rows[name]]
    notes = (*found.notes, *(missing if found.rows else ()))
    if columns and columns[0].kind is Kind.DATE:
        now, before = daily(found.covers, rows["now"], rows["previous"], len(columns))
    else:
        nothing: tuple[Value, ...] = (None,) * len(columns)
        now, before = (rows["now"] or [nothing] if found.rows else []), rows["previous"]
    return replace(found, columns=columns, rows=tuple(now), notes=notes).beside(before)


Rows = list[tuple[Value, ...]]


def daily(covers: Covers | None, now: Rows, before: Rows, width: int) -> tuple[Rows, Rows]:
    """A row for each day of the range, and beside it one for the day as many days before; 0 where Google has none."""
    if covers is None:
        return now, before
    count = (covers.last - covers.first).days + 1
    nothing: tuple[Value, ...] = (0,) * (width - 1)
    shifted = [covers.first + timedelta(days=place) for place in range(count)]
    by_day = {row[0]: row[1:] for row in (*now, *before)}
    these = [(day.isoformat(), *by_day.get(day.isoformat(), nothing)) for day in shifted]
    earlier = [(day - timedelta(days=count)).isoformat() for day in shifted]
    return these, [(day, *by_day.get(day, nothing)) for day in earlier]


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

"""A query to Google Analytics, and the body of its request."""

from dataclasses import dataclass
from typing import Any, Literal

from utilities.google.time_dimensions import DAY, TIME_DIMENSIONS
from utilities.model.errors import SourceMisconfigured
from utilities.model.frames import DateRange
from utilities.model.time_ranges import Comparison

SPARE_ROWS = 3  # requested beyond the limit, because `(other)`, `(not set)` and '' are not ranked
MAX_GA4_ROWS = 10_000  # parsing more blocks the process, even in a thread (100,000 rows: a second)


@dataclass(frozen=True)
class Ga4Filter:
    """A condition on one dimension's text, not case sensitive. An empty `value` matches empty text and `(not set)`."""

    field: str
    value: str
    match: Literal["exact", "contains", "begins"] = "exact"
    negate: bool = False


@dataclass(frozen=True)
class Ga4Query:
    """One runReport, or runRealtimeReport when `realtime`.

    The range is the last `days` full days up to and with yesterday, in the property's time zone; None is
    LOOK_BACK_DAYS. `first` and `last` set it in words (utilities/model/time_ranges.py), in full days. With `today`
    it is today instead, as far as Google has counted it. `compare` adds the previous period of as many days, or the
    same weekdays a `week` or a `year` (52 weeks) before, with a column behind each metric. `order` is a field, with
    `-` in front for descending; '' is the order of time where a dimension is a time, else the first metric descending.
    Rows in the order of time are all times of the range; `limit` is for the others. All of `filters` apply.
    """

    dimensions: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    days: int | None = None
    limit: int = 10
    order: str = ""
    filters: tuple[Ga4Filter, ...] = ()
    compare: Comparison = False
    today: bool = False
    realtime: bool = False
    first: str = ""
    last: str = ""

    @property
    def time_dimensions(self) -> tuple[str, ...]:
        """The dimensions of time."""
        return tuple(name for name in self.dimensions if name in TIME_DIMENSIONS)

    @property
    def has_other_dimensions(self) -> bool:
        """Whether there are dimensions that are not times."""
        return len(self.time_dimensions) < len(self.dimensions)

    @property
    def has_hours(self) -> bool:
        """Whether the rows are of hours or minutes, so that those of a day that has not ended can be compared."""
        return any(TIME_DIMENSIONS[name].step != DAY or name.startswith("nthHour") for name in self.time_dimensions)

    @property
    def is_series(self) -> bool:
        """Whether the rows are in the order of time: there are times, and the order is not another field's."""
        return bool(self.time_dimensions) and self.order.removeprefix("-") in ("", *self.time_dimensions)

    @property
    def has_all_times(self) -> bool:
        """Whether the rows are all times of the range, whatever `limit` is."""
        return self.is_series and not self.order.startswith("-")


def build_ga4_request(
    query: Ga4Query, days: int, requested: DateRange | None = None, previous: DateRange | None = None
) -> dict[str, Any]:
    """Returns the body of the request; raises SourceMisconfigured for an invalid query."""
    if query.compare and (query.realtime or query.today):
        raise SourceMisconfigured("a query with `compare` cannot be `realtime` or `today`")
    if query.limit < 1 or days < 1:
        raise SourceMisconfigured("`limit` and `days` must be at least 1")
    body: dict[str, Any] = {
        "dimensions": [{"name": name} for name in query.dimensions],
        "metrics": [{"name": name} for name in query.metrics],
        "limit": str(MAX_GA4_ROWS if query.has_all_times else min(query.limit + SPARE_ROWS, MAX_GA4_ROWS)),
        "returnPropertyQuota": True,
    }
    if query.dimensions and query.metrics and not query.is_series:
        body["metricAggregations"] = ["TOTAL"]
    if not query.realtime:
        today = [{"startDate": "today", "endDate": "today"}]
        ranges = build_date_ranges(days, requested, previous)
        now = {key: value for key, value in ranges[0].items() if key != "name"}
        body["dateRanges"] = today if query.today else ranges if query.compare else [now]
    if orders := build_orders(query):
        body["orderBys"] = orders
    if query.filters:
        body["dimensionFilter"] = {"andGroup": {"expressions": [build_filter(filter_) for filter_ in query.filters]}}
    return body


def build_date_ranges(days: int, requested: DateRange | None, previous: DateRange | None) -> list[dict[str, str]]:
    """Returns the last `days`, or the requested ones; with `previous` also the previous period."""
    now = {"startDate": f"{days}daysAgo", "endDate": "yesterday"}
    if requested:
        now = {"startDate": requested.first.isoformat(), "endDate": requested.last.isoformat()}
    before = {"startDate": f"{2 * days}daysAgo", "endDate": f"{days + 1}daysAgo"}
    if previous:
        before = {"startDate": previous.first.isoformat(), "endDate": previous.last.isoformat()}
    return [{**now, "name": "now"}, {**before, "name": "previous"}]


def build_orders(query: Ga4Query) -> list[dict[str, Any]]:
    """Returns the order of the rows: times by number and from the first to the last, unless the query says else."""
    first_metric = [build_order(f"-{query.metrics[0]}", query)] if query.metrics and query.dimensions else []
    if not query.is_series:
        return [build_order(query.order, query)] if query.order else first_metric
    others = [name for name in query.time_dimensions if name != query.order.removeprefix("-")]
    names = [*([query.order] if query.order else []), *others]
    return [build_order(name, query) for name in names] + (first_metric if query.has_other_dimensions else [])


def build_order(order: str, query: Ga4Query) -> dict[str, Any]:
    field, is_descending = order.removeprefix("-"), order.startswith("-")
    if field in query.metrics:
        return {"metric": {"metricName": field}, "desc": is_descending}
    if field not in TIME_DIMENSIONS or field == "dayOfWeekName":
        return {"dimension": {"dimensionName": field}, "desc": is_descending}
    # The oldest minute is the one with the largest number.
    return {
        "dimension": {"dimensionName": field, "orderType": "NUMERIC"},
        "desc": is_descending is not (field == "minutesAgo"),
    }


def build_filter(filter_: Ga4Filter) -> dict[str, Any]:
    match = {"exact": "EXACT", "contains": "CONTAINS", "begins": "BEGINS_WITH"}[filter_.match]
    text = {"stringFilter": {"matchType": match, "value": filter_.value}} if filter_.value else {"emptyFilter": {}}
    plain = {"filter": {"fieldName": filter_.field, **text}}
    return {"notExpression": plain} if filter_.negate else plain

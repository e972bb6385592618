"""Validation of requests, in Google's order and with its messages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from demo.google import dimensions, metrics
from demo.google.filters import filter_fields
from demo.google.refusal import Refusal

Request = Mapping[str, Any]

SCHEMA = "https://developers.google.com/analytics/devguides/reporting/data/v1/{}api-schema "
BARE = ("source", "medium", "sourceMedium", "campaignName", "campaignId", "defaultChannelGroup", "primaryChannelGroup")
NOT_WITH_BARE = ("screenPageViews", "averageSessionDuration", "userEngagementDuration", "eventCount")
UNSUPPORTED_FIELDS = ("comparisons", "cohortSpec")


@dataclass(frozen=True)
class Vocabulary:
    """The fields of one type of report."""

    dimensions: frozenset[str]
    metrics: frozenset[str]
    manual: str


CORE = Vocabulary(
    frozenset({*dimensions.DIMENSIONS, *dimensions.THRESHOLDED}), frozenset(metrics.METRICS), SCHEMA.format("")
)
REALTIME = Vocabulary(frozenset(dimensions.REALTIME), frozenset(metrics.REALTIME), SCHEMA.format("realtime-"))


def field_names(request: Request, what: str) -> list[str]:
    return [one.get("name", "") for one in request.get(what, [])]


def check_fields(request: Request, words: Vocabulary) -> None:
    """Refuses fields that do not exist."""
    for name in [*field_names(request, "dimensions"), *filter_fields(request.get("dimensionFilter", {}))]:
        if name not in words.dimensions:
            raise Refusal(400, unknown_field_text(name, "dimension", words.dimensions, " " + words.manual))
    for name in [*field_names(request, "metrics"), *filter_fields(request.get("metricFilter", {}))]:
        if name in dimensions.SEARCH_CONSOLE:
            raise Refusal(400, "Search Console fields require an active link to be used.")
        if name not in words.metrics:
            raise Refusal(400, unknown_field_text(name, "metric", words.metrics, "  " + words.manual))


def unknown_field_text(name: str, what: str, words: Iterable[str], rest: str) -> str:
    """Returns the message about a field that does not exist; the extra space in it is Google's own."""
    close = get_close_matches(name, sorted(words), n=1, cutoff=0.7)
    hint = f"Did you mean {close[0]}? " if close else ""
    return f"{hint}Field {name} is not a valid {what}. For a list of valid dimensions and metrics, see{rest}"


def check_limits(request: Request) -> None:
    for key in ("limit", "offset"):
        if request.get(key, 0) < 0:
            raise Refusal(400, f"{key} must be positive. The API received {key} = {request[key]}")


def check_field_counts(request: Request) -> None:
    """Refuses too many fields, duplicates, and a request without fields."""
    dims, mets = field_names(request, "dimensions"), field_names(request, "metrics")
    filtered = {name for name in filter_fields(request.get("dimensionFilter", {})) if name not in dims}
    if len(dims) + len(filtered) > 9:
        text = "Requests are limited to 9 dimensions within a nested request. This request is for {} dimensions."
        raise Refusal(400, text.format(len(dims) + len(filtered)))
    if len(mets) > 10:
        text = "Requests are limited to 10 metrics within a nested request. This request is for {} metrics."
        raise Refusal(400, text.format(len(mets)))
    if twice := [name for name in dict.fromkeys(dims) if dims.count(name) > 1]:
        raise Refusal(400, f"Found duplicate dimensions: {', '.join(twice)}")
    if twice := [name for name in dict.fromkeys(mets) if mets.count(name) > 1]:
        raise Refusal(400, f"Duplicate metrics are not allowed. Found duplicate metrics: {', '.join(twice)}")
    if not dims and not mets:
        raise Refusal(400, "Requests require dimensions and/or metrics. Most requests include both.")


def check_orders(request: Request, *, ranges: int = 1) -> None:
    """Refuses an order by fields that are not in the report."""
    dims, mets = field_names(request, "dimensions"), field_names(request, "metrics")
    for order in request.get("orderBys", []):
        if "pivot" in order:
            raise Refusal(400, "Pivot OrderBys are not supported in ReportRequest.")
        by_metric = order.get("metric", {}).get("metricName")
        by_dimension = order.get("dimension", {}).get("dimensionName")
        name = by_metric or by_dimension or ""
        if name not in (mets if by_metric else [*dims, *(["dateRange"] if ranges > 1 else [])]):
            text = f"Field {name} exists in OrderBy but is not defined in input Dimensions/Metrics list"
            raise Refusal(400, text)
    if "COUNT" in request.get("metricAggregations", []):
        raise Refusal(400, "Metric aggregation Count is not supported in ReportRequest.")
    for name in filter_fields(request.get("metricFilter", {})):
        if name not in mets:
            raise Refusal(400, f"Field {name} exists in MetricFilter but is not defined in input Metrics list")


def refuse_incompatible(request: Request) -> None:
    """Refuses event-scoped traffic fields with these metrics; the session-scoped ones are allowed."""
    dims, mets = field_names(request, "dimensions"), field_names(request, "metrics")
    if clash := incompatible_field(dims, mets):
        text = f"Please remove {clash} to make the request compatible for example."
        raise Refusal(400, text + " The request's dimensions & metrics are incompatible.")


def incompatible_field(dims: Iterable[str], mets: Iterable[str]) -> str:
    """Returns the incompatible field, or ''."""
    bare = [name for name in dims if name in BARE]
    return bare[0] if bare and any(name in NOT_WITH_BARE for name in mets) else ""


def refuse_unsupported(request: Request) -> None:
    """Refuses what the simulated Google does not support."""
    requested = [key for key in UNSUPPORTED_FIELDS if request.get(key)]
    requested += ["metrics.expression" for one in request.get("metrics", []) if "expression" in one]
    requested += [
        "dimensions.dimensionExpression" for one in request.get("dimensions", []) if "dimensionExpression" in one
    ]
    if requested:
        raise Refusal(501, f"The simulated Google has no {requested[0]}.")

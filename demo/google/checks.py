"""What Google checks before it counts, in its order and its words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from demo.google import dimensions, metrics
from demo.google.filters import fields
from demo.google.refusal import Refusal

Request = Mapping[str, Any]

SCHEMA = "https://developers.google.com/analytics/devguides/reporting/data/v1/{}api-schema "
BARE = ("source", "medium", "sourceMedium", "campaignName", "campaignId", "defaultChannelGroup", "primaryChannelGroup")
NOT_WITH_BARE = ("screenPageViews", "averageSessionDuration", "userEngagementDuration", "eventCount")
UNFINISHED = ("comparisons", "cohortSpec")


@dataclass(frozen=True)
class Vocabulary:
    """The fields one kind of report knows."""

    dimensions: frozenset[str]
    metrics: frozenset[str]
    manual: str


CORE = Vocabulary(
    frozenset({*dimensions.DIMENSIONS, *dimensions.THRESHOLDED}), frozenset(metrics.METRICS), SCHEMA.format("")
)
REALTIME = Vocabulary(frozenset(dimensions.REALTIME), frozenset(metrics.REALTIME), SCHEMA.format("realtime-"))


def names(request: Request, what: str) -> list[str]:
    return [one.get("name", "") for one in request.get(what, [])]


def known(request: Request, words: Vocabulary) -> None:
    """Every field must exist, wherever it is named."""
    for name in [*names(request, "dimensions"), *fields(request.get("dimensionFilter", {}))]:
        if name not in words.dimensions:
            raise Refusal(400, unknown(name, "dimension", words.dimensions, " " + words.manual))
    for name in [*names(request, "metrics"), *fields(request.get("metricFilter", {}))]:
        if name in dimensions.SEARCH_CONSOLE:
            raise Refusal(400, "Search Console fields require an active link to be used.")
        if name not in words.metrics:
            raise Refusal(400, unknown(name, "metric", words.metrics, "  " + words.manual))


def unknown(name: str, what: str, words: Iterable[str], rest: str) -> str:
    """The sentence about a field that does not exist; the gap before its second half is Google's own."""
    close = get_close_matches(name, sorted(words), n=1, cutoff=0.7)
    hint = f"Did you mean {close[0]}? " if close else ""
    return f"{hint}Field {name} is not a valid {what}. For a list of valid dimensions and metrics, see{rest}"


def limits(request: Request) -> None:
    for key in ("limit", "offset"):
        if request.get(key, 0) < 0:
            raise Refusal(400, f"{key} must be positive. The API received {key} = {request[key]}")


def counted(request: Request) -> None:
    """How many fields, each once, and at least one."""
    dims, mets = names(request, "dimensions"), names(request, "metrics")
    filtered = {name for name in fields(request.get("dimensionFilter", {})) if name not in dims}
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


def orders(request: Request, *, ranges: int = 1) -> None:
    """Rows are put in order by what the report shows."""
    dims, mets = names(request, "dimensions"), names(request, "metrics")
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
    for name in fields(request.get("metricFilter", {})):
        if name not in mets:
            raise Refusal(400, f"Field {name} exists in MetricFilter but is not defined in input Metrics list")


def compatible(request: Request) -> None:
    """Event-scoped traffic fields do not go with these metrics; their session twins do."""
    dims, mets = names(request, "dimensions"), names(request, "metrics")
    if clash := incompatible(dims, mets):
        text = f"Please remove {clash} to make the request compatible for example."
        raise Refusal(400, text + " The request's dimensions & metrics are incompatible.")


def incompatible(dims: Iterable[str], mets: Iterable[str]) -> str:
    """The field to take away, or ''."""
    bare = [name for name in dims if name in BARE]
    return bare[0] if bare and any(name in NOT_WITH_BARE for name in mets) else ""


def finished(request: Request) -> None:
    """What this pretend Google cannot do it refuses, rather than answer without it."""
    asked = [key for key in UNFINISHED if request.get(key)]
    asked += ["metrics.expression" for one in request.get("metrics", []) if "expression" in one]
    asked += ["dimensions.dimensionExpression" for one in request.get("dimensions", []) if "dimensionExpression" in one]
    if asked:
        raise Refusal(501, f"The pretend Google has no {asked[0]}.")

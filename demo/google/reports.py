"""The report methods: from a validated request to a body."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from demo.google import checks
from demo.google.dates import date_ranges, minute_ranges
from demo.google.dimensions import THRESHOLDED
from demo.google.filters import filter_fields
from demo.google.query import Query, Range
from demo.google.quota import REALTIME_COST, Quota, report_cost
from demo.google.table import Stretch, Table, period_table, recent_table
from demo.world.days import ZONE, World

Request = Mapping[str, Any]

LAG = timedelta(hours=2)
"""Core reports have a page view this much later; realtime ones at once."""


def run_core_report(world: World, quota: Quota, request: Request) -> dict[str, Any]:
    """Answers runReport."""
    checks.refuse_unsupported(request)
    checks.check_fields(request, checks.CORE)
    checks.check_limits(request)
    ranges = date_ranges(request, world.today())
    checks.check_field_counts(request)
    checks.check_orders(request, ranges=len(ranges))
    checks.refuse_incompatible(request)
    named = checks.field_names(request, "dimensions") + filter_fields(request.get("dimensionFilter", {}))
    withheld = any(name in THRESHOLDED for name in named)
    quota.admit(thresholded=withheld)
    events = "eventName" in named
    until = world.now() - LAG
    spans = []
    for name, first, last in ranges:
        begin = datetime.combine(first, time(), ZONE)
        end = min(until, datetime.combine(last + timedelta(days=1), time(), ZONE) - timedelta(seconds=1))
        spans.append(
            Range(name, Table(world, []) if withheld else period_table(world, Stretch(begin, end), events=events))
        )
    body = Query(request, spans).response_body()
    days = sum((last - first).days + 1 for _, first, last in ranges)
    body["metadata"] = report_metadata(world, request, withheld=withheld)
    price = report_cost(days, len(named), len(request.get("metrics", [])))
    return with_common_keys(body, request, quota.spend(price, thresholded=withheld), "runReport")


def run_realtime_report(world: World, quota: Quota, request: Request) -> dict[str, Any]:
    """Answers runRealtimeReport, which has no metadata."""
    checks.check_fields(request, checks.REALTIME)
    checks.check_limits(request)
    ranges = minute_ranges(request)
    checks.check_field_counts(request)
    checks.check_orders(request, ranges=len(ranges))
    quota.admit()
    events = "eventName" in checks.field_names(request, "dimensions") + filter_fields(
        request.get("dimensionFilter", {})
    )
    spans = [Range(name, recent_table(world, start, end, events=events)) for name, start, end in ranges]
    body = Query(request, spans).response_body()
    return with_common_keys(body, request, quota.spend(REALTIME_COST), "runRealtimeReport")


def report_metadata(world: World, request: Request, *, withheld: bool) -> dict[str, Any]:
    """Returns the metadata; flags that are false are absent."""
    named = checks.field_names(request, "dimensions")
    lost = world.nasty and any(name.startswith(("page", "unified", "landing")) for name in named)
    return {
        **({"dataLossFromOtherRow": True} if lost else {}),
        "currencyCode": request.get("currencyCode") or "USD",
        "timeZone": ZONE.key,
        **({"subjectToThresholding": True} if withheld else {}),
    }


def with_common_keys(body: dict[str, Any], request: Request, quota: Mapping[str, Any], method: str) -> dict[str, Any]:
    """Adds the last keys of every report."""
    if request.get("returnPropertyQuota"):
        body["propertyQuota"] = quota
    return body | {"kind": f"analyticsData#{method}"}

"""Search Console: search terms, with numbers as JSON numbers, unlike Analytics."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from demo.google.handler import GoogleHandler
from demo.google.refusal import Refusal
from demo.google.schema import parse_message
from demo.world.days import World

DOCUMENT = "searchconsole.v1"
FINAL_AFTER = 3
"""Days until figures are final."""

REASONS = {400: "badRequest", 401: "authError", 403: "forbidden", 429: "rateLimitExceeded"}

ANONYMOUS = 0.35
"""The part of the clicks whose search terms are withheld, so that rows by query do not add up."""


@dataclass(frozen=True)
class Hit:
    """One row before grouping."""

    keys: Mapping[str, str]
    clicks: int
    impressions: int
    position: float


class SearchConsoleHandler(GoogleHandler):
    """POST /webmasters/v3/sites/<site>/searchAnalytics/query."""

    world: World
    site: str
    scope = "webmasters"
    service = "searchconsole.googleapis.com"
    method = "google.searchconsole.v1.SearchAnalyticsService.Query"

    def post(self, site: str) -> None:
        try:
            self.check_token()
            self.check_parameters()
            request = parse_message(self.request.body, DOCUMENT, "SearchAnalyticsQueryRequest")
            if site != self.site:
                text = f"User does not have sufficient permission for site '{site}'. See also: "
                raise Refusal(403, text + "https://support.google.com/webmasters/answer/2451999.")
            self.write_json(search_response(self.world, request))
        except Refusal as refusal:
            self.write_refusal(refusal)

    def error_envelope(self, refusal: Refusal) -> dict[str, Any]:
        """Returns an error in the format of this older API, which has a list of errors and no status."""
        reason = REASONS.get(refusal.code, "backendError")
        errors = [{"message": refusal.message, "domain": "global", "reason": reason}]
        return {"error": {"code": refusal.code, "message": refusal.message, "errors": errors}}


def search_response(world: World, request: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the rows by clicks, grouped by the dimensions."""
    first, last = (request_day(request, key) for key in ("startDate", "endDate"))
    if first > last:
        raise Refusal(400, "Start date must be less than or equal to end date.")
    limit = request.get("rowLimit", 1000)
    if not 1 <= limit <= 25_000:
        raise Refusal(400, "Row limit must be between 1 and 25,000.")
    state = request.get("dataState", "FINAL")
    final = world.today() - timedelta(days=FINAL_AFTER)
    hits = [
        hit
        for one in days_between(first, last if state != "FINAL" else min(last, final))
        for hit in searches_on(world, one)
    ]
    names = [name.lower() for name in request.get("dimensions", [])]
    shown = [hit for hit in hits if passes_filters(hit, request) and (hit.keys["query"] or "query" not in names)]
    rows = group_hits(shown, names)
    start = request.get("startRow", 0)
    body: dict[str, Any] = {"rows": rows[start : start + limit], "responseAggregationType": "byProperty"}
    if "page" in names:
        body["responseAggregationType"] = "byPage"
    if state == "ALL" and "date" in names and last > final:
        body["metadata"] = {"firstIncompleteDate": str(max(first, final + timedelta(days=1)))}
    return {key: value for key, value in body.items() if value}


def request_day(request: Mapping[str, Any], key: str) -> date:
    try:
        return date.fromisoformat(request.get(key, ""))
    except ValueError as error:
        raise Refusal(400, f"'{request.get(key, '')}' is not a valid date.") from error


def days_between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def searches_on(world: World, which: date) -> list[Hit]:
    """Returns a day's searches: clicks follow the visits of that day, impressions the position in the results."""
    if world.empty or not world.first <= which <= world.today():
        return []
    random = Random(f"{world.seed} {which} searches")
    now = world.now()
    passed = (now.hour + now.minute / 60) / 24 if which == now.date() else 1.0
    visits = world.sessions_on(which) * 0.25 * passed
    weight = sum(one[2] for one in world.queries)
    result = []
    for words, path, often, place in world.queries:
        for country, device, part in (("usa", "DESKTOP", 0.4), ("deu", "DESKTOP", 0.25), ("gbr", "MOBILE", 0.35)):
            clicks = round(visits * often / weight * part * random.uniform(0.7, 1.3))
            hidden = round(clicks * ANONYMOUS)
            where = place * random.uniform(0.9, 1.1)
            for query, count in ((words, clicks - hidden), ("", hidden)):
                keys = {"date": str(which), "query": query, "country": country, "device": device}
                impressions = round(count * (1.6 + where) * random.uniform(0.9, 1.2)) + (1 if count else 0)
                result.append(
                    Hit(keys | {"page": f"https://www.example.com{path}"}, count, impressions, max(1.0, where))
                )
    return [hit for hit in result if hit.impressions]


def passes_filters(hit: Hit, request: Mapping[str, Any]) -> bool:
    """Whether a row passes all groups of filters."""
    return all(
        passes_condition(hit.keys.get(one.get("dimension", "").lower(), ""), one)
        for group in request.get("dimensionFilterGroups", [])
        for one in group.get("filters", [])
    )


def passes_condition(value: str, condition: Mapping[str, Any]) -> bool:
    word, result = condition.get("expression", "").lower(), value.lower()
    operator = condition.get("operator", "EQUALS")
    if operator.endswith("CONTAINS"):
        return (word in result) is (operator == "CONTAINS")
    return (word == result) is (operator == "EQUALS")


def group_hits(hits: list[Hit], names: list[str]) -> list[dict[str, Any]]:
    """Returns one row for each combination, most clicks first."""
    groups: defaultdict[tuple[str, ...], list[Hit]] = defaultdict(list)
    for hit in hits:
        groups[tuple(hit.keys.get(name, "") for name in names)].append(hit)
    rows = []
    for keys, members in groups.items():
        clicks, impressions = sum(hit.clicks for hit in members), sum(hit.impressions for hit in members)
        place = sum(hit.position * hit.impressions for hit in members) / impressions
        row = {
            "keys": list(keys),
            "clicks": clicks,
            "impressions": impressions,
            "ctr": clicks / impressions,
            "position": place,
        }
        rows.append(row if names else {key: value for key, value in row.items() if key != "keys"})
    return sorted(rows, key=lambda row: (-row["clicks"], row.get("keys", [])))

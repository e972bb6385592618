"""Computes the reports of page views in plain Python, from the rows of an export."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from utilities.pageviews.classify.countries import country_name

KEYS: dict[str, tuple[str, ...]] = {
    "titles": ("title",),
    "countries": ("country",),
    "languages": ("language",),
    "browsers": ("browser", "browser_version"),
    "systems": ("system", "system_version"),
    "devices": ("device",),
    "agents": ("agent",),
    "screens": ("screen",),
    "events": ("name",),
    "referrers": ("referrer_host",),
    "referrers-by-page": ("referrer",),
    "referrers-for-page": ("path", "referrer"),
    "referrers-to-page": ("referrer", "path"),
    "sources": ("source", "medium"),
    "channels": ("channel",),
    "campaigns": ("campaign", "source", "medium"),
}
MISSING = dict.fromkeys(("country", "language", "browser", "system", "device", "title"), "unknown")
"""The names of what is not known; other columns are empty where there is nothing."""

Stored = dict[str, str]
Answer = list[tuple[Any, ...]]


def contains(visit: Sequence[Stored], name: str, text: str) -> bool:
    """Whether a visit has a page view for which the filter is true."""
    views = views_of(visit)
    if name == "page":
        return any(row["path"].startswith(text[:-1]) if text.endswith("*") else row["path"] == text for row in views)
    column = {"referrer": "referrer" if "/" in text else "referrer_host"}.get(name, name)
    return any((row[column] or MISSING.get(column)) == text for row in views)


def views_of(rows: Sequence[Stored]) -> list[Stored]:
    """Returns the page views, without events."""
    return [row for row in rows if not row["name"]]


def select_visits(rows: Sequence[Stored], days: Sequence[str], filters: Mapping[str, str]) -> list[list[Stored]]:
    """Returns the visits of these days that contain every filter, their views in order."""
    visits: dict[str, list[Stored]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row["moment"], row["path"], row["id"])):
        if row["day"] in days:
            visits[row["visit"]].append(row)
    return [visit for visit in visits.values() if all(contains(visit, *each) for each in filters.items())]


def counts(rows: Sequence[Stored]) -> tuple[int, int, int]:
    return len(rows), len({row["visitor"] for row in rows}), len({row["visit"] for row in rows})


def seconds(rows: Sequence[Stored]) -> float:
    first, last = (datetime.fromisoformat(rows[at]["moment"]) for at in (0, -1))
    return (last - first).total_seconds()


def visit_figures(visits: Sequence[Sequence[Stored]]) -> tuple[Any, ...]:
    """Returns visits, visitors, views, bounce rate, length and views a visit; an event is no view and no bounce."""
    seen = [visit for visit in visits if views_of(visit)]
    views, visitors, count = counts([row for visit in seen for row in views_of(visit)])
    if not count:
        return (0, 0, 0, None, None, None)
    bounces = sum(len(visit) == 1 for visit in seen)
    return (count, visitors, views, bounces / count, sum(map(seconds, seen)) / count, views / count)


def grouped(items: Sequence[Any], key: Callable[[Any], tuple[str, ...]]) -> dict[tuple[str, ...], list[Any]]:
    groups: dict[tuple[str, ...], list[Any]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return groups


def recompute(question: str, visits: list[list[Stored]], days: Sequence[str], zone: str = "UTC") -> Answer:
    """Returns the rows of a report in any order."""
    ways = [views for visit in visits if (views := views_of(visit))]
    rows = [row for way in ways for row in way]
    match question:
        case "totals":
            count, visitors, views, *means = visit_figures(visits)
            return [(views, visitors, count, *means)]
        case "by-day" | "by-hour" | "four-hours" | "weekday-hours":
            return time_figures(question, rows, days, zone)
        case "events":
            done = grouped([row for visit in visits for row in visit if row["name"]], lambda row: (row["name"],))
            return [(*name, *counts(events)) for name, events in done.items()]
        case "flow":
            ends = Counter((w[0]["day"], w[0]["country"] or "unknown", w[0]["path"], w[-1]["path"]) for w in ways)
            return [(*key, count) for key, count in ends.items()]
        case "pages" | "exit-pages":
            return page_figures(question, visits)
        case "titled-pages":
            return [(*row[:4], last_title(str(row[0]), rows)) for row in page_figures("pages", visits)]
        case "trails":
            return trails(ways)
        case "present" | "now" | "live":
            return present_figures(question, [row for visit in visits for row in visit])
        case "landing-pages" | "sources" | "channels" | "campaigns":
            seen = [visit for visit in visits if views_of(visit)]
            by_name = grouped(seen, lambda visit: name_in(question, views_of(visit)[0]))
            return [(*name, *visit_figures(group)) for name, group in by_name.items() if "" not in name]
    linked = [row for row in rows if row["referrer_host"]] if question.startswith("referrers") else rows
    by_name = grouped(linked, lambda row: name_in(question, row))
    return [(*name, *counts(group)[1:], len(group)) for name, group in by_name.items()]


def name_in(question: str, row: Stored) -> tuple[str, ...]:
    """Returns what a report calls a row; a visit without a campaign has none."""
    if question == "screens":
        return ({"0": "unknown", "(other)": "(other)"}.get(row["screen"], f"{row['screen']} px"),)
    if question == "countries":
        return (country_name(row["country"]) or "unknown",)
    keys = KEYS.get(question, ("path",))
    return tuple(row[key] or ("" if key == "campaign" else "unknown") for key in keys)


def time_figures(question: str, rows: Sequence[Stored], days: Sequence[str], zone: str) -> Answer:
    match question:
        case "by-day":
            return [(day, *counts([row for row in rows if row["day"] == day])) for day in days]
        case "by-hour":
            by_time = grouped(rows, lambda row: (row["day"], f"{int(row['hour']):02d}:00", format_zone(row)))
            return [(*hour, *counts(by_time.get(hour, []))) for hour in hours_of(days, zone)]
        case "four-hours":
            by_period = grouped(rows, lambda row: (str(int(row["hour"]) // 4 * 4),))
            return [
                (f"{at:02d}:00 to {at + 4:02d}:00", *counts(by_period.get((str(at),), []))) for at in range(0, 24, 4)
            ]
    views = Counter((weekday_of(row["day"]), f"{int(row['hour']):02d}:00") for row in rows)
    times = Counter((weekday_of(day), hour) for day, hour in {each[:2] for each in hours_of(days, zone)})
    return [
        (day, hour, views[day, hour] / times[day, hour] if times[day, hour] else None)
        for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
        for hour in (f"{n:02d}:00" for n in range(24))
    ]


def weekday_of(day: str) -> str:
    return date.fromisoformat(day).strftime("%a")


def present_figures(question: str, rows: Sequence[Stored]) -> Answer:
    """Returns who is there, where each visitor was last, or every page view; somebody who does something is there."""
    if question == "present":
        _, visitors, visits = counts(rows)
        return [(visitors, visits, len(views_of(rows)))]
    if question == "live":
        return [
            (local_time(row), row["path"], row["title"] or "unknown", *name_in("countries", row), *named_source(row))
            for row in views_of(rows)
        ]
    latest = {row["visitor"]: row for row in sorted(rows, key=lambda row: (row["moment"], row["path"], row["id"]))}
    by_page = grouped(list(latest.values()), lambda row: (row["path"],))
    return [(*page, max(row["title"] for row in there), len(there)) for page, there in by_page.items()]


def named_source(row: Stored) -> Iterator[str]:
    return (row[key] or "unknown" for key in ("source", "browser", "device"))


def hours_of(days: Sequence[str], zone: str) -> Iterator[tuple[str, str, str]]:
    """Yields day, hour and offset of every hour of these days, in a zone whose offsets are whole hours."""
    first, last = (
        datetime.combine(date.fromisoformat(days[at]), time(), ZoneInfo(zone)) + timedelta(days=-at) for at in (0, -1)
    )
    at, end = first.astimezone(UTC), last.astimezone(UTC)
    while at < end:
        local = at.astimezone(ZoneInfo(zone))
        yield local.date().isoformat(), f"{local:%H}:00", f"{local:%z}"[:3] + ":00"
        at += timedelta(hours=1)


def format_zone(row: Stored) -> str:
    return f"{int(row['zone_offset']) // 60:+03d}:00"


def trails(ways: Sequence[Sequence[Stored]], most: int = 1000) -> Answer:
    """Returns the visits with most pages, one row for each page."""
    longest = sorted(ways, key=lambda way: (-len(way), -seconds(way), int(way[0]["visit"])))[:most]
    return [
        (place, step, row["path"], row["title"], local_time(row), seconds((row, after[0])) if after else None)
        for place, way in enumerate(longest, 1)
        for step, row in enumerate(way, 1)
        for after in (way[step : step + 1],)
    ]


def local_time(row: Stored) -> str:
    at = datetime.fromisoformat(row["moment"]).replace(tzinfo=None) + timedelta(minutes=int(row["zone_offset"]))
    return f"{at:%Y-%m-%d %H:%M:%S}"


def last_title(path: str, rows: Sequence[Stored]) -> str:
    """Returns the title of the last view of a page that has one."""
    seen = [row for row in rows if row["path"] == path and row["title"]]
    return max(seen, key=lambda row: (row["moment"], row["id"]))["title"] if seen else ""


def page_figures(question: str, visits: list[list[Stored]]) -> Answer:
    answer: Answer = []
    ways = [views for visit in visits if (views := views_of(visit))]
    done = {row["visit"] for visit in visits for row in visit if row["name"]}
    for path in {row["path"] for way in ways for row in way}:
        views = sum(row["path"] == path for way in ways for row in way)
        exits = sum(way[-1]["path"] == path for way in ways)
        if question == "exit-pages":
            answer += [(path, exits, views, exits / views)] if exits else []
            continue
        stays = [seconds((row, after)) for way in ways for row, after in pairwise(way) if row["path"] == path]
        unique = sum(any(row["path"] == path for row in way) for way in ways)
        entrances = sum(way[0]["path"] == path for way in ways)
        bounces = sum(len(way) == 1 and way[0]["path"] == path and way[0]["visit"] not in done for way in ways)
        answer.append((path, views, unique, sum(stays) / len(stays) if stays else None, entrances, exits, bounces))
    return answer


def with_rest(question: str, visits: list[list[Stored]], names: Sequence[tuple[Any, ...]]) -> list[list[Stored]]:
    """Returns the visits with the name (other) wherever a report has a name that is not among these."""
    keys = KEYS.get(question, ("path",))
    every = {row[: len(keys)] for row in recompute(question, visits, ())}

    def rename(row: Stored) -> Stored:
        name = name_in(question, row)
        return row | dict.fromkeys(keys, "(other)") if name in every and name not in names else row

    return [[rename(row) for row in visit] for visit in visits]


def approximate(rows: Sequence[Sequence[Any]]) -> list[Any]:
    """Returns the rows in one order, with decimals that may differ in the last digits."""
    ordered = sorted(rows, key=lambda row: [str(cell) for cell in row if isinstance(cell, str)])
    return [tuple(pytest.approx(cell) if isinstance(cell, float) else cell for cell in row) for row in ordered]


def in_order(rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in sorted(rows, key=lambda row: [str(cell) for cell in row if isinstance(cell, str)])]

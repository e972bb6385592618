"""Computes the reports of page views in plain Python, from the rows of an export."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Any

import pytest

KEYS: dict[str, tuple[str, ...]] = {
    "titles": ("title",),
    "countries": ("country",),
    "languages": ("language",),
    "browsers": ("browser", "browser_version"),
    "systems": ("system", "system_version"),
    "devices": ("device",),
    "agents": ("agent",),
    "referrers": ("referrer_host",),
    "referrers-by-page": ("referrer",),
    "referrers-for-page": ("path", "referrer"),
    "referrers-to-page": ("referrer", "path"),
    "sources": ("source", "medium"),
    "channels": ("channel",),
    "campaigns": ("campaign", "source", "medium"),
}
Stored = dict[str, str]
Answer = list[tuple[Any, ...]]


def contains(visit: Sequence[Stored], name: str, text: str) -> bool:
    """Whether a visit has a page view for which the filter is true."""
    if name == "page":
        return any(row["path"].startswith(text[:-1]) if text.endswith("*") else row["path"] == text for row in visit)
    column = {"referrer": "referrer" if "/" in text else "referrer_host"}.get(name, name)
    return any(row[column] == ("" if text == "unknown" else text) for row in visit)


def select_visits(rows: Sequence[Stored], days: Sequence[str], filters: Mapping[str, str]) -> list[list[Stored]]:
    """Returns the visits of these days that contain every filter, their views in order."""
    visits: dict[str, list[Stored]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row["moment"], row["path"], row["id"])):
        if row["day"] in days:
            visits[row["visit"]].append(row)
    return [visit for visit in visits.values() if all(contains(visit, *each) for each in filters.items())]


def counts(rows: Sequence[Stored]) -> tuple[int, int, int]:
    return len(rows), len({row["visitor"] for row in rows}), len({row["visit"] for row in rows})


def seconds(visit: Sequence[Stored]) -> float:
    first, last = (datetime.fromisoformat(visit[at]["moment"]) for at in (0, -1))
    return (last - first).total_seconds()


def visit_figures(visits: Sequence[Sequence[Stored]]) -> tuple[Any, ...]:
    """Returns visits, visitors, views, bounce rate, length and views a visit."""
    views, visitors, count = counts([row for visit in visits for row in visit])
    if not count:
        return (0, 0, 0, None, None, None)
    bounces = sum(len(visit) == 1 for visit in visits)
    return (count, visitors, views, bounces / count, sum(map(seconds, visits)) / count, views / count)


def grouped(items: Sequence[Any], key: Callable[[Any], tuple[str, ...]]) -> dict[tuple[str, ...], list[Any]]:
    groups: dict[tuple[str, ...], list[Any]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return groups


def named(key: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(text or "unknown" for text in key)


def recompute(question: str, visits: list[list[Stored]], days: Sequence[str]) -> Answer:
    """Returns the rows of a report in any order."""
    rows = [row for visit in visits for row in visit]
    match question:
        case "totals":
            count, visitors, views, *means = visit_figures(visits)
            return [(views, visitors, count, *means)]
        case "by-day":
            return [(day, *counts([row for row in rows if row["day"] == day])) for day in days]
        case "four-hours":
            by_period = grouped(rows, lambda row: (str(int(row["hour"]) // 4 * 4),))
            return [
                (f"{at:02d}:00 to {at + 4:02d}:00", *counts(by_period.get((str(at),), []))) for at in range(0, 24, 4)
            ]
        case "weekday-hours":
            views = Counter(
                (date.fromisoformat(row["day"]).strftime("%a"), f"{int(row['hour']):02d}:00") for row in rows
            )
            times = Counter(date.fromisoformat(day).strftime("%a") for day in days)
            return [
                (day, hour, views[day, hour] / times[day])
                for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
                for hour in (f"{n:02d}:00" for n in range(24))
            ]
        case "landing-pages":
            return [(*key, *visit_figures(group)) for key, group in grouped(visits, lambda v: (v[0]["path"],)).items()]
        case "sources" | "channels" | "campaigns":
            by_key = grouped(visits, lambda v: tuple(v[0][key] for key in KEYS[question]))
            return [
                (*named(key), *visit_figures(group))
                for key, group in by_key.items()
                if question != "campaigns" or key[0]
            ]
        case "flow":
            ends = Counter((v[0]["day"], v[0]["country"] or "unknown", v[0]["path"], v[-1]["path"]) for v in visits)
            return [(*key, count) for key, count in ends.items()]
        case "pages" | "exit-pages":
            return page_figures(question, visits)
        case _:
            linked = [row for row in rows if row["referrer_host"]] if question.startswith("referrers") else rows
            by_key = grouped(linked, lambda row: tuple(row[key] for key in KEYS[question]))
            return [(*named(key), *counts(group)[1:], len(group)) for key, group in by_key.items()]


def page_figures(question: str, visits: list[list[Stored]]) -> Answer:
    answer: Answer = []
    for path in {row["path"] for visit in visits for row in visit}:
        views = sum(row["path"] == path for visit in visits for row in visit)
        exits = sum(visit[-1]["path"] == path for visit in visits)
        if question == "exit-pages":
            answer += [(path, exits, views, exits / views)] if exits else []
            continue
        stays = [
            seconds((row, following)) for visit in visits for row, following in pairwise(visit) if row["path"] == path
        ]
        unique = sum(any(row["path"] == path for row in visit) for visit in visits)
        entrances = sum(visit[0]["path"] == path for visit in visits)
        bounces = sum(len(visit) == 1 and visit[0]["path"] == path for visit in visits)
        answer.append((path, views, unique, sum(stays) / len(stays) if stays else None, entrances, exits, bounces))
    return answer


def approximate(rows: Sequence[Sequence[Any]]) -> list[Any]:
    """Returns the rows in one order, with decimals that may differ in the last digits."""
    ordered = sorted(rows, key=lambda row: [str(cell) for cell in row if isinstance(cell, str)])
    return [tuple(pytest.approx(cell) if isinstance(cell, float) else cell for cell in row) for row in ordered]


def in_order(rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in sorted(rows, key=lambda row: [str(cell) for cell in row if isinstance(cell, str)])]

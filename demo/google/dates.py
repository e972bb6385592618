"""Date and minute ranges of a report, in the property's time zone."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from demo.google.refusal import Refusal

EARLIEST = date(2015, 8, 14)


def parse_day(word: str, key: str, today: date) -> date:
    """Parses `today`, `yesterday`, `NdaysAgo` or `YYYY-MM-DD`."""
    if word == "today":
        return today
    if word == "yesterday":
        return today - timedelta(days=1)
    if match := re.fullmatch(r"(\d{1,6})daysAgo", word):
        return today - timedelta(days=int(match.group(1)))
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", word):
            return date.fromisoformat(word)
    except ValueError:
        pass
    raise Refusal(400, f"Invalid {key} : {word}. {key} must be YYYY-MM-DD, NdaysAgo, yesterday, or today.")


def date_ranges(request: Mapping[str, Any], today: date) -> list[tuple[str, date, date]]:
    """Returns every date range with its name; raises Refusal for an invalid one."""
    ranges = request.get("dateRanges", [])
    if not ranges:
        raise Refusal(400, "A dateRange is required.")
    result = []
    for place, one in enumerate(ranges):
        first = parse_day(one.get("startDate", ""), "startDate", today)
        last = parse_day(one.get("endDate", ""), "endDate", today)
        if first > last:
            text = f"start_date must be less than or equal to end_date. start_date = {first} and end_date = {last}"
            raise Refusal(400, text)
        if first < EARLIEST:
            raise Refusal(400, f"start_date must be after 2015-08-13. start_date = {first}")
        result.append((range_name(one, f"date_range_{place}"), first, last))
    if len(ranges) > 4:
        count = len(ranges)
        raise Refusal(400, f"Requests are limited to 4 dateRanges.\n  This request contains {count} dateRanges.")
    return result


def range_name(one: Mapping[str, Any], otherwise: str) -> str:
    name = str(one.get("name", ""))
    if name.startswith(("date_range_", "RESERVED_")):
        raise Refusal(400, f"dateRange names cannot begin with `date_range_` or `RESERVED_`: {name}")
    return name or otherwise


def minute_ranges(request: Mapping[str, Any]) -> list[tuple[str, int, int]]:
    """Returns every minute range with its name, start and end in minutes ago, both included."""
    ranges = request.get("minuteRanges") or [{}]
    if len(ranges) > 2:
        text = f"Requests are limited to 2 minuteRanges.\n  This request contains {len(ranges)} minuteRanges."
        raise Refusal(400, text)
    result = []
    for place, one in enumerate(ranges):
        start, end = one.get("startMinutesAgo", 29), one.get("endMinutesAgo", 0)
        if not 0 <= end <= start <= 29:
            text = "minuteRanges must be within the last 30 minutes, and startMinutesAgo not below endMinutesAgo."
            raise Refusal(400, f"{text} startMinutesAgo = {start} and endMinutesAgo = {end}")
        result.append((range_name(one, f"date_range_{place}"), start, end))
    return result
